import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBelow } from '../../domain/autonomy.ts';
import { autonomyLevels } from '../../domain/change.ts';
import { sampleDemotion } from '../../testing/changes.ts';
import { covers } from '../../testing/covers.ts';
import { demotionBelow, effectiveLevel, foldAutonomy } from '../../views/autonomy.ts';
import { loadPolicies } from './cedar.ts';
import { decide } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { goodPatch, withVerdict } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';

const policies = [
  await loadPolicies(defaultPolicyText(), 'default-policy.cedar'),
  await loadPolicies('@id("anything")\npermit (principal, action, resource);', 'anything.cedar'),
  await loadPolicies(
    '@id("m")\npermit (principal, action == Action::"merge", resource);\n@id("f")\nforbid (principal, action, resource) when { context.frozen };',
    'mixed.cedar',
  ),
];

/** Of failures and of people who give back what they cost; `known` is the last change that the person knows of. */
type Act = { readonly kind: 'failed' } | { readonly kind: 'restored'; readonly known: number };

function autonomyAfter(acts: readonly Act[]) {
  const { class: of, from, to, code, at } = sampleDemotion;
  const all = acts.map((act, index) => {
    if (act.kind === 'failed') {
      const data = { class: of, from, to, code };
      return { index, at, actor: 'deployer', type: 'autonomy.demoted', change: `chg_${index}`, data };
    }
    const changes = Array.from({ length: Math.min(act.known, index) }, (_, one) => `chg_${one}`);
    return { index, at, actor: 'person:a', type: 'autonomy.restored', data: { class: of, changes } };
  });
  return foldAutonomy(all);
}

function evidenceAfter(acts: readonly Act[], from: Evidence): Evidence {
  const autonomy = autonomyAfter(acts);
  const of = from.classification.class;
  const level = effectiveLevel(autonomy, from.level, of);
  return { ...from, level, demotion: demotionBelow(autonomy, of, from.level) };
}

const values = ['deny', 'escalate', 'permit'];
const evidence = fc
  .record({
    level: fc.constantFrom(...autonomyLevels),
    tests: fc.constantFrom('pass', 'fail', 'abstain', 'not-configured'),
    irreversible: fc.constantFrom([], ['db/1.sql']),
    frozen: fc.constantFrom(undefined, 'outside the windows'),
    unsignedAllowed: fc.boolean(),
  })
  .map(({ tests, ...more }) => withVerdict({ ...goodPatch, signed: false, ...more }, 'tests', tests));
const act = fc.oneof(
  fc.constant<Act>({ kind: 'failed' }),
  fc.nat(20).map((known): Act => ({ kind: 'restored', known })),
);

describe('a decision', () => {
  it('never permits more after one more failure, whatever history, evidence and policy', () => {
    covers('ASI08', 'ASI10');
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 10 }),
        evidence,
        fc.constantFrom(...policies),
        (acts, found, policy) => {
          const before = decide(evidenceAfter(acts, found), policy, 'd');
          const after = decide(evidenceAfter([...acts, { kind: 'failed' }], found), policy, 'd');
          expect(values.indexOf(after.value)).toBeLessThanOrEqual(values.indexOf(before.value));
          expect(isBelow(before.level, after.level)).toBe(false);
          expect(after.value).not.toBe('permit');
        },
      ),
    );
  });

  it('names the failure first, where nothing else speaks against the change', () => {
    const held = decide(evidenceAfter([{ kind: 'failed' }], goodPatch), policies[0] ?? never(), 'd');
    expect(held).toMatchObject({ value: 'escalate', codes: ['policy.demoted'], level: 'propose' });
    const again: readonly Act[] = [{ kind: 'failed' }, { kind: 'restored', known: 1 }];
    expect(decide(evidenceAfter(again, goodPatch), policies[0] ?? never(), 'd').value).toBe('permit');
  });

  it('says what the branch says, where that is less than a failure leaves', () => {
    const observed = evidenceAfter([{ kind: 'failed' }], { ...goodPatch, level: 'observe' });
    expect(decide(observed, policies[0] ?? never(), 'd').codes).toEqual(['policy.level-observe']);
  });
});

function never(): never {
  throw new Error('the default policy is there');
}
