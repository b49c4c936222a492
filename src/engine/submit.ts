import { type ChangeId, changeIdOf, type Proposal } from '../domain/change.ts';
import { wellFormed } from '../domain/well-formed.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal, Outbox } from '../ports/journal.ts';
import type { Ledger, LedgerChange } from '../views/ledger.ts';

export type Submitted = {
  readonly change: ChangeId;
  readonly isNew: boolean;
  readonly supersedes: readonly ChangeId[];
};

export type SubmitPorts = { readonly journal: Journal; readonly outbox: Outbox; readonly clock: Clock };

/**
 * Takes a proposal in. The same source and head twice is one change. Earlier heads of the same source and ref
 * that are not merged yet are told that they are superseded.
 */
export async function submit(
  ports: SubmitPorts,
  ledger: Ledger,
  proposal: Proposal,
  actor: string,
): Promise<Submitted> {
  const change = changeIdOf(proposal);
  const entries = await ports.journal.append({
    events: [{ type: 'change.proposed', change, actor, data: wellFormed({ ...proposal }) }],
    schedule: { change, next: { kind: 'due', at: ports.clock.now() } },
    once: `proposed/${change}`,
  });
  const older = proposedBefore(ledger, change).filter(
    (known) =>
      known.conclusion === null &&
      known.merge === null &&
      known.proposal.source === proposal.source &&
      known.proposal.ref === proposal.ref,
  );
  for (const known of older) {
    const key = `superseded/${known.id}/${change}`;
    await ports.outbox.signal({ change: known.id, name: 'superseded', key, actor, data: { by: change } });
  }
  return { change, isNew: entries.length > 0, supersedes: older.map(({ id }) => id) };
}

/** A head that is handed in again supersedes what it superseded at first, and nothing that came later. */
function proposedBefore(ledger: Ledger, change: ChangeId): readonly LedgerChange[] {
  const all = [...ledger.changes.values()];
  const place = all.findIndex(({ id }) => id === change);
  return place === -1 ? all : all.slice(0, place);
}
