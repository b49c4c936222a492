import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Behaviour } from '../../domain/behaviour.ts';
import type { SystemCalls } from '../../domain/system-calls.ts';
import type { SandboxMount, SandboxResult } from '../../ports/sandbox.ts';
import type { Argv, Observed } from '../../ports/test-runner.ts';
import { kitEntry, writeKit } from '../recorder/kit.ts';
import { readRecords } from '../recorder/read-records.ts';
import { readyToTrace, type TracedJob, traceCalls } from '../tracer/trace-calls.ts';
import { projectInside } from './project-commands.ts';

/** One recorded run of the tests. */
export type Watch = {
  /** For NODE_OPTIONS. */
  readonly option: string;
  readonly mounts: readonly SandboxMount[];
  /** The module that makes recorded calls, inside. */
  readonly replayer: string;
  /** The module that makes each of them for itself; it watches without the option. */
  readonly eachReplayer: string;
  /** Where processes may write; the same directory on the host and inside. */
  readonly records: string;
  readonly recordsInside: string;
  /** Runs the tests under a tracer, once; `run` is given what to run, and what to mount besides. */
  traced(test: Argv, run: TracedJob<SandboxResult>['run']): Promise<SandboxResult>;
  /** What was recorded; call it when the run is over. */
  read(): Promise<Behaviour>;
};

const kitInside = '/autoland/recorder';
const recordsInside = '/autoland/records';

export type Watched = Observed & {
  readonly seed: number;
  /** Whether it is known to be traced: what that needs is made at once. */
  readonly isTraced?: boolean;
};

/** Each run has a recorder of its own, which it can only read, and a place for its records, which no other run sees. */
export async function startWatch(
  job: string,
  { packages, modules, seed, isTraced }: Watched,
): Promise<Watch> {
  const place = await mkdtemp(join(job, 'watch-'));
  // The sandbox's own user must pass.
  await chmod(place, 0o711);
  const [kit, records] = [join(place, 'kit'), join(place, 'records')];
  await mkdir(records);
  const own = { root: projectInside, paths: modules };
  await writeKit(kit, { packages, modules: own, records: recordsInside, seed });
  let systemCalls: SystemCalls | undefined;
  const calls = join(place, 'calls');
  const ready = isTraced ? await readyToTrace(calls) : undefined;
  return {
    option: `--import=${kitInside}/${kitEntry}`,
    mounts: [
      { source: kit, target: kitInside, mode: 'read' },
      { source: records, target: recordsInside, mode: 'write' },
    ],
    replayer: `${kitInside}/replay/replay.js`,
    eachReplayer: `${kitInside}/replay/each.js`,
    records,
    recordsInside,
    async traced(argv, run) {
      const isReady = ready ?? (await readyToTrace(calls));
      const traced = await traceCalls(isReady ? calls : undefined, { argv, project: projectInside, run });
      systemCalls = traced.systemCalls;
      return traced.result;
    },
    read: async () => ({ ...(await readRecords(records)), systemCalls }),
  };
}
