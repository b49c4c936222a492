/** Of the last reports; one that came late says little. */
const mostGaps = 5;

/** How often something reports. Times are monotonic, in ms. */
export class ReportPace {
  readonly #gaps: number[] = [];
  #last: number | undefined;

  reported(now: number): void {
    if (this.#last !== undefined) this.#gaps.push(now - this.#last);
    if (this.#gaps.length > mostGaps) this.#gaps.shift();
    this.#last = now;
  }

  /** The middle one of the last pauses, or how long nothing has come where that is longer; null: it reported once at most. */
  everySeconds(now: number): number | null {
    if (this.#last === undefined || this.#gaps.length === 0) return null;
    const sorted = this.#gaps.toSorted((one, other) => one - other);
    const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return Math.max(middle, now - this.#last) / 1000;
  }
}
