import type { JsonObject } from '../../../domain/json.ts';
import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { goesBack } from '../check.ts';
import { type Finding, failing, type Problem } from '../facts.ts';
import type { PackageProofFacts, ProvenPackage } from './facts.ts';

/** What one package's proof comes to. `what` becomes the code's second half. */
export type Judgement =
  | { readonly kind: 'pass'; readonly told: JsonObject }
  | { readonly kind: 'not-offered' }
  | { readonly kind: 'fail' | 'abstain'; readonly what: string; readonly why: string };

export type Question = {
  readonly guardrail: string;
  judge(one: ProvenPackage): Judgement;
  /** Of all new versions, such as `are signed`. */
  readonly passes: string;
  /** Of what no version carries, such as `signature`. */
  readonly thing: string;
};

/** The strictest judgement of all packages: one that fails fails all, then one that is in doubt, then one without. */
export function conclude({ guardrail, judge, passes, thing }: Question, facts: PackageProofFacts): Finding {
  if (facts.revert === true) return goesBack(guardrail);
  const judged = facts.packages.map((one) => ({
    key: printable(`${one.name}@${one.version}`).slice(0, 250),
    ...judge(one),
  }));
  const problems = (kind: 'fail' | 'abstain') =>
    judged.flatMap((one): Problem[] =>
      one.kind === kind && 'why' in one
        ? [{ code: `${guardrail}.${one.what}`, detail: printable(`${one.key} ${one.why}`) }]
        : [],
    );
  const omitted = facts.omitted.map((key) => ({
    code: `${guardrail}.too-many`,
    detail: `${key} was not asked about: too many change.`,
  }));
  const failure = failing(problems('fail'));
  if (failure !== undefined) return failure;
  const doubt = failing([...problems('abstain'), ...omitted]);
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain' };
  const passed = judged.flatMap((one) => (one.kind === 'pass' ? [[one.key, one.told] as const] : []));
  const without = judged.flatMap(({ key, kind }) => (kind === 'not-offered' ? [key] : []));
  const evidence = {
    packages: judged.length,
    told: Object.fromEntries(passed.slice(0, 10)),
    notOffered: without.slice(0, 10),
  };
  const [first] = without;
  if (first !== undefined) {
    const all = `${without.length} of ${counted(judged.length, 'new version')}`;
    const reason = printable(`The registry serves no ${thing} for ${all}, nor did it before: ${first}.`);
    return { verdict: 'not-offered', code: `${guardrail}.not-offered`, reason, evidence };
  }
  const none = judged.length === 0;
  const reason = none ? 'No version is new.' : `${counted(judged.length, 'new version')}: ${passes}.`;
  const code = `${guardrail}.${none ? 'unchanged' : 'verified'}`;
  return { verdict: 'pass', code, reason, evidence };
}

/** The registry does not know a version that the lockfile names. */
export const unknownVersion: Judgement = {
  kind: 'abstain',
  what: 'unknown-version',
  why: 'is not in the registry: nothing vouches for it.',
};
