import type { Signal } from './journal.ts';

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

/** How a change ends that its source or a person took back; undefined: nobody did. */
export function withdrawal(signals: readonly Signal[]): Conclusion | undefined {
  const signal = signals.find(({ name }) => name === 'superseded' || name === 'cancel');
  if (signal === undefined) return undefined;
  if (signal.name === 'cancel')
    return { outcome: 'held', code: 'change.cancel', reasons: [`${signal.actor} cancelled it`] };
  const reasons = [`its source handed in a newer head: ${String(signal.data.by)}`];
  return { outcome: 'superseded', code: 'change.superseded', reasons };
}
