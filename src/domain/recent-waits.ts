import { latencyBounds, latencyBucket } from './latency.ts';

/** What is kept reaches back for one to two of these. */
const spanMs = 300_000;

/**
 * How long all users waited lately, by bucket: what is usual when a rollout begins. Every time is Unix milliseconds, passed in; a clock that
 * steps back goes on counting into the newest span.
 */
export class RecentWaits {
  #span = 0;
  #now = none();
  #before = none();

  waited(seconds: number, atMs: number): void {
    this.#roll(atMs);
    const bucket = latencyBucket(seconds);
    this.#now[bucket] = (this.#now[bucket] ?? 0) + 1;
  }

  counts(atMs: number): readonly number[] {
    this.#roll(atMs);
    return this.#now.map((count, j) => count + (this.#before[j] ?? 0));
  }

  #roll(atMs: number): void {
    const span = Math.floor(atMs / spanMs);
    if (span <= this.#span) return;
    this.#before = span === this.#span + 1 ? this.#now : none();
    this.#now = none();
    this.#span = span;
  }
}

function none(): number[] {
  return Array<number>(latencyBounds.length + 1).fill(0);
}
