import type { DriverRunner } from '../ports/driver-runner.ts';

/** For tests of other guardrails: no model writes drivers. */
export const idleDriverRunner: DriverRunner = {
  run: () => Promise.reject(new Error('asked to run drivers')),
};
