import type { Conclusion } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/json.ts';

/** How a rollout ends without promotion; journalled as the note `rollout.ending` before the flag closes. */
export type Ending = {
  readonly outcome: 'rolled-back' | 'held';
  readonly code: string;
  readonly reason: string;
};

export function readEnding(note: JsonObject | undefined): Ending | undefined {
  return note as unknown as Ending | undefined;
}

export function conclusionOf({ outcome, code, reason }: Ending): Conclusion {
  return { outcome, code, reasons: [reason] };
}
