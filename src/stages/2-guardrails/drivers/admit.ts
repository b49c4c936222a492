import type { DriverEvidence, DriverRun } from '../../../domain/driver.ts';
import type { SystemCall, SystemCalls } from '../../../domain/system-calls.ts';
import { isSameBehaviour } from '../characterization/same-behaviour.ts';
import { readPlace, writtenPlace } from '../system-calls/places.ts';

/** Runs with the base of each driver. */
export const runsOnBase = 3;

/** Closed: what a driver is dropped for. */
export type DropCode =
  | 'not-tried'
  | 'endless'
  | 'fails-on-old'
  | 'nothing-seen'
  | 'not-whole'
  | 'flaky'
  | 'network'
  | 'reads-elsewhere'
  | 'writes-elsewhere'
  | 'runs-programs'
  | 'notices-nothing';

export type Drop = { readonly code: DropCode; readonly why: string };

/**
 * Why a driver is dropped; undefined: nothing speaks against it so far. It is kept once it ran `runsOnBase` times with the base,
 * all alike, and then noticed a fault.
 */
export function dropOf({ base, faults }: DriverEvidence, idle: DriverRun): Drop | undefined {
  if (base.length === 0) return { code: 'not-tried', why: 'there was no time to run it' };
  return (
    base.map((run) => faultOf(run, idle)).find((drop) => drop !== undefined) ??
    flickering(base) ??
    (faults !== undefined && faults.noticed.length === 0 ? unnoticing(faults.tried) : undefined)
  );
}

export function isKept(evidence: DriverEvidence, idle: DriverRun): boolean {
  const { base, faults } = evidence;
  return base.length >= runsOnBase && faults !== undefined && dropOf(evidence, idle) === undefined;
}

function faultOf(run: DriverRun, idle: DriverRun): Drop | undefined {
  if (run.kind === 'limit')
    return { code: 'endless', why: `it went over its limit (${run.limit}) with the old version` };
  const reached = run.seen.systemCalls && reaches(run.seen.systemCalls, idle);
  if (reached !== undefined) return reached;
  if (!run.passed) return { code: 'fails-on-old', why: 'it fails with the old version' };
  const [gap] = run.seen.gaps;
  if (gap !== undefined) return { code: 'not-whole', why: `not all that it does was recorded: ${gap}` };
  const isUse = [...run.seen.calls.values()].some(({ args, facets }) => args !== '' && facets.has('result'));
  return isUse ? undefined : { code: 'nothing-seen', why: 'it calls nothing that changes' };
}

function flickering([first, ...more]: readonly DriverRun[]): Drop | undefined {
  if (first?.kind !== 'ended') return undefined;
  const isSteady = more.every((run) => run.kind === 'ended' && isSameBehaviour(first.seen, run.seen));
  return isSteady
    ? undefined
    : { code: 'flaky', why: 'what it sees differs from run to run of the old version' };
}

function unnoticing(tried: number): Drop {
  const none = 'it reaches none of the faults that are made, or fails without one';
  const why = `it notices none of ${tried} faults that the project's own tests leave unnoticed`;
  return { code: 'notices-nothing', why: tried === 0 ? none : why };
}

/** What a client asks of the kernel that only loads the packages is not the driver's doing. */
function reaches({ traced, calls, gaps }: SystemCalls, idle: DriverRun): Drop | undefined {
  if (!traced) return undefined;
  const [gap] = gaps;
  if (gap !== undefined) return { code: 'not-whole', why: `not all system calls were seen: ${gap}` };
  const usual = new Set(idle.kind === 'ended' ? idle.seen.systemCalls?.calls.map(keyOf) : []);
  return calls.filter((call) => !usual.has(keyOf(call))).flatMap((call) => dropFor(call) ?? [])[0];
}

const keyOf = ({ kind, target }: SystemCall) => `${kind} ${target}`;

function dropFor({ kind, target, failed }: SystemCall): Drop | undefined {
  switch (kind) {
    case 'reach':
    case 'listen':
      return { code: 'network', why: `it asks for the network: ${target}` };
    case 'run':
    case 'meddle':
      return { code: 'runs-programs', why: `it starts or takes hold of another process: ${target}` };
    case 'read':
      if (target.startsWith('./') || readPlace(target, failed !== true) === 'common') return undefined;
      return { code: 'reads-elsewhere', why: `it reads outside of the project: ${target}` };
    case 'write':
      if (writtenPlace(target) === 'common') return undefined;
      return { code: 'writes-elsewhere', why: `it writes outside of its own place: ${target}` };
  }
}
