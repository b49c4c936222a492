import { Seconds } from '../../domain/busy-seconds.ts';
import type { Observation, Totals } from '../../domain/rollout.ts';
import type { CountedRecord } from '../../domain/rollout-record.ts';
import { isFailure } from '../../domain/rollout-tally.ts';

/** Lines of windows that are kept, to tell what is usual; a rollout has room for 400 windows in all. */
const KEPT_WINDOWS = 240;

/** What all users of the front door meet, in a rollout or not. */
export class Traffic {
  readonly #seconds = new Seconds();
  #windows: CountedRecord[] = [];
  #unit: Totals['unit'];
  #lastAt: number | undefined;

  /** RFC 3339; null: nobody has come. */
  get lastRequestAt(): string | null {
    return this.#lastAt === undefined ? null : new Date(this.#lastAt * 1000).toISOString();
  }

  /** In the order they came. */
  get windows(): readonly CountedRecord[] {
    return this.#windows;
  }

  met(record: CountedRecord, nowMs: number): void {
    if (record.kind === 'request') {
      this.#seconds.answered(record.user, isFailure(record.outcome), nowMs);
    } else {
      const users = record.kind === 'window' ? record.users : record.requests;
      this.#seconds.counted({ users, failingUsers: record.failed }, nowMs);
      if (users === 0) return;
    }
    this.#unit = record.kind === 'request-window' ? 'request' : undefined;
    this.#lastAt = record.t;
  }

  /** It is of no rollout: both arms have the same version. */
  usual(record: CountedRecord): void {
    if (record.kind === 'request') return;
    this.#windows.push(record);
    if (this.#windows.length > KEPT_WINDOWS) this.#windows = this.#windows.slice(KEPT_WINDOWS / 4);
  }

  level(nowMs: number): Observation['before'] {
    return this.#seconds.level(nowMs);
  }

  recent(nowMs: number): Observation['seconds'] {
    return this.#seconds.recent(nowMs);
  }

  totals(nowMs: number): Totals {
    const unit = this.#unit === undefined ? {} : { unit: this.#unit };
    return { at: new Date(nowMs).toISOString(), ...this.#seconds.all(nowMs), ...unit };
  }
}
