/** A log e-value, the bar at which it decides, and what it was computed from. */
export type Test = {
  readonly logE: number;
  readonly logThreshold: number;
  readonly counts: Readonly<Record<string, number>>;
};

/** One test's standing. Logs are natural. */
export type Evidence = {
  readonly test:
    | 'rollback.server-error'
    | 'rollback.client-error'
    | 'rollback.latency'
    | `rollback.metric.${string}`
    | 'promotion'
    | 'assignment'
    | 'activity'
    | 'shared-harm'
    | 'fresh'
    | 'canary-units'
    | 'bake'
    | 'limit';
  readonly unit: 'log-e' | 'seconds' | 'users' | 'requests';
  /** null: nothing to measure yet. Never read as 0. */
  readonly value: number | null;
  readonly threshold: number;
  readonly counts: Readonly<Record<string, number>>;
};

export type RollbackCode =
  | 'rollout.server-errors'
  | 'rollout.client-errors'
  | 'rollout.latency'
  | 'rollout.metric';
export type HoldCode =
  | 'rollout.inconclusive'
  | 'rollout.no-traffic'
  | 'rollout.assignment'
  | 'rollout.activity';

/** What to do now. Never what to do later: the next look decides afresh. */
export type Verdict =
  | { readonly kind: 'continue' }
  /** Expose the share of users of the plan's step with this index. */
  | { readonly kind: 'raise'; readonly step: number }
  /** The last step passed. */
  | { readonly kind: 'promote' }
  | { readonly kind: 'rollback'; readonly code: RollbackCode }
  /** Close the flag and hold; nobody is blamed. */
  | { readonly kind: 'close'; readonly code: 'rollout.shared-incident' }
  | { readonly kind: 'hold'; readonly code: HoldCode }
  /** Close the flag and begin again with a new nonce. */
  | { readonly kind: 'restart'; readonly code: 'rollout.witness-lost' | 'rollout.telemetry-gap' };

export type RolloutDecision = Verdict & {
  readonly evidence: readonly Evidence[];
  /** One sentence that a person understands. */
  readonly reason: string;
};
