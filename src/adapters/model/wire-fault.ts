import type { ModelFault, ModelUsage } from '../../domain/model.ts';

export type FaultDetails = {
  /** Where the provider said what it cost before it went wrong, or all that it can have. */
  readonly usage?: ModelUsage | undefined;
  /** Where the server refused: with which status, in which words of its own, and when it wants to be asked again. */
  readonly status?: number;
  readonly said?: string | undefined;
  readonly retryAfterMs?: number | undefined;
};

/** Why there is no answer; caught where the call ends. */
export class WireFault extends Error {
  readonly fault: ModelFault;
  readonly details: FaultDetails;

  constructor(fault: ModelFault, reason: string, details: FaultDetails = {}) {
    super(reason);
    this.fault = fault;
    this.details = details;
  }
}

export function malformed(reason: string, usage?: ModelUsage): WireFault {
  return new WireFault('malformed', reason, { usage });
}
