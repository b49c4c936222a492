import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/config.ts';
import { rolloutPlan } from '../../src/config/plans.ts';
import type { RolloutPlan } from '../../src/domain/rollout.ts';

export const users = 20_000;
export const requestsPerSecond = 500;
export const lookSeconds = 0.5;
export const answerSeconds = 0.05;
export const secondsBefore = 60;
/** Some users are prone to what fails on any day. */
export type Background = {
  readonly proneUsers: number;
  readonly proneFails: number;
  readonly othersFail: number;
};

/** 2 % of the users meet most of the background failures, about 1 % of all requests. */
export const background: Background = { proneUsers: 0.02, proneFails: 0.3, othersFail: 0.004 };
/** The fault begins once the canary has answered this many requests well. */
export const goodRequestsFirst = 8;
/** The demo's own plan, read from the repository that the demo makes. */
export const plan: RolloutPlan = rolloutPlan(demoConfig());

function demoConfig() {
  const file = join(import.meta.dirname, '../../examples/storefront/service/.autoland/autoland.yaml');
  return parseConfig(readFileSync(file, 'utf8'), file);
}

/** Where a rollout happens. */
export type World = {
  readonly background: Background;
  readonly plan: RolloutPlan;
  /** Times at which both versions fail alike: see incidents.ts. */
  readonly incidentsPerHour: number;
};

export const demoWorld: World = { background, plan, incidentsPerHour: 0 };

export type Fault = { readonly fails: number; readonly arms: 'canary' | 'both' };

export const epoch = Date.UTC(2026, 0, 1);
export function stamp(seconds: number): string {
  return new Date(epoch + seconds * 1000).toISOString();
}
