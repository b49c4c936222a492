import type { Observation } from '../domain/rollout.ts';

/** The router's side of a rollout: it exposes users only under a lease, and testifies to what they met. */
export interface Witness {
  /**
   * Lets the router expose `flag` at the version it has read for `leaseMs` more. Without a valid lease every request goes to stable.
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
  }): Promise<void>;
  /** undefined: the witness does not know this rollout (it restarted, or never leased it). */
  observe(nonce: string): Promise<Observation | undefined>;
}
