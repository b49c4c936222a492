import type { Limits } from '../config/schema.ts';
import { inWindow, nextOpening } from '../config/windows.ts';
import { type Ledger, mergedSince } from './ledger.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Why no change may land at `now`; undefined: one may. */
export function frozenReason(limits: Limits, ledger: Ledger, now: Date): string | undefined {
  if (!inWindow(limits, now)) {
    const opens = nextOpening(limits, now)?.toISOString();
    return `outside the deploy windows; the next one opens ${opens ?? 'not within 15 days'}`;
  }
  const landed = mergedSince(ledger, new Date(now.getTime() - dayMs));
  if (landed < limits.perDay) return undefined;
  return `the cap of ${limits.perDay} changes in 24 hours is reached`;
}
