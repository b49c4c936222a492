import type { RequestRecord } from '../../../domain/rollout-record.ts';
import { isFailure } from '../../../domain/rollout-tally.ts';

const mostOfOneMoment = 1_000_000;

/** Requests of one and the same time: in what order their lines stand, and whether one stands twice, must decide nothing. */
export class Moment {
  #requests: RequestRecord[] = [];

  /** Throws RangeError where there are too many to be remembered. */
  add(record: RequestRecord): void {
    if (this.#requests.length >= mostOfOneMoment)
      throw new RangeError(`more than ${mostOfOneMoment} requests have one time: write parts of seconds`);
    this.#requests.push(record);
  }

  /** Each once. Of one user's, what failed comes first, then what took longest. */
  take(): readonly RequestRecord[] {
    const all = this.#requests;
    this.#requests = [];
    if (all.length < 2) return all;
    const each = new Map(all.map((record) => [JSON.stringify(record), record]));
    return [...each].toSorted(byHarm).map(([, record]) => record);
  }
}

type Line = readonly [text: string, record: RequestRecord];

function byHarm([text, one]: Line, [otherText, other]: Line): number {
  const failed = Number(isFailure(other.outcome)) - Number(isFailure(one.outcome));
  const waited = (other.seconds ?? 0) - (one.seconds ?? 0);
  return failed || waited || (text < otherText ? -1 : 1);
}
