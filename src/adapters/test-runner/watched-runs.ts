import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { BaseEvidence } from './base-evidence.ts';
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

/** The second run has another seed: what is random differs between the two, as what is a time or a port does by itself. */
export async function watchBase(runs: Runs, base: string): Promise<BaseEvidence> {
  const [early, late] = [await runs.watch(1), await runs.watch(2)];
  const first = await runs.all(base, early);
  if (!passes(first)) return { first };
  const second = await runs.test(base, late);
  if (!passes(second)) return { first, second };
  return { first, second, seen: [await early.read(), await late.read()] };
}

/** The base's tests twice and the head's once, each recorded. `watched` measures or knows the base's. */
export async function compareWatched(
  runs: Runs,
  { base, head }: Sides,
  watched: () => Promise<BaseEvidence>,
): Promise<TestComparison> {
  const now = await runs.watch(1);
  const [{ first, second, seen }, after] = await both(watched(), runs.all(head, now));
  if (!passes(first) || !passes(after)) return unwatched(runs, { base, before: first, head, after });
  const sides = { head: after, rerun: undefined };
  if (second === undefined || seen === undefined)
    return { ...sides, base: second ?? first, baseRerun: first, observed: { kind: 'not-run' } };
  return { ...sides, base: first, observed: { kind: 'observed', base: seen, head: await now.read() } };
}

type Failing = Sides & { readonly before: TestRun; readonly after: TestRun };

/** Being watched may have been too much for the tests: what counts is how they do without. */
async function unwatched(runs: Runs, { base, before, head, after }: Failing): Promise<TestComparison> {
  const [first, second] = await both(redo(runs, base, before), redo(runs, head, after));
  return {
    base: first.run,
    baseRerun: first.rerun,
    head: second.run,
    rerun: second.rerun,
    observed: { kind: passes(first.run) && passes(second.run) ? 'disturbed' : 'not-run' },
  };
}

type Redone = { readonly run: TestRun; readonly rerun: TestRun | undefined };

/** A test that passes the next time, watched or not, is a flake, and the tests themselves must answer for it. */
async function redo(runs: Runs, dir: string, run: TestRun): Promise<Redone> {
  if (passes(run) || !hasTested(run)) return { run, rerun: undefined };
  const plain = await runs.test(dir);
  if (isRed(plain)) return { run: plain, rerun: await runs.test(dir) };
  if (!passes(plain)) return { run: plain, rerun: undefined };
  const isFlake = isRed(run) && passes(await runs.test(dir, await runs.watch(1)));
  return isFlake ? { run, rerun: plain } : { run: plain, rerun: undefined };
}

const passes = (run: TestRun): boolean => run.kind === 'ran' && run.code === 0;
const isRed = (run: TestRun): boolean => run.kind === 'ran' && run.code !== 0;
const hasTested = (run: TestRun): boolean =>
  run.kind === 'ran' || (run.kind === 'limit' && run.phase === 'test');

/** Waits for both even if one rejects: the directories of a job that still runs must not be removed. */
export async function both<Base, Head>(
  base: Promise<Base>,
  head: Promise<Head>,
): Promise<readonly [Base, Head]> {
  await Promise.allSettled([base, head]);
  return [await base, await head];
}
