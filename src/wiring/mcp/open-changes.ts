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

/** Throws `agent.too-many-open`. What was handed in already costs nothing more, nor does what the new one supersedes. */
export function mayEnter(proposal: Proposal, ledger: Ledger): void {
  if (ledger.changes.has(changeIdOf(proposal))) return;
  const open = openChanges(ledger, proposal.source).filter(
    ({ merge, proposal: { ref } }) => merge !== null || ref !== proposal.ref,
  );
  if (open.length < openAtOnce) return;
  const [oldest] = open;
  throw new AutolandError(
    'agent.too-many-open',
    `expected at most ${openAtOnce} changes of ${proposal.source} under way, found ${counted(open.length, 'change')}`,
    { mend: `wait until one has ended; the oldest is ${oldest?.id ?? 'not known'}` },
  );
}
