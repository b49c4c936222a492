import { counted } from '../../../domain/words.ts';
import { dayMs } from '../ask.ts';
import type { Declined } from './rules.ts';

/** How often and when updates are proposed. */
export type Pace = {
  /** When the schedule is open next, `now` included; null: not within 15 days. Absent: there is none. */
  readonly opensAt?: Date | null;
  /** null: any number. */
  readonly maxPerDay: number | null;
  /** When the agent proposed, RFC 3339: of the last 24 hours, or more. */
  readonly proposedAt: readonly string[];
  readonly now: Date;
};

/** Why nothing more is proposed after `made` of this scan; undefined: there is room. Pure. */
export function whyLater(pace: Pace, made: number, what: string): Declined | undefined {
  return outOfSchedule(pace, what) ?? tooManyToday(pace, made, what);
}

function outOfSchedule({ opensAt, now }: Pace, what: string): Declined | undefined {
  if (opensAt === undefined || (opensAt !== null && opensAt <= now)) return undefined;
  const code = 'dependency.out-of-schedule';
  if (opensAt === null) return { code, reason: `The schedule is not open within 15 days; ${what} waits.` };
  const until = opensAt.toISOString();
  return { code, reason: `The schedule is open again at ${until}; ${what} waits.`, until };
}

function tooManyToday(
  { maxPerDay, proposedAt, now }: Pace,
  made: number,
  what: string,
): Declined | undefined {
  if (maxPerDay === null) return undefined;
  const recent = proposedAt
    .map((at) => Date.parse(at))
    .filter((at) => at > now.getTime() - dayMs)
    .sort((a, b) => a - b);
  const all = [...recent, ...Array.from({ length: made }, () => now.getTime())];
  // There is room once that many are left of those before, less one.
  const leaves = all[all.length - maxPerDay];
  if (leaves === undefined) return undefined;
  const until = new Date(leaves + dayMs).toISOString();
  const reason = `${counted(all.length, 'proposal')} within 24 hours, of ${maxPerDay} at most; ${what} waits until ${until}.`;
  return { code: 'dependency.max-per-day', reason, until };
}
