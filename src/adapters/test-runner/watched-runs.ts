import type { Behaviour } from '../../domain/behaviour.ts';
import type { TestComparison, TestRun } from '../../domain/test-comparison.ts';
import type { IsSettled } from '../../ports/test-runner.ts';
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

/** What the base's tests said, for this change and later ones. */
export type KnownBase = {
  /** Whether one run of it says all. */
  readonly isSettled: IsSettled;
  /** What is kept, else what `measure` answers, which is then kept. */
  known(measure: () => Promise<BaseEvidence>): Promise<BaseEvidence>;
  keep(evidence: BaseEvidence): Promise<void>;
};

/**
 * The base's tests once and the head's once, each recorded; where anything differs, the base's once more, so that what flickers
 * is known for what it is.
 */
export async function compareWatched(
  runs: Runs,
  { base, head }: Sides,
  evidence: KnownBase,
): Promise<TestComparison> {
  const now = await runs.watch(1);
  const once = evidence.known(() => watchOnce(runs, base));
  const [early, after] = await both(once, runs.all(head, now));
  if (!passes(early.first) || !passes(after))
    return unwatched(runs, { base, before: early.first, head, after });
  const seen = await now.read();
  const { first, second, seen: old } = await settled(early, seen, { runs, base, evidence });
  const sides = { head: after, rerun: undefined };
  if (old === undefined)
    return { ...sides, base: second ?? first, baseRerun: first, observed: { kind: 'not-run' } };
  return { ...sides, base: first, observed: { kind: 'observed', base: twice(old), head: seen } };
}

async function watchOnce(runs: Runs, base: string): Promise<BaseEvidence> {
  const early = await runs.watch(1);
  const first = await runs.all(base, early);
  return passes(first) ? { first, seen: [await early.read()] } : { first };
}

type Again = { readonly runs: Runs; readonly base: string; readonly evidence: KnownBase };

/** The second run has another seed: what is random differs between the two, as what is a time or a port does by itself. */
async function settled(known: BaseEvidence, head: Behaviour, again: Again): Promise<BaseEvidence> {
  const { first, seen } = known;
  if (seen === undefined || seen.length === 2) return known;
  if (again.evidence.isSettled(seen[0], head)) return known;
  const late = await again.runs.watch(2);
  const second = await again.runs.all(again.base, late);
  if (!passes(second)) return { first, second };
  const whole: BaseEvidence = { first, second, seen: [seen[0], await late.read()] };
  await again.evidence.keep(whole);
  return whole;
}

/** With one run nothing counts as flickering. */
function twice([early, late = early]: readonly [Behaviour, Behaviour?]): readonly [Behaviour, Behaviour] {
  return [early, late];
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
