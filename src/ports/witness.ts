import type { WaitTerms } from '../domain/latency.ts';
import type { Metric } from '../domain/metric.ts';
import type { Observation, Totals } from '../domain/rollout.ts';

/** Whoever gives users a version, by itself or by a front door: it exposes them only under a lease, and testifies to what they met. */
export interface Witness {
  /**
   * Lets it expose `flag` at the version that it has read, for `leaseMs` more. Without a valid lease every request goes to stable.
   * Starts a rollout's tallies when (nonce) is new; starts a step's tallies when `step` is new.
   */
  lease(input: {
    service: string;
    flag: string;
    nonce: string;
    version: number;
    step: number;
    weight: number;
    leaseMs: number;
    /** What of the answers is counted besides; of the lease that starts the rollout. Absent: nothing. */
    metrics?: readonly Metric[];
    /** Of the lease that starts the rollout. Absent: `defaultWaitTerms`. */
    waits?: WaitTerms;
  }): Promise<void>;
  /**
   * undefined: the witness does not know this rollout (it restarted, or never leased it). `service`: whose it is, where the process that
   * asks may be another than the one that leased; absent: asked of what this process leased.
   */
  observe(nonce: string, service?: string): Promise<Observation | undefined>;
  /** Of the last quarter of an hour at least, as far as it remembers; also where no rollout is under way. */
  totals(service: string): Promise<Totals>;
}
