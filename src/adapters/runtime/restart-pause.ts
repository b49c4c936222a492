/** A process that ran this long is no longer taken to be crashing on and on. */
const STEADY_MS = 60_000;
const BACKOFF_MS = { first: 100, most: 30_000 };

/** When a process that crashed may start again: each time after a longer pause. */
export class RestartPause {
  #failures = 0;
  #until = 0;

  /** It runs, for so long. */
  runs(ms: number): void {
    if (ms > STEADY_MS) this.#failures = 0;
  }

  /** It does not run: a pause begins (`began`), goes on, or is over, and the next time another begins. */
  look(now: number): 'began' | 'goes-on' | 'over' {
    if (this.#until === 0) {
      this.#until = now + Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#failures);
      this.#failures += 1;
      return 'began';
    }
    if (now < this.#until) return 'goes-on';
    this.#until = 0;
    return 'over';
  }
}
