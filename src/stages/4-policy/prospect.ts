import type { PolicyDecision } from '../../domain/decision.ts';
import type { GuardrailResult, Verdict } from '../../domain/verdict.ts';
import type { FlagEnd } from '../../views/promoted-flags.ts';
import type { Policies } from './cedar.ts';
import { decide } from './decide.ts';
import type { Evidence } from './evidence.ts';

/** What is known of a change before anything was checked. */
export type Beforehand = Pick<
  Evidence,
  'classification' | 'source' | 'target' | 'level' | 'demotion' | 'irreversible' | 'unsignedAllowed'
> & {
  /** The best that can be heard of it: nobody objects, where one is configured. */
  readonly judge: Extract<Evidence['judge']['verdict'], 'no-objection' | 'not-configured'>;
};

/** What the policy answers if every guardrail passes and no judge objects, whatever the hour: a stop or a freeze is told apart. */
export type Prospect = Pick<PolicyDecision, 'value' | 'level' | 'codes' | 'reasons'>;

/** What the guardrails must say for a policy to permit it. One that fails or abstains is always in the way. */
export type Needs = {
  readonly mustPass: readonly string[];
  /** Those that may also not be configured, because a policy waives it. */
  readonly mayBeNotConfigured: readonly string[];
  /** Those that may also not be offered by a registry. */
  readonly mayBeNotOffered: readonly string[];
};

/** The best that can become of it. `names`: of all guardrails. */
export function prospect(known: Beforehand, names: readonly string[], policies: Policies): Prospect {
  const { value, level, codes, reasons } = decide(evidenceOf(known, names.map(passing)), policies, '');
  return { value, level, codes, reasons };
}

/** By the policies alone: level and demotion are in the decision. null: none permits it, whatever passes. */
export function needsOf(known: Beforehand, names: readonly string[], policies: Policies): Needs | null {
  const free = { ...known, level: 'merge', demotion: undefined, unsignedAllowed: true } as const;
  const permits = (results: readonly GuardrailResult[]) =>
    decide(evidenceOf(free, results), policies, '').value === 'permit';
  const all = names.map(passing);
  if (!permits(all)) return null;
  const mayBe = (answer: Verdict) =>
    names.filter((name, at) => permits(all.with(at, resultOf(name, answer))));
  const mayBeNotConfigured = mayBe('not-configured');
  const mayBeNotOffered = mayBe('not-offered');
  const open = new Set([...mayBeNotConfigured, ...mayBeNotOffered]);
  return { mustPass: names.filter((name) => !open.has(name)), mayBeNotConfigured, mayBeNotOffered };
}

function evidenceOf(known: Beforehand, results: readonly GuardrailResult[]): Evidence {
  const removes = known.classification.class === 'flag-removal';
  return {
    ...known,
    guardrails: { verdict: 'pass', results: results.map((one) => proving(one, known)) },
    judge: { verdict: known.judge, reasons: [] },
    removal: removes ? { to: 'on', keys: [settled.key], settled: [settled], doubts: [] } : undefined,
    stopped: undefined,
    frozen: undefined,
    signed: false,
  };
}

/** A flag of which everything is as a policy can wish. */
const settled: FlagEnd = { key: 'flag', change: '', flags: [], state: 'promoted', since: '' };

/** Policies ask by these codes what was proved. */
function proving(result: GuardrailResult, { classification }: Beforehand): GuardrailResult {
  if (result.name === 'reproduction' && classification.class === 'crash-fix')
    return result.verdict === 'pass' ? { ...result, code: 'reproduction.fails-before' } : result;
  if (result.name !== 'flag-off' || result.verdict !== 'pass') return result;
  if (classification.class === 'flag-addition') return { ...result, code: 'flag-off.equivalent' };
  if (classification.class === 'flag-removal') return { ...result, code: 'flag-off.removed-on' };
  return result;
}

function passing(name: string): GuardrailResult {
  return resultOf(name, 'pass');
}

function resultOf(name: string, verdict: Verdict): GuardrailResult {
  return { name, verdict, code: `${name}.${verdict}`, reason: '', evidence: {}, ms: 0 };
}
