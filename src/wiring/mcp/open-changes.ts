import { changeIdOf, type Proposal } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import type { Ledger, LedgerChange } from '../../views/ledger.ts';

/** Changes of one agent that are under way at once: each costs minutes of tests, and an agent that loops must not fill the queue. */
export const openAtOnce = 10;

export function openChanges(ledger: Ledger, source: string): readonly LedgerChange[] {
  const all = [...ledger.changes.values()];
  return all.filter(({ conclusion, proposal }) => conclusion === null && proposal.source === source);
}

/** Throws `agent.too-many-open`. What was handed in already costs nothing more. */
export function mayEnter(proposal: Proposal, ledger: Ledger): void {
  if (!ledger.changes.has(changeIdOf(proposal))) mayEnterAs(proposal, ledger);
}

/** What a new one of this ref supersedes does not count. */
export function mayEnterAs({ source, ref }: Pick<Proposal, 'source' | 'ref'>, ledger: Ledger): void {
  const open = openChanges(ledger, source).filter(
    ({ merge, proposal }) => merge !== null || proposal.ref !== ref,
  );
  if (open.length < openAtOnce) return;
  throw new AutolandError(
    'agent.too-many-open',
    `expected at most ${openAtOnce} changes of ${source} under way, found ${counted(open.length, 'change')}`,
    { mend: `wait until one has ended; the oldest is ${open[0]?.id ?? 'not known'}` },
  );
}
