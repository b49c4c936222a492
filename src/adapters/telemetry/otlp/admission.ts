/** At a time, while their bodies come. */
const mostAtOnce = 8;
const bytesPerSecond = 2 << 20;
const burstBytes = 8 << 20;
/** What even an empty export takes. */
const leastBytes = 16 << 10;

export type Busy = { readonly why: 'at-once' | 'bytes'; readonly retryAfterSeconds: number };

/** How much one instance may report: reading it takes the time of the process that keeps all services up. */
export class Admission {
  readonly #now: () => number;
  #atOnce = 0;
  #left = burstBytes;
  #since: number;

  /** `now`: monotonic, in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /** undefined: go on, and call `end` with what it was. */
  begin(): Busy | undefined {
    this.#refill();
    if (this.#left <= 0)
      return { why: 'bytes', retryAfterSeconds: Math.ceil((1 - this.#left) / bytesPerSecond) };
    if (this.#atOnce >= mostAtOnce) return { why: 'at-once', retryAfterSeconds: 1 };
    this.#atOnce += 1;
    return undefined;
  }

  /** `bytes`: unpacked. */
  end(bytes: number): void {
    this.#atOnce -= 1;
    this.#left -= Math.max(bytes, leastBytes);
  }

  #refill(): void {
    const now = this.#now();
    this.#left = Math.min(burstBytes, this.#left + ((now - this.#since) / 1000) * bytesPerSecond);
    this.#since = now;
  }
}
