import type { MetricPlan } from './metric.ts';

/** What the router counts as going wrong, each with a process and a share of alpha of its own. */
export const outcomeClasses = ['server-error', 'client-error'] as const;
/** `server-error`: 5xx, aborted, no answer in time. `client-error`: 4xx. */
export type OutcomeClass = (typeof outcomeClasses)[number];

export type PerArm = { readonly canary: number; readonly baseline: number };

export type RolloutStep = {
  /** Share of users, 0 < weight < 1. The last step of a rollout is followed by 100 %. */
  readonly weight: number;
  /** The step promotes when a canary this many times worse than baseline is excluded. */
  readonly exclude: number;
  /** Inconclusive after this many seconds -> hold. */
  readonly limitSeconds: number;
  /** Never promoted sooner than this many seconds after it began. */
  readonly bakeSeconds: number;
};

export type RolloutPlan = {
  readonly steps: readonly RolloutStep[];
  /** Probability of rolling back a change that alters nothing, over the whole rollout. */
  readonly alpha: number;
  /** Probability of promoting a step whose canary is as bad as what it must exclude. */
  readonly beta: number;
  /** Share of failing units below which a relative excess is tolerated (docs/statistics.md). */
  readonly ceiling: number;
  /** Absent: users who wait longer are no reason to roll back. */
  readonly latency?: LatencyPlan;
  /** Absent: what everybody has is not watched any more. */
  readonly watch?: WatchPlan;
  /** Absent: the service names none. */
  readonly metrics?: readonly MetricPlan[];
};

/** An alarm of harm that nobody was compared for must stand so long before it ends anything. */
export const alarmSeconds = 10;

/** After the promotion, when nobody is left to compare with. */
export type WatchPlan = {
  readonly seconds: number;
  /** How often a month it may find harm in a version that does none, were it watched all the time. */
  readonly falseAlarmsPerMonth: number;
  /** An alarm opens a trial of at most so long; absent: it takes the version back, as what changed last. */
  readonly trialSeconds?: number;
};

export type LatencyPlan = {
  /** By this factor the canary may be slower: from 1. */
  readonly tolerate: number;
  /** From the first users on nobody's wait counts for so long; absent, from before an upgrade: 10. */
  readonly warmUpSeconds?: number;
};

/** A flag's key carries the nonce: nobody can choose an arm by choosing an id. */
export function flagKey(service: string, nonce: string): string {
  return `${service}.${nonce}`;
}

export function isFlagOf(service: string, key: string): boolean {
  return serviceOfFlag(key) === service;
}

/** '': it is no key of a rollout. */
export function serviceOfFlag(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('.')));
}

/**
 * What the router has counted in one step of one rollout. Units are users, never requests.
 * Weight is constant within a step.
 */
export type StepTally = {
  readonly step: number;
  readonly weight: number;
  /** Users whose FIRST error of that class in the whole rollout fell in this step. */
  readonly firstErrors: { readonly [C in OutcomeClass]: PerArm };
  /** Users with an error of that class in this step and one in an earlier step, once each. */
  readonly laterErrors: { readonly [C in OutcomeClass]: readonly LaterErrors[] };
  /** Users whose first request of this step has been answered. */
  readonly units: PerArm;
  /** … and failed, in either class. */
  readonly failingUnits: PerArm;
  /** Users by arm at the evaluation of their first request of the step (also those not answered yet). */
  readonly assigned: PerArm;
  /** Of the users first exposed in this step: those who came back with a second request. */
  readonly returned: PerArm;
  /** How long users waited at their first request of this step, after the warm-up, by what was known of their arm. */
  readonly latencies: readonly BucketCoins[];
  /** Of each that the lease names; absent: the witness counts none. */
  readonly metrics?: readonly MetricTally[];
};

/** One bucket for a rate, else one more than there are bounds. */
export type MetricTally = {
  readonly name: string;
  readonly coins: readonly BucketCoins[];
  /** Absent: `metricBounds` of its kind. */
  readonly bounds?: readonly number[];
};

/**
 * Units by bucket (of the time to the first byte: one more than there are bounds). `after`: the weight at which the users were seen on
 * baseline before; 0: they were not seen. Where they were on the canary, their arm is known.
 */
export type BucketCoins = {
  readonly after: number;
  readonly canary: readonly number[];
  readonly baseline: readonly number[];
};

/** Of users whose error before was on baseline, at the weight `after`: where it was on the canary, their arm is known. */
export type LaterErrors = PerArm & { readonly after: number };

export const noLaterErrors: StepTally['laterErrors'] = { 'server-error': [], 'client-error': [] };

/** A snapshot of the witness for one rollout. Counts only grow while `epoch` stays the same. */
export type Observation = {
  /** Changes when the witness lost its memory (it restarted): then the rollout must start anew. */
  readonly epoch: string;
  readonly nonce: string;
  /** RFC 3339. */
  readonly at: string;
  readonly steps: readonly StepTally[];
  /** Seconds, rising: of the latencies of all steps. Empty: the witness measures none. */
  readonly latencyBounds: readonly number[];
  /** The canary's waits were divided by this factor before they were put into buckets; absent: by none. */
  readonly tolerated?: number;
  /** How long users waited before the rollout began, by the same buckets; it stays as it was then. Absent: that is not known. */
  readonly usualWaits?: readonly number[];
  /** Distinct users who met the candidate. */
  readonly usersExposed: number;
  /** Of those, users to whom the candidate answered with a server or client error. */
  readonly usersErrored: number;
  /** RFC 3339 of the last answered request of any arm; null: none yet. */
  readonly lastRequestAt: string | null;
  /** Websockets of a closed arm that were cut after the grace. */
  readonly websocketsCut: number;
  /** All arms together, by whole second, oldest first: for the shared-harm guard. */
  readonly seconds: readonly { readonly at: string; readonly users: number; readonly failingUsers: number }[];
  /** The same over the minute before the rollout began; null: the witness had not seen 10 s of traffic. */
  readonly before: { readonly users: number; readonly failingUsers: number; readonly seconds: number } | null;
  /** What the counts do not tell of, as a sentence; the first of it stays. Absent: they are whole. */
  readonly gap?: string;
  /** Absent: users were counted. Requests show no version to be good. */
  readonly requests?: RequestCounts;
};

/**
 * Whoever counts cannot tell users apart. `calibration`: how much more the split of two equal arms scatters than coins do, one user's
 * bad luck being many bad requests; null: too little was seen to tell.
 */
export type RequestCounts = { readonly calibration: Calibration | null };
export type Calibration = { readonly dispersion: number; readonly windows: number };

/** What all users of a service met, whoever served them. */
export type Totals = {
  /** RFC 3339, as all times here. */
  readonly at: string;
  /** The first of the whole seconds that the lists are about, oldest first. */
  readonly from: string;
  /** Distinct users of each second. */
  readonly users: readonly number[];
  /** Of those, the ones who met a failure. */
  readonly failingUsers: readonly number[];
  /** `request`: users cannot be told apart, so that nothing will be promoted. Absent: they can. */
  readonly unit?: 'request';
};
