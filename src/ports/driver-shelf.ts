import type { KeptDrivers, ShelvedDriver } from '../domain/driver.ts';

/** Drivers that earned their place in a guardrail, for the agent that offers them to the repository. */
export interface DriverShelf {
  /**
   * Keeps each driver once, by its text. MUST NOT reject: a change is not held up because its drivers cannot be kept. MUST lie where neither a sandbox nor a
   * change under test can write.
   */
  put(kept: KeptDrivers): Promise<void>;
  /** Whole ones alone, ordered by their text's digest; [] where there are none. */
  all(): Promise<readonly ShelvedDriver[]>;
}
