import type { RolloutRecord } from '../../../domain/rollout-record.ts';

/** How long the windows of a record are, as far as they tell, or their ends do. */
export class WindowLengths {
  /** Of the pauses between the ends of two: so long are those that do not tell. */
  shortest: number | undefined;
  longest: number | undefined;
  #last: number | undefined;

  see(record: RolloutRecord): void {
    if (record.kind !== 'window' && record.kind !== 'request-window') return;
    const { t, seconds } = record;
    const pause = this.#last === undefined || t <= this.#last ? undefined : t - this.#last;
    this.#last = t;
    if (pause !== undefined) this.shortest = Math.min(this.shortest ?? pause, pause);
    const length = seconds ?? pause;
    if (length !== undefined) this.longest = Math.max(this.longest ?? length, length);
  }
}
