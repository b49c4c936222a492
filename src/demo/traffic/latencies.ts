const LEAST_MS = 0.05;
const STEP = Math.log(1.03);
const BUCKETS = 500;

/** Counts of latencies in buckets that grow by 3 %: percentiles are that exact. */
export class Latencies {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(ms: number): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / STEP);
    const index = Math.min(bucket, BUCKETS - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
  }

  /** The upper edge, in ms, of the bucket that holds this share of all; null: nothing was added. */
  percentile(share: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.max(1, Math.ceil(share * this.#total));
    const index = this.#counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return Math.round(LEAST_MS * Math.exp(index * STEP) * 100) / 100;
  }
}
