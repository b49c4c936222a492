/** `escalate`: a person must decide. Anything that errs is `deny`. */
export type DecisionValue = 'permit' | 'escalate' | 'deny';

export type PolicyDecision = {
  readonly value: DecisionValue;
  /** Machine-readable, such as `policy.level-observe`; never empty. */
  readonly codes: readonly string[];
  /** Sentences for people, one for each code. */
  readonly reasons: readonly string[];
  /** The ids of the policies that determined it; [] when none permitted. */
  readonly policyIds: readonly string[];
  /** SHA-256 (hex) over the policy text that decided. */
  readonly policyDigest: string;
  /** How far the policy lets autoland go alone with this change. */
  readonly level: 'observe' | 'propose' | 'merge' | 'deploy';
};

/** How a change ended. */
export type ConclusionOutcome = 'landed' | 'refused' | 'held' | 'rolled-back' | 'superseded';

export type Conclusion = {
  readonly outcome: ConclusionOutcome;
  /** Machine-readable, such as `rollout.server-errors` or `tests.count-fell`. */
  readonly code: string;
  readonly reasons: readonly string[];
};
