import type { Conclusion } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RolloutReport } from '../../domain/stage.ts';

/** How a rollout ends without promotion; journalled as the note `rollout.ending` before the flag closes. */
export type Ending = {
  readonly outcome: 'rolled-back' | 'held';
  readonly code: string;
  readonly reason: string;
};

export const endingNote = 'rollout.ending';
/** Journalled before the promotion: what it will report. */
export const promotionNote = 'rollout.promotion';

export function readEnding(note: JsonObject | undefined): Ending | undefined {
  return note as unknown as Ending | undefined;
}

export function conclusionOf({ outcome, code, reason }: Ending): Conclusion {
  return { outcome, code, reasons: [reason] };
}

export function promotionReport(flag: string, note: JsonObject | undefined): RolloutReport {
  const count = (name: string) => Number(note?.[name] ?? 0);
  return {
    ran: true,
    flag,
    seconds: count('seconds'),
    usersExposed: count('usersExposed'),
    usersErrored: count('usersErrored'),
    backgroundErrors: count('backgroundErrors'),
  };
}
