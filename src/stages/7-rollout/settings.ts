import { rolloutPlan } from '../../config/plans.ts';
import type { Config } from '../../config/schema.ts';
import type { Demotion } from '../../domain/autonomy.ts';
import type { PolicyDecision } from '../../domain/decision.ts';
import type { RolloutPlan } from '../../domain/rollout.ts';
import type { GuardrailResult } from '../../domain/verdict.ts';
import { demotionReason } from '../../views/autonomy.ts';

export type RolloutSettings = {
  readonly plan: RolloutPlan;
  readonly lookMs: number;
  /** The router exposes users for no longer than this without hearing from the control plane. */
  readonly leaseMs: number;
  readonly staleAfterSeconds: number;
};

/** `results`: of the guardrails; the riskier the change, the longer its steps bake. */
export function settingsOf(
  config: Pick<Config, 'rollout'>,
  results?: readonly Pick<GuardrailResult, 'name' | 'code'>[],
): RolloutSettings {
  const lookMs = config.rollout.lookSeconds * 1000;
  const plan = rolloutPlan(config);
  return {
    plan: results === undefined ? plan : longer(plan, riskFactor(results)),
    lookMs,
    leaseMs: Math.max(5_000, 4 * lookMs),
    staleAfterSeconds: Math.max(10, (10 * lookMs) / 1000),
  };
}

const factors: Readonly<Record<string, number>> = { 'risk.low': 1, 'risk.medium': 2, 'risk.high': 3 };

/** Risk that nobody has told counts as high. */
function riskFactor(results: readonly Pick<GuardrailResult, 'name' | 'code'>[]): number {
  return factors[results.find(({ name }) => name === 'risk')?.code ?? ''] ?? 3;
}

/** The limit moves with the bake: what is left for the tests is the same. */
function longer(plan: RolloutPlan, factor: number): RolloutPlan {
  const steps = plan.steps.map((step) => ({
    ...step,
    bakeSeconds: factor * step.bakeSeconds,
    limitSeconds: step.limitSeconds + (factor - 1) * step.bakeSeconds,
  }));
  return { ...plan, steps };
}

export type Barrier = {
  readonly code: string;
  readonly why: string;
  /** Exposure ends at once; otherwise it only does not rise. */
  readonly closes: boolean;
  /** It will not fall again: the change is held. */
  readonly final: boolean;
};

/** Everything that forbids to raise exposure, asked again at every look. */
export function barrierTo(facts: {
  readonly stopped: { readonly by: string; readonly reason: string } | undefined;
  readonly frozen: string | undefined;
  readonly demotion: Demotion | undefined;
  readonly decided: PolicyDecision | undefined;
  readonly policyDigest: string;
  /** RFC 3339: when the gate's decision ends. */
  readonly expires: string;
  readonly now: Date;
}): Barrier | undefined {
  const { stopped, frozen, demotion, decided, policyDigest, expires, now } = facts;
  if (stopped !== undefined) {
    const why = `stopped by ${stopped.by}: ${stopped.reason}`;
    return { code: 'rollout.stopped', why, closes: true, final: false };
  }
  if (decided?.value !== 'permit' || decided.level !== 'deploy')
    return {
      code: 'rollout.not-permitted',
      why: 'the policy did not permit to deploy it',
      closes: true,
      final: true,
    };
  if (decided.policyDigest !== policyDigest) {
    const why = 'the policy of the branch is not the one that permitted this change';
    return { code: 'rollout.policy-changed', why, closes: true, final: true };
  }
  if (demotion !== undefined)
    return { code: 'rollout.demoted', why: demotionReason(demotion), closes: true, final: true };
  // Written so that a time that is none counts as too late.
  if (!(now < new Date(expires)))
    return {
      code: 'rollout.expired',
      why: `the gate's decision stood until ${expires}: propose the change again`,
      closes: true,
      final: true,
    };
  if (frozen === undefined) return undefined;
  return { code: 'rollout.frozen', why: frozen, closes: false, final: false };
}
