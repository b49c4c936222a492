import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { FixedVersion } from '../../domain/stage.ts';
import type { GuardrailResult } from '../../domain/verdict.ts';
import type { AgeRules, FactName, Facts, Finding, Guardrail } from './facts.ts';
import type { GuardrailSettings } from './settings.ts';

/** Why a fact is not there. */
export type Fault = Pick<Finding, 'verdict' | 'code' | 'reason'>;

/** What a guardrail finds in the facts that were gathered; a fault of a fact that it needs is its finding. */
export function check(
  guardrail: Guardrail,
  found: Partial<Facts>,
  faults: ReadonlyMap<FactName, Fault>,
): Finding {
  try {
    const finding = guardrail.check(found);
    if (finding !== undefined) return finding;
  } catch (error) {
    return { ...faultOf(error), evidence: {} };
  }
  const fault = guardrail.needs.flatMap((need) => faults.get(need) ?? [])[0];
  const missing: Fault = {
    verdict: 'abstain',
    code: 'guardrails.error',
    reason: 'A fact that it needs is missing.',
  };
  return { ...(fault ?? missing), evidence: {} };
}

/** What could not be found out is for a person; what cannot be read as it stands is refused. Never a pass. */
export function faultOf(error: unknown): Fault {
  const code = error instanceof AutolandError ? error.code : 'guardrails.error';
  const unreadable = code === 'lockfile.invalid' || code === 'manifest.invalid';
  return { verdict: unreadable ? 'fail' : 'abstain', code, reason: messageOf(error).slice(0, 1000) };
}

export function notRun(failed: GuardrailResult): Fault {
  return {
    verdict: 'abstain',
    code: 'guardrails.not-run',
    reason: `Not run, because ${failed.name} had failed (${failed.code}).`,
  };
}

/** Counting from a moment to come would make everything older than it is. */
export function agesOf(
  { registry }: Pick<GuardrailSettings, 'registry'>,
  now: Date,
  fixes: readonly FixedVersion[] = [],
): AgeRules {
  const before = registry.before === null ? now : new Date(registry.before);
  const asOf = before < now ? before : now;
  const { minimumAgeDays, fixAgeDays = null } = registry;
  if (fixAgeDays === null || fixes.length === 0) return { minimumAgeDays, asOf };
  const versions = new Set(fixes.map(({ name, version }) => `${name}@${version}`));
  return { minimumAgeDays, fixes: { versions, minimumAgeDays: Math.min(fixAgeDays, minimumAgeDays) }, asOf };
}

/** A revert must not wait: keeping users on what is taken back is worse than what they had. */
export function goesBack(guardrail: string): Finding {
  const reason = 'It goes back to what has run before: nothing is compared.';
  return { verdict: 'pass', code: `${guardrail}.revert`, reason, evidence: {} };
}
