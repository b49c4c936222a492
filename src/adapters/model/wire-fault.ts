import type { ModelFault, ModelUsage } from '../../domain/model.ts';

/** Why there is no answer; caught where the call ends. */
export class WireFault extends Error {
  readonly fault: ModelFault;
  readonly usage: ModelUsage | undefined;

  /** `usage`: where the provider said what it cost before it went wrong. */
  constructor(fault: ModelFault, reason: string, usage?: ModelUsage) {
    super(reason);
    this.fault = fault;
    this.usage = usage;
  }
}

export function malformed(reason: string, usage?: ModelUsage): WireFault {
  return new WireFault('malformed', reason, usage);
}
