import type { ChangeReader } from '../../adapters/git-host/local/change-reader.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { parseRange } from '../../domain/range.ts';

export type RangeEnds = { readonly base: Sha; readonly head: Sha; readonly notes: readonly string[] };

const defaultBranches = ['origin/HEAD', 'origin/main', 'origin/master'].map((name) => `refs/remotes/${name}`);
const localBranches = ['refs/heads/main', 'refs/heads/master'];

/** Rejects with `usage` or `ref.not-found`. */
export async function findEnds(git: ChangeReader, text: string | undefined): Promise<RangeEnds> {
  const range = parseRange(text);
  const [head, named] = await Promise.all([
    resolveEnd(git, range.head),
    range.base === undefined ? defaultTip(git) : resolveEnd(git, range.base),
  ]);
  const fork = await git.mergeBase(named, head).catch(cutHistory);
  if (fork === undefined)
    throw new AutolandError('usage', 'expected two commits with a common history, found none in common', {
      mend: `in a shallow clone ${unshallow}`,
    });
  const cut = git.isCut ? ['the clone is shallow: what its history could tell is not known'] : [];
  return { base: range.fromFork ? fork : named, head, notes: cut };
}

const unshallow = 'fetch the history: git fetch --unshallow (actions/checkout: fetch-depth: 0)';

async function resolveEnd({ reader, isCut }: ChangeReader, name: string): Promise<Sha> {
  try {
    return await reader.resolve(name);
  } catch (cause) {
    if (!(cause instanceof AutolandError) || cause.code !== 'ref.not-found') throw cause;
    const isUnborn = name === 'HEAD' && !isCut;
    const mend = isCut
      ? `this clone is shallow: ${unshallow}`
      : isUnborn
        ? 'commit something first, or name both ends: autoland check BASE..HEAD'
        : cause.mend;
    const message = isUnborn ? 'expected a commit at HEAD, found none yet' : cause.message;
    throw new AutolandError(cause.code, message, { ...(mend && { mend }), cause });
  }
}

async function defaultTip({ reader }: ChangeReader): Promise<Sha> {
  for (const ref of [...defaultBranches, ...localBranches]) {
    const found = await reader.resolve(ref).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new AutolandError(
    'ref.not-found',
    'expected origin/HEAD, main or master to compare with, found none',
    {
      mend: 'name both ends: autoland check BASE..HEAD',
    },
  );
}

function cutHistory(cause: unknown): never {
  if (!(cause instanceof AutolandError) || cause.code !== 'git.failed') throw cause;
  throw new AutolandError('usage', 'expected the whole history, found that a part of it is not here', {
    mend: `in a shallow clone ${unshallow}`,
    cause,
  });
}

/**
 * Only where the work tree stands at what is checked. It is a courtesy: what fails is no reason to stop, and is told all the same, since
 * no note says that there is nothing. Never rejects.
 */
export async function uncommittedNotes(git: ChangeReader, head: Sha): Promise<readonly string[]> {
  try {
    if ((await git.reader.resolve('HEAD').catch(() => undefined)) !== head) return [];
    const { changed, untracked } = await git.uncommitted(head);
    return [
      ...(changed ? ['uncommitted changes are not checked'] : []),
      ...(untracked ? ['untracked files are not checked'] : []),
    ];
  } catch (thrown) {
    const why = messageOf(thrown).split('\n')[0] ?? '';
    return [`whether anything is not committed could not be found out: ${why.slice(0, 300)}`];
  }
}
