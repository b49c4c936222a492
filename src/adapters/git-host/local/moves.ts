import type { Sha } from '../../../domain/change.ts';
import type { FileMove } from '../../../ports/git-host.ts';
import type { GitView } from './git-view.ts';
import { assertSha, isSha } from './names.ts';

const safety = ['--no-ext-diff', '--no-textconv'];

/** Renames are looked for in those commits alone that took a path away: to do so in all of them would take minutes. */
export async function movesOf(
  view: GitView,
  head: Sha,
  paths: readonly string[],
  most: number,
): Promise<readonly FileMove[]> {
  if (paths.length === 0) return [];
  const listed = await view.objects(['rev-list', `-n${most}`, assertSha(head), '--']);
  const commits = listed.stdout.toString().split('\n').filter(isSha);
  const gone = await deletions(view, commits, paths);
  const renames = await renamesIn(view, [...new Set(gone.values())]);
  return [...gone].map(([from, commit]) => ({
    from,
    to: renames.get(`${commit} ${from}`) ?? null,
    commit,
  }));
}

/** The newest commit that took each path away. */
async function deletions(view: GitView, commits: readonly Sha[], paths: readonly string[]) {
  const flags = [
    '--stdin',
    '--root',
    '-r',
    '--no-renames',
    '--diff-filter=D',
    ...safety,
    '--name-only',
    '-z',
  ];
  const args = ['diff-tree', ...flags, '--', ...paths];
  const { stdout } = await view.objects(args, { stdin: linesOf(commits) });
  const known = new Set(commits);
  const gone = new Map<string, Sha>();
  let commit = '';
  for (const part of stdout.toString().split('\0')) {
    if (known.has(part)) commit = part;
    else if (part !== '' && !gone.has(part)) gone.set(part, commit);
  }
  return gone;
}

/** By `COMMIT OLD`. */
async function renamesIn(view: GitView, commits: readonly Sha[]): Promise<ReadonlyMap<string, string>> {
  const renames = new Map<string, string>();
  if (commits.length === 0) return renames;
  // More alike than what a change takes for renamed: here nobody looks at both texts.
  const flags = ['--stdin', '-r', '-M70%', '-l1000', '--diff-filter=R', ...safety, '--name-status', '-z'];
  const { stdout } = await view.objects(['diff-tree', ...flags, '--'], { stdin: linesOf(commits) });
  const parts = stdout.toString().split('\0');
  let commit = '';
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    if (!/^R\d+$/.test(part)) commit = part;
    else {
      renames.set(`${commit} ${parts[at + 1]}`, parts[at + 2] ?? '');
      at += 2;
    }
  }
  return renames;
}

function linesOf(commits: readonly Sha[]): string {
  return commits.map((sha) => `${sha}\n`).join('');
}
