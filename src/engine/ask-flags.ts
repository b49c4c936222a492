import type { FlagAnswer } from '../domain/flag-off.ts';
import type { Classification } from '../domain/stage.ts';
import { askFlags } from '../flag-off/ask.ts';
import { loadable, mayHoldFlags } from '../flag-off/code-files.ts';
import { mayAskFlags } from '../flag-off/flags.ts';
import type { GitReader } from '../ports/git-host.ts';
import type { Prover } from '../ports/prover.ts';
import { readSources, readText } from './read-sources.ts';

export type FlagReading = {
  readonly git: Pick<GitReader, 'readFile' | 'list'>;
  readonly prover: Pick<Prover, 'flags'>;
  /** `MODULE#NAME`: what evaluates a flag beside OpenFeature's clients. */
  readonly helpers: readonly string[];
};

export type FlagsOfChange = {
  /** undefined: its files could not be read. */
  readonly answer: FlagAnswer | undefined;
  /** Code files that are too large, or too many. */
  readonly unread: readonly string[];
  /** Every path of the head. */
  readonly listed: readonly string[];
};

/** The flags that a change adds to its code or removes from it, and what is left of it without them. undefined: it asks none, before and after. */
export async function flagsOfChange(
  { git, prover, helpers }: FlagReading,
  change: Pick<Classification, 'files' | 'base' | 'tree'>,
): Promise<FlagsOfChange | undefined> {
  const { pairs, unread } = await readSources(git, change, ({ path, oldPath = path }) =>
    [path, oldPath].some(mayHoldFlags),
  );
  const asks = pairs.some(({ base, head }) => mayAskFlags(`${base}${head}`, helpers));
  // What could not be read may ask one.
  if (!asks && unread.length === 0) return undefined;
  const listed = (await git.list(change.tree, '')).map(({ path }) => path);
  const answer = await askFlags(
    { files: pairs, paths: loadable(listed), helpers },
    { answer: (question) => prover.flags(question), read: (path) => readText(git, change.tree, path) },
  );
  return { answer, unread, listed };
}
