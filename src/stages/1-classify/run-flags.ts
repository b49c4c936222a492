import type { Sha } from '../../domain/change.ts';
import type { FlagAnswer } from '../../domain/flag-off.ts';
import type { RemovedTests } from '../../domain/off-tests.ts';
import type { Classification } from '../../domain/stage.ts';
import { type FlagReading, flagsOfChange } from '../../engine/ask-flags.ts';
import { readSources, readText } from '../../engine/read-sources.ts';
import { mayHoldFlags, mayHoldTests, namesFlag } from '../../flag-off/code-files.ts';
import type { Prover } from '../../ports/prover.ts';
import type { FlagFacts } from './flag-facts.ts';

const mostFiles = 5_000;
const readAtOnce = 8;

type Reading = FlagReading & { readonly prover: Pick<Prover, 'removedTests'> };
type Diff = Pick<Classification, 'files' | 'base' | 'tree'>;

/** undefined: no file of the change asks a flag, before or after. */
export async function readFlags(reading: Reading, diff: Diff): Promise<FlagFacts | undefined> {
  const found = await flagsOfChange(reading, diff);
  if (found === undefined) return undefined;
  const { answer, unread } = found;
  const named = await stillNamed(reading.git, diff.tree, found);
  return {
    answer,
    unread,
    named,
    tests: answer?.restores === 'on' ? await readTests(reading, diff) : undefined,
  };
}

async function readTests({ git, prover }: Reading, diff: Diff): Promise<RemovedTests | undefined> {
  const { pairs, unread } = await readSources(git, diff, ({ path }) => mayHoldTests(path));
  return pairs.length === 0 || unread.length > 0 ? undefined : prover.removedTests(pairs);
}

type Seen = { readonly listed: readonly string[]; readonly answer: FlagAnswer | undefined };

/** Looks through all code of the head: a flag that is asked elsewhere is not removed. */
async function stillNamed(
  git: FlagReading['git'],
  tree: Sha,
  { listed, answer }: Seen,
): Promise<FlagFacts['named']> {
  const keys = answer?.restores === 'on' || answer?.restores === 'off' ? answer.removed : [];
  const paths = keys.length === 0 ? [] : listed.filter(mayHoldFlags);
  if (paths.length > mostFiles) return { key: keys[0] ?? '', path: 'one of too many files' };
  for (let at = 0; at < paths.length; at += readAtOnce) {
    const batch = paths.slice(at, at + readAtOnce);
    const texts = await Promise.all(batch.map((path) => readText(git, tree, path)));
    for (const [index, text] of texts.entries()) {
      // A file that is too large to be read may name it.
      const key = keys.find((each) => text === undefined || namesFlag(text, each));
      if (key !== undefined) return { key, path: batch[index] ?? '' };
    }
  }
  return undefined;
}
