import type { Demotion } from '../domain/autonomy.ts';
import type { ChangeId } from '../domain/change.ts';
import type { DeliveryState } from '../domain/delivery.ts';
import type { StageName } from '../domain/stage.ts';
import type { ChangeState } from '../engine/state.ts';
import type { StandingDrift } from './drift.ts';
import type { LastLook } from './issue-looks.ts';
import type { Ledger, LedgerChange } from './ledger.ts';
import type { ReportedLine } from './reported-incidents.ts';
import type { TaskStatus } from './task-view.ts';
import { waitingFor } from './waiting.ts';

/** Where everything is: what `status` and the API show. */
export type StatusView = {
  readonly repo: string;
  readonly state: string;
  readonly branch: { readonly name: string; readonly tip: string };
  readonly policy: PolicyStatus;
  readonly stopped: { readonly by: string; readonly at: string; readonly reason: string } | null;
  /** What failures in production have cost, until a person restores it; []: nothing. */
  readonly demotions: readonly Demotion[];
  /** null: no control plane holds the lock. */
  readonly controlPlane: { readonly pid: number } | null;
  /** Those that were adopted; []: none was. */
  readonly services: readonly ServiceStatus[];
  readonly changes: readonly ChangeLine[];
  /** Those that somebody reported and that are not over; []: none. */
  readonly incidents: readonly ReportedLine[];
  /** Where what runs is not what was decided; []: nowhere, as far as a control plane has looked. */
  readonly drift: readonly StandingDrift[];
  /** Under way, or given up within a week, newest first. */
  readonly tasks: readonly TaskStatus[];
  /** The last look at the issues of each rule that is there; []: none was looked at. */
  readonly issues: readonly LastLook[];
  /** Where agents are served over HTTP; null: they never were, or it was ended in order. */
  readonly agents: AgentsStatus | null;
  /** Who was ever told of something; []: nobody is configured. */
  readonly receivers: readonly ReceiverStatus[];
};

export type AgentsStatus = {
  /** null: what is noted of it cannot be read. */
  readonly url: string | null;
  /** The process that noted it still runs; whether it answers, `doctor` finds out. */
  readonly isRunning: boolean;
  readonly note: string;
};

export type ReceiverStatus = Pick<DeliveryState, 'lastDeliveredAt' | 'givenUp' | 'lastGivenUp'> & {
  readonly name: string;
  /** `at` null: what is noted of it cannot be read. */
  readonly trouble: { readonly at: string | null; readonly why: string } | null;
};

/** `unsignedAllowed`: as the last control plane was started; null: none ever was. */
export type PolicyStatus = {
  readonly signed: false;
  readonly unsignedAllowed: boolean | null;
  readonly note: string;
};

export type ServiceStatus = {
  readonly name: string;
  readonly stable: string;
  readonly commit: string;
  readonly candidate: {
    readonly digest: string;
    readonly flag: string;
    /** The name in the code that is rolled out, in the stable version; null: the candidate is a version of its own. */
    readonly code: string | null;
    readonly share: number;
    /** The change that it brings; null: the journal names none. */
    readonly change: ChangeId | null;
  } | null;
};

export type ChangeLine = {
  readonly id: string;
  readonly title: string;
  readonly class: string | null;
  /** `under way`, or how it ended. */
  readonly state: string;
  readonly code: string | null;
  /** null once it has ended. */
  readonly stage: StageName | null;
  /** What the stage waits for; null: it works, or the change has ended. */
  readonly waiting: string | null;
};

/** `states`: of those under way. */
export function changeLines(
  changes: readonly LedgerChange[],
  states: ReadonlyMap<ChangeId, ChangeState>,
): readonly ChangeLine[] {
  return changes.map((change) => lineOf(change, states.get(change.id)));
}

export function newestChanges(ledger: Ledger, limit: number): readonly LedgerChange[] {
  return [...ledger.changes.values()].reverse().slice(0, limit);
}

export function policyStatus(unsignedAllowed: boolean | null, isRunning: boolean): PolicyStatus {
  const note = unsignedAllowed
    ? `unsigned, which ${isRunning ? 'this' : 'the last'} autoland up allows (--allow-unsigned-policy)`
    : 'unsigned: merging and deploying need autoland up --allow-unsigned-policy';
  return { signed: false, unsignedAllowed, note };
}

function lineOf(change: LedgerChange, state: ChangeState | undefined): ChangeLine {
  return {
    id: change.id,
    title: change.proposal.title,
    class: change.class,
    state: change.conclusion?.outcome ?? 'under way',
    code: change.conclusion?.code ?? null,
    stage: state?.stage ?? null,
    waiting: state === undefined ? null : waitingFor(state),
  };
}
