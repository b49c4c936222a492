import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ChildApiReader } from '../adapters/api/child-api-reader.ts';
import { SystemClock } from '../adapters/clock/system.ts';
import { ChildDocumentReader } from '../adapters/document-reader/child-document-reader.ts';
import { type ChangeReader, openChangeReader } from '../adapters/git-host/local/change-reader.ts';
import { ChildProver } from '../adapters/prover/child-prover.ts';
import { LocalRecordings } from '../adapters/recorder/local-recordings.ts';
import { BubblewrapSandbox } from '../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import {
  isPlaceFault,
  openScratchDirectory,
  placeFault,
  type ScratchDirectory,
} from '../adapters/scratch-directory.ts';
import { ChildSecretScanner } from '../adapters/secret-scanner/child-secret-scanner.ts';
import { ChildSyntaxComparer } from '../adapters/syntax/child-syntax-comparer.ts';
import type { KeptDrivers } from '../domain/driver.ts';
import { AutolandError } from '../domain/errors.ts';
import type { GuardrailResult } from '../domain/verdict.ts';
import type { RecordingsFile } from '../ports/replayer.ts';
import { type ClassifyDeps, runClassify } from '../stages/1-classify/run.ts';
import { checkChange } from '../stages/2-guardrails/run.ts';
import { waivedGuardrails } from '../stages/4-policy/waivers.ts';
import { type CheckReport, reportOf, stoppedReport, unclassedReport } from '../views/check-report.ts';
import { mustBeUntracked, openCheckCache } from './check-cache.ts';
import { findEnds, type RangeEnds, uncommittedNotes } from './check-range.ts';
import { type CheckRules, rulesAt } from './check-rules.ts';
import { openTools } from './check-tools.ts';
import { offeredNotes, openOffer } from './offer-drivers.ts';
import { directory, makeState, stateFiles } from './place.ts';

export type CheckWish = {
  readonly repo: string;
  readonly range: string | undefined;
  readonly stopEarly: boolean;
  /** Directory in which what no change can alter is kept for the next check; undefined: nothing is. */
  readonly cache?: string | undefined;
  /** Path of calls that production made; undefined: those that the base's configuration names. */
  readonly recordings?: string | undefined;
  /** Directory to which drivers that were kept are written as test files; undefined: they are not. */
  readonly offer?: string | undefined;
  readonly onGuardrail: (result: GuardrailResult) => void;
  readonly onFact: (name: string, state: 'started' | 'done') => void;
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
  let uncommitted: Promise<readonly string[]> = Promise.resolve([]);
  try {
    const files = stateFiles(state);
    await makeState({ repo, state, files });
    const registrySocket = join(files.run, 'registry.sock');
    const sandbox = new BubblewrapSandbox({ stateDir: state, workDir: files.work, registrySocket });
    // Its fault is met by whoever runs something.
    probing = sandbox.probe().catch(() => undefined);
    const git = await openChangeReader(repo, state);
    try {
      const ends = await findEnds(git, wish.range);
      uncommitted = uncommittedNotes(git, ends.head);
      const [rules] = await Promise.all([
        rulesAt(git.reader, ends.base),
        cache && mustBeUntracked(git, cache, [ends.base, ends.head]),
      ]);
      return await checkIn({
        state,
        sandbox,
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
      await uncommitted;
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

/** Read at once, so that minutes of checking are not lost for a wrong path. */
async function recordingsAt(path: string | undefined): Promise<RecordingsFile | undefined> {
  if (path === undefined) return undefined;
  const bytes = await new LocalRecordings(path).read();
  return { read: () => Promise.resolve(bytes) };
}

type Check = {
  readonly state: string;
  readonly sandbox: BubblewrapSandbox;
  readonly git: ChangeReader;
  readonly ends: RangeEnds;
  readonly rules: CheckRules;
  readonly uncommitted: Promise<readonly string[]>;
  readonly wish: CheckWish;
  readonly recordings: RecordingsFile | undefined;
  readonly cache: string | undefined;
  readonly offer: string | undefined;
  readonly started: number;
};

async function checkIn(check: Check): Promise<CheckReport> {
  const { git, ends, rules, uncommitted, wish, started } = check;
  const clock = new SystemClock();
  const now = clock.now();
  const at = now.toISOString();
  const told = async () => ({
    base: ends.base,
    head: ends.head,
    at,
    notes: [...ends.notes, ...(await uncommitted), ...rules.notes],
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
  const syntax = new ChildSyntaxComparer();
  const prover = new ChildProver();
  const classed = await runClassify(classifyDeps(check, { syntax, prover }), { proposal }).catch(asFault);
  if (classed instanceof AutolandError) return unclassedReport(await told(), classed);
  if (classed.kind === 'stop') return stoppedReport(await told(), classed.conclusion);
  if (classed.kind !== 'done') throw new Error(`classify answered ${classed.kind}`);
  const offered: KeptDrivers[] = [];
  const tools = await openTools(check);
  try {
    const deps = {
      ...tools,
      git: git.reader,
      api: new ChildApiReader(),
      syntax,
      prover,
      secrets: new ChildSecretScanner(),
      documents: new ChildDocumentReader(),
      clock,
      stopEarly: wish.stopEarly,
      // People wait for it, and nothing else runs here.
      beginEarly: true,
      ...(check.recordings && { recordings: check.recordings }),
      heavyAtOnce: Math.floor(availableParallelism() / 2),
      onGuardrail: wish.onGuardrail,
      onFact: wish.onFact,
      onDrivers: (kept: KeptDrivers) => void offered.push(kept),
    };
    const found = await checkChange(deps, rules.settings, { classification: classed.data, proposal, now });
    const notes = await offeredNotes(check.offer, offered);
    const checked = { classification: classed.data, guardrails: found, target: ends.base };
    const waived = waivedGuardrails(checked, rules.policies);
    const about = await told();
    return reportOf({ ...about, notes: [...about.notes, ...notes] }, classed.data, found, waived);
  } finally {
    await tools.close();
  }
}

function classifyDeps({ git, rules }: Check, readers: Pick<ClassifyDeps, 'syntax' | 'prover'>): ClassifyDeps {
  return {
    git: {
      ...readingOf(git),
      mergeTree: git.mergeTree,
      revertTree: async () => ({ kind: 'conflict', paths: [] }),
    },
    ...readers,
    flagHelpers: rules.settings.flags.helpers,
    protectedPatterns: rules.protectedPaths,
  };
}

/** A bug stays one. */
function asFault(thrown: unknown): AutolandError {
  if (thrown instanceof AutolandError) return thrown;
  throw thrown;
}

function readingOf({ reader }: ChangeReader) {
  return {
    resolve: reader.resolve.bind(reader),
    diff: reader.diff.bind(reader),
    history: reader.history.bind(reader),
    readFile: reader.readFile.bind(reader),
    list: reader.list.bind(reader),
  };
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What runs in the sandbox dies with this process. Answers how to stop listening. */
function onInterrupt(scratch: ScratchDirectory): () => void {
  const listeners = Object.entries(signals).map(([signal, code]) => {
    const end = () => {
      scratch.removeNow();
      process.exit(code);
    };
    process.once(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const forget of listeners) forget();
  };
}
