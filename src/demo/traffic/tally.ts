import { Latencies } from './latencies.ts';

/** What happened in a span of time: one second, or the whole run. */
export type Counts = {
  readonly sent: number;
  readonly answered: number;
  /** Neither expected nor part of everyday life; connections that failed are among them. */
  readonly unexpected: number;
  /** Connections that failed, answers that broke off or never came. */
  readonly dropped: number;
  /** Everyday failures: a background habit answered with an expected status of 400 or more. */
  readonly background: number;
  /** Visits given up because the server was too far behind. */
  readonly shed: number;
  /** From the sending of the request to the end of its answer; null: nothing was answered. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
};

export type Outcome = 'fine' | 'background' | 'unexpected' | 'dropped';

export class Tally {
  #sent = 0;
  #shed = 0;
  readonly #outcomes: Record<Outcome, number> = { fine: 0, background: 0, unexpected: 0, dropped: 0 };
  readonly #latencies = new Latencies();

  sent(): void {
    this.#sent += 1;
  }

  shed(): void {
    this.#shed += 1;
  }

  ended(outcome: Outcome, ms: number): void {
    this.#outcomes[outcome] += 1;
    if (outcome !== 'dropped') this.#latencies.add(ms);
  }

  counts(): Counts {
    const { fine, background, unexpected, dropped } = this.#outcomes;
    return {
      sent: this.#sent,
      answered: fine + background + unexpected,
      unexpected: unexpected + dropped,
      dropped,
      background,
      shed: this.#shed,
      p50Ms: this.#latencies.percentile(0.5),
      p99Ms: this.#latencies.percentile(0.99),
    };
  }
}
