/** The red button and its kin: read from files, so that they work while everything else is down. */
export interface Controls {
  /** undefined: running. MUST answer a stop when it cannot tell. */
  stopped(): Promise<{ by: string; at: string; reason: string } | undefined>;
  stop(by: string, reason: string): Promise<void>;
  resume(by: string): Promise<void>;
}
