import { join } from 'node:path';
import { SystemClock } from '../../adapters/clock/system.ts';
import { type ChangeReader, openChangeReader } from '../../adapters/git-host/local/change-reader.ts';
import { ChildProver } from '../../adapters/prover/child-prover.ts';
import { BubblewrapSandbox } from '../../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { isPlaceFault, openScratchDirectory, placeFault } from '../../adapters/scratch-directory.ts';
import { ChildSyntaxComparer } from '../../adapters/syntax/child-syntax-comparer.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { RecordingsFile } from '../../ports/replayer.ts';
import { type CheckReport, reportOf, stoppedReport, unclassedReport } from '../../views/check-report.ts';
import { callsAt } from '../calls-at.ts';
import { directory, makeState, stateFiles } from '../place/place.ts';
import { mustBeUntracked, openCheckCache } from './check-cache.ts';
import { classify } from './check-classify.ts';
import { onInterrupt } from './check-interrupt.ts';
import type { JudgeWish } from './check-judge.ts';
import { findEnds, type RangeEnds, uncommittedNotes } from './check-range.ts';
import { type CheckRules, rulesAt } from './check-rules.ts';
import { openOffer } from './offer-drivers.ts';

export type CheckWish = JudgeWish & {
  readonly repo: string;
  readonly range: string | undefined;
  /** Directory in which what no change can alter is kept for the next check; undefined: nothing is. */
  readonly cache?: string | undefined;
  /** Path of calls that production made; undefined: those that the base's configuration names. */
  readonly recordings?: string | undefined;
  /** Directory to which drivers that were kept are written as test files; undefined: they are not. */
  readonly offer?: string | undefined;
};

/** `autoland check`: the guardrails alone, on any repository. Leaves nothing behind, also where it is interrupted or killed. */
export async function checkRange(wish: CheckWish): Promise<CheckReport> {
  const started = performance.now();
  const repo = directory('--repo', wish.repo);
  const recordings = await recordingsAt(wish.recordings);
  const offer = wish.offer === undefined ? undefined : await openOffer(wish.offer);
  const cache = wish.cache === undefined ? undefined : await openCheckCache(wish.cache);
  const scratch = await openScratchDirectory('autoland-check-');
  const state = scratch.path;
  const forget = onInterrupt(scratch);
  let probing: Promise<unknown> = Promise.resolve();
  try {
    const files = stateFiles(state);
    await makeState({ repo, state, files });
    const registrySocket = join(files.run, 'registry.sock');
    const sandbox = new BubblewrapSandbox({ stateDir: state, workDir: files.work, registrySocket });
    const begins = sandbox.nextJob();
    // Its fault is met by whoever runs something.
    probing = sandbox.probe().catch(() => undefined);
    const probed = Promise.race([begins, probing]);
    const git = await openChangeReader(repo, state);
    let asked: Promise<readonly string[]> | undefined;
    try {
      const ends = await findEnds(git, wish.range);
      const uncommitted = () => {
        asked ??= uncommittedNotes(git, ends.head);
        return asked;
      };
      const [rules] = await Promise.all([
        rulesAt(git.reader, ends.base),
        cache && mustBeUntracked(git, cache, [ends.base, ends.head]),
      ]);
      return await checkIn({
        state,
        sandbox,
        probed,
        git,
        ends,
        rules,
        uncommitted,
        wish,
        recordings,
        cache,
        offer,
        started,
      });
    } finally {
      // Nobody asks from now on.
      asked ??= Promise.resolve([]);
      await asked;
      await git.close();
    }
  } catch (thrown) {
    throw isPlaceFault(thrown) ? placeFault(thrown) : thrown;
  } finally {
    await probing;
    forget();
    await scratch.remove();
  }
}

/** Read at once, so that minutes of checking are not lost for a wrong path, and none passes for calls of which there are none. */
async function recordingsAt(path: string | undefined): Promise<RecordingsFile | undefined> {
  if (path === undefined) return undefined;
  const { bytes } = await callsAt(path);
  return { read: () => Promise.resolve(bytes) };
}

type Check = {
  readonly state: string;
  readonly sandbox: BubblewrapSandbox;
  /** Once the job that tries the sandbox runs, or cannot. */
  readonly probed: Promise<unknown>;
  readonly git: ChangeReader;
  readonly ends: RangeEnds;
  readonly rules: CheckRules;
  readonly uncommitted: () => Promise<readonly string[]>;
  readonly wish: CheckWish;
  readonly recordings: RecordingsFile | undefined;
  readonly cache: string | undefined;
  readonly offer: string | undefined;
  readonly started: number;
};

async function checkIn(check: Check): Promise<CheckReport> {
  const { ends, rules, uncommitted, started } = check;
  const now = new SystemClock().now();
  const told = async () => ({
    base: ends.base,
    head: ends.head,
    at: now.toISOString(),
    notes: [...ends.notes, ...(await uncommitted()), ...rules.notes],
    ms: Math.round(performance.now() - started),
  });
  const proposal = {
    source: 'check',
    title: '',
    head: ends.head,
    ref: ends.head,
    target: ends.base,
    record: {},
  };
  const readers = { syntax: new ChildSyntaxComparer(), prover: new ChildProver() };
  const nothingToCheck = new AbortController();
  // Each after what the job before waits for: to load it leaves nobody a turn. Their faults are met where they are needed.
  const opening = check.probed
    .then(() => import('./check-installs.ts'))
    .then((installs) => installs.openInstalls(check, nothingToCheck.signal));
  opening.catch(() => undefined);
  const installing = opening.then((installs) => installs.installing);
  const loading = installing.then(() => import('./check-judge.ts'));
  loading.catch(() => undefined);
  installing.then(uncommitted).catch(() => undefined);
  try {
    const classed = await classify({ ...check, readers }, proposal);
    if (classed instanceof AutolandError || classed.kind !== 'done') nothingToCheck.abort();
    if (classed instanceof AutolandError) return unclassedReport(await told(), classed);
    if (classed.kind === 'stop') return stoppedReport(await told(), classed.conclusion);
    if (classed.kind !== 'done') throw new Error(`classify answered ${classed.kind}`);
    const asked = { ...check, readers, change: { classification: classed.data, proposal, now } };
    const { judgeChange } = await loading;
    const { found, waived, notes } = await judgeChange(asked, await opening);
    const about = await told();
    return reportOf({ ...about, notes: [...about.notes, ...notes] }, classed.data, found, waived);
  } finally {
    await opening.then(
      (installs) => installs.close(),
      () => undefined,
    );
  }
}
