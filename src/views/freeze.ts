import type { Limits } from '../config/schema.ts';
import { inWindow, nextOpening } from '../config/windows.ts';
import type { ChangeId } from '../domain/change.ts';
import { type Ledger, mergedSince } from './ledger.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Why `change` may not land at `now`; undefined: it may. One that has merged already does not stand in its own way. */
export function frozenReason(
  limits: Limits,
  ledger: Ledger,
  now: Date,
  change: ChangeId,
): string | undefined {
  if (!inWindow(limits, now)) {
    const opens = nextOpening(limits, now)?.toISOString();
    return `outside the deploy windows; the next one opens ${opens ?? 'not within 15 days'}`;
  }
  const others = mergedSince(ledger, new Date(now.getTime() - dayMs)).filter(({ id }) => id !== change);
  if (others.length < limits.perDay) return undefined;
  return `the cap of ${limits.perDay} changes in 24 hours is reached`;
}
