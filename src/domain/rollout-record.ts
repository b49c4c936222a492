import type { MetricKind, Report } from './metric.ts';
import type { Arm, Outcome } from './rollout-tally.ts';

/** What a recorded rollout consists of, in the order of time. `t`: seconds since any beginning, from 0. */
export type RolloutRecord = WeightRecord | CountedRecord;
export type CountedRecord = RequestRecord | WindowRecord | RequestWindowRecord;

/** From then on this share of users is on the canary: a step begins. */
export type WeightRecord = {
  readonly kind: 'weight';
  readonly t: number;
  readonly weight: number;
  /** No line says so: it was like that from the first line on, and nobody knows since when. */
  readonly isAssumed?: true;
};

/** One request was answered. */
export type RequestRecord = {
  readonly kind: 'request';
  readonly t: number;
  readonly arm: Arm;
  readonly user: string;
  readonly outcome: Outcome;
  /** To the first byte; undefined: it was not measured. */
  readonly seconds?: number;
  /** What the service said of its own; undefined: nothing. */
  readonly reports?: readonly Report[];
};

/** Users whose first request of the step was answered in a window that ends at `t`, and those whose request failed. */
export type WindowRecord = {
  readonly kind: 'window';
  readonly t: number;
  readonly arm: Arm;
  readonly users: number;
  readonly failed: number;
  /** How long it lasted; undefined: nobody told. */
  readonly seconds?: number | undefined;
  readonly latency?: WindowLatency;
  /** By name: of users whose first report of the step came in the window. undefined: nothing is told. */
  readonly metrics?: Readonly<Record<string, MetricWindow>>;
};

/** How many users reported it, by bucket: one of a rate, two of a ratio (0 and 1), of a histogram one more than its bounds. */
export type MetricWindow = {
  readonly kind: MetricKind;
  /** Of a histogram; rising, and the same in the whole record. */
  readonly bounds?: readonly number[];
  readonly counts: readonly number[];
};

/** Bounds in seconds, the same in the whole record; one count more than there are bounds. undefined: it was not measured. */
export type WindowLatency = { readonly bounds: readonly number[]; readonly counts: readonly number[] };

/** Requests answered in a window that ends at `t`, whoever asked, and those that failed: no user can be told from another. */
export type RequestWindowRecord = {
  readonly kind: 'request-window';
  readonly t: number;
  readonly arm: Arm;
  readonly requests: number;
  readonly failed: number;
  readonly seconds?: number | undefined;
  readonly latency?: WindowLatency;
};
