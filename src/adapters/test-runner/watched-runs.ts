import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { Watch } from './watch.ts';

/** What a comparison runs. Directories are the exported trees. */
export type Runs = {
  /** Installs, builds and tests. */
  all(dir: string, watch: Watch): Promise<TestRun>;
  /** Tests once more what `all` has made ready. */
  test(dir: string, watch?: Watch): Promise<TestRun>;
  watch(seed: number): Promise<Watch>;
};

type Sides = { readonly base: string; readonly head: string };

/**
 * The base's tests twice and the head's once, each recorded. The second run of the base has another seed: what is random
 * differs between the two, as what is a time or a port does by itself.
 */
export async function compareWatched(runs: Runs, { base, head }: Sides): Promise<TestComparison> {
  const [early, now] = [await runs.watch(1), await runs.watch(1)];
  const [before, after] = await both(runs.all(base, early), runs.all(head, now));
  if (!passes(before) || !passes(after)) return unwatched(runs, { base, before, head, after });
  const late = await runs.watch(2);
  const second = await runs.test(base, late);
  const sides = { head: after, rerun: undefined };
  if (!passes(second)) return { ...sides, base: second, baseRerun: before, observed: { kind: 'not-run' } };
  const seen = [await early.read(), await late.read()] as const;
  return { ...sides, base: before, observed: { kind: 'observed', base: seen, head: await now.read() } };
}

type Failing = Sides & { readonly before: TestRun; readonly after: TestRun };

/** Being watched may have been too much for the tests: what counts is how they do without. */
async function unwatched(runs: Runs, { base, before, head, after }: Failing): Promise<TestComparison> {
  const redo = (dir: string, run: TestRun) =>
    hasTested(run) && !passes(run) ? runs.test(dir) : Promise.resolve(run);
  const again = async (dir: string, run: TestRun) => (isRed(run) ? runs.test(dir) : undefined);
  const [first, second] = await both(redo(base, before), redo(head, after));
  const disturbed = passes(first) && passes(second);
  return {
    base: first,
    baseRerun: await again(base, first),
    head: second,
    rerun: await again(head, second),
    observed: { kind: disturbed ? 'disturbed' : 'not-run' },
  };
}

const passes = (run: TestRun): boolean => run.kind === 'ran' && run.code === 0;
const isRed = (run: TestRun): boolean => run.kind === 'ran' && run.code !== 0;
const hasTested = (run: TestRun): boolean =>
  run.kind === 'ran' || (run.kind === 'limit' && run.phase === 'test');

/** Waits for both even if one rejects: the directories of a job that still runs must not be removed. */
export async function both(
  base: Promise<TestRun>,
  head: Promise<TestRun>,
): Promise<readonly [TestRun, TestRun]> {
  await Promise.allSettled([base, head]);
  return [await base, await head];
}
