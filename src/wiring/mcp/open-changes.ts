import { changeIdOf, type Proposal } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import type { Ledger, LedgerChange } from '../../views/ledger.ts';

/** Changes of one agent that are under way at once: each costs minutes of tests, and an agent that loops must not fill the queue. */
export const openAtOnce = 10;
/** That it hands in within 24 hours, those that it supersedes itself too: each stays in repository and journal for good. */
export const submitPerDay = 100;
const dayMs = 24 * 60 * 60 * 1000;

export function openChanges(ledger: Ledger, source: string): readonly LedgerChange[] {
  return changesOf(ledger, source).filter(({ conclusion }) => conclusion === null);
}

export function submittedIn24Hours(ledger: Ledger, source: string, now: Date): readonly LedgerChange[] {
  const since = now.getTime() - dayMs;
  return changesOf(ledger, source).filter(({ proposedAt }) => Date.parse(proposedAt) > since);
}

/** Throws `agent.too-many-open` or `agent.too-many-today`. What was handed in already costs nothing more. */
export function mayEnter(proposal: Proposal, ledger: Ledger, now: Date): void {
  if (!ledger.changes.has(changeIdOf(proposal))) mayEnterAs(proposal, ledger, now);
}

/** What a new one of this ref supersedes is not under way any more. */
export function mayEnterAs(
  { source, ref }: Pick<Proposal, 'source' | 'ref'>,
  ledger: Ledger,
  now: Date,
): void {
  const open = openChanges(ledger, source).filter(
    ({ merge, proposal }) => merge !== null || proposal.ref !== ref,
  );
  if (open.length >= openAtOnce)
    throw new AutolandError(
      'agent.too-many-open',
      `expected at most ${openAtOnce} changes of ${source} under way, found ${counted(open.length, 'change')}`,
      { mend: `wait until one has ended; the oldest is ${open[0]?.id ?? 'not known'}` },
    );
  const today = submittedIn24Hours(ledger, source, now);
  if (today.length < submitPerDay) return;
  const again = new Date(Date.parse(today[0]?.proposedAt ?? '') + dayMs);
  throw new AutolandError(
    'agent.too-many-today',
    `expected at most ${submitPerDay} changes of ${source} in 24 hours, found ${counted(today.length, 'change')}`,
    { mend: `the next one is taken in at ${again.toISOString()}` },
  );
}

function changesOf({ changes }: Ledger, source: string): readonly LedgerChange[] {
  return [...changes.values()].filter(({ proposal }) => proposal.source === source);
}
