import type { ChangeState } from '../../engine/state.ts';
import type { LedgerChange } from '../ledger.ts';
import { waitingFor } from '../waiting.ts';

/** One change in a list. */
export type AgentLine = {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly ref: string;
  readonly proposedAt: string;
  readonly class: string | null;
  /** `under way`, or how it ended. */
  readonly state: string;
  readonly code: string | null;
  /** null once it has ended. */
  readonly stage: string | null;
  /** What the stage waits for; null: it works, or the change has ended. */
  readonly waiting: string | null;
};

/** `state`: of one that is under way. */
export function agentLine(change: LedgerChange, state: ChangeState | undefined): AgentLine {
  const { id, proposal, proposedAt, conclusion } = change;
  return {
    id,
    title: proposal.title,
    source: proposal.source,
    ref: proposal.ref,
    proposedAt,
    class: change.class,
    state: conclusion?.outcome ?? 'under way',
    code: conclusion?.code ?? null,
    stage: state?.stage ?? null,
    waiting: state === undefined ? null : waitingFor(state),
  };
}
