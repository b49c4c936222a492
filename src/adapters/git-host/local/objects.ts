import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type { GitView } from './git-view.ts';

/** Writes a commit object; git checks its form. The same text is the same name. */
export async function writeCommit(view: GitView, text: string): Promise<Sha> {
  const { stdout } = await view.objects(['hash-object', '-t', 'commit', '-w', '--stdin'], { stdin: text });
  return stdout.toString().trim();
}

/** Rejects with `git.failed` unless each object is there and of its type. */
export async function assertObjects(
  view: GitView,
  wanted: readonly (readonly [Sha, 'commit' | 'tree'])[],
): Promise<void> {
  const stdin = wanted.map(([sha]) => `${sha}\n`).join('');
  const { stdout } = await view.objects(['cat-file', '--batch-check=%(objecttype)'], { stdin });
  const found = stdout.toString().split('\n');
  for (const [i, [sha, type]] of wanted.entries()) {
    if (found[i] === type) continue;
    throw new AutolandError('git.failed', `expected a ${type} ${sha}, found ${found[i] ?? 'nothing'}`, {
      mend: 'fetch it into the repository first',
    });
  }
}

/** True when `ancestor` can be reached from `commit` (or is it). */
export async function isAncestor(view: GitView, ancestor: Sha, commit: Sha): Promise<boolean> {
  const { code } = await view.objects(['merge-base', '--is-ancestor', ancestor, commit], { accept: [1] });
  return code === 0;
}
