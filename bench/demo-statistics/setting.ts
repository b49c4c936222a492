import type { RolloutPlan } from '../../src/domain/rollout.ts';

export const users = 20_000;
export const requestsPerSecond = 500;
export const lookSeconds = 0.5;
export const answerSeconds = 0.05;
export const secondsBefore = 60;
/** 2 % of the users meet most of the background failures, about 1 % of all requests. */
export const background = { proneUsers: 0.02, proneFails: 0.3, othersFail: 0.004 };
/** The fault begins once the canary has answered this many requests well. */
export const goodRequestsFirst = 8;
export const plan: RolloutPlan = {
  alpha: 0.001,
  beta: 0.05,
  ceiling: 0.05,
  steps: [
    { weight: 0.01, exclude: 20, limitSeconds: 60, bakeSeconds: 12 },
    { weight: 0.1, exclude: 3, limitSeconds: 60, bakeSeconds: 7 },
    { weight: 0.5, exclude: 2, limitSeconds: 60, bakeSeconds: 7 },
  ],
};

export type Fault = { readonly fails: number; readonly arms: 'canary' | 'both' };

export const epoch = Date.UTC(2026, 0, 1);
export function stamp(seconds: number): string {
  return new Date(epoch + seconds * 1000).toISOString();
}
