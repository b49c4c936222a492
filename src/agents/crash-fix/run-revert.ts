import type { Sha } from '../../domain/change.ts';
import type { Attempt, FaultPlace } from '../../domain/crash-fix.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitLander, GitReader } from '../../ports/git-host.ts';
import { mayMend } from './rules.ts';

export type RevertFiles = ReadonlyMap<string, string | null>;

type Asked = { readonly tip: Sha; readonly commit: Sha; readonly place: FaultPlace };

/** The code that a commit brought, taken back; the tests that it brought stay, and judge. */
export async function revertOf(
  git: Pick<GitReader, 'readFile' | 'diff'> & Pick<GitLander, 'revertTree'>,
  { tip, commit, place }: Asked,
) {
  const { file, line } = place;
  const base = { kind: 'revert', name: `revert ${commit}`, file, line, place } as const;
  const undone = await undo(git, tip, commit);
  if (undone.kind === 'conflict') {
    const { detail } = undone;
    return { ...base, size: 0, files: { fault: { end: 'conflict', detail } satisfies Fault } };
  }
  const files = new Map<string, string | null>();
  let size = 0;
  for (const { path, oldPath } of await git.diff(tip, undone.tree)) {
    for (const each of oldPath == null ? [path] : [oldPath, path]) {
      if (!mayMend(each)) continue;
      const text = (await git.readFile(undone.tree, each))?.toString('utf8') ?? null;
      files.set(each, text);
      size += text?.length ?? 0;
    }
  }
  if (files.size > 0) return { ...base, size, files };
  const detail = 'It brought no code that a fix may touch.';
  return { ...base, size, files: { fault: { end: 'not-allowed', detail } satisfies Fault } };
}

/** The first commit of all cannot be taken back, nor one that git chokes on: that is no reason to end the search. */
async function undo(git: Pick<GitLander, 'revertTree'>, tip: Sha, commit: Sha) {
  try {
    const undone = await git.revertTree(tip, commit);
    if (undone.kind === 'clean') return undone;
    const detail = `It meets later changes in ${undone.paths.slice(0, 3).join(', ')}.`;
    return { kind: 'conflict', detail } as const;
  } catch (error) {
    if (error instanceof AutolandError) return { kind: 'conflict', detail: error.message } as const;
    throw error;
  }
}

type Fault = Pick<Attempt, 'end' | 'detail'>;
