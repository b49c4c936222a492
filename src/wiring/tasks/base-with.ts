import type { ChangeId, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitInbox, GitLander, GitReader } from '../../ports/git-host.ts';

export type BaseParts = {
  readonly git: Pick<GitReader, 'diff' | 'readFile'> & Pick<GitLander, 'mergeTree'> & GitInbox;
  readonly now: Date;
};

/**
 * A commit on the tip of the branch with a change in it, for an agent to go on from; no ref names it. Rejects with `agent.overtaken` where it cannot
 * be merged any more, brings nothing, or brings links.
 */
export async function baseWith(
  { git, now }: BaseParts,
  tip: Sha,
  { id, head }: { readonly id: ChangeId; readonly head: Sha },
): Promise<Sha> {
  const merged = await git.mergeTree(tip, head);
  if (merged.kind === 'conflict') throw overtaken(id, `conflicts in ${merged.paths.slice(0, 5).join(', ')}`);
  const contents = await contentsBetween(git, tip, merged.tree);
  if (contents.files.size === 0) throw overtaken(id, 'that the branch has it already');
  return await git.propose({
    base: tip,
    ...contents,
    message: `${id} on the branch\n`,
    ref: null,
    at: now,
  });
}

function overtaken(id: ChangeId, found: string): AutolandError {
  return new AutolandError(
    'agent.overtaken',
    `expected ${id} to go onto the branch as files, found ${found}`,
    {
      mend: 'nothing: the task is given up',
    },
  );
}

export type Contents = {
  /** null: it is gone. */
  readonly files: ReadonlyMap<string, Buffer | null>;
  readonly executable: ReadonlyMap<string, boolean>;
};

/** What makes one commit out of another. Rejects with `agent.overtaken` where that is more than files. */
export async function contentsBetween(
  git: Pick<GitReader, 'diff' | 'readFile'>,
  from: Sha,
  to: Sha,
): Promise<Contents> {
  const files = new Map<string, Buffer | null>();
  const executable = new Map<string, boolean>();
  for (const { path, oldPath, status, kind } of await git.diff(from, to)) {
    if (oldPath !== undefined) files.set(oldPath, null);
    if (status !== 'deleted' && kind !== 'file' && kind !== 'executable')
      throw notFiles(`a ${kind}: ${path}`);
    const bytes = status === 'deleted' ? null : await git.readFile(to, path);
    if (bytes === undefined) throw notFiles(`what cannot be read: ${path}`);
    files.set(path, bytes);
    if (bytes !== null) executable.set(path, kind === 'executable');
  }
  return { files, executable };
}

function notFiles(found: string): AutolandError {
  return overtaken('what is to be mended', found);
}
