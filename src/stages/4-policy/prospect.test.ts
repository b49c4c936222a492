import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ChangeClass, changeClasses } from '../../domain/change.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { loadPolicies, type Policies } from './cedar.ts';
import { decide } from './decide.ts';
import { type Beforehand, needsOf, prospect } from './prospect.ts';
import { file, goodPatch, guardrails, packageChange } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';

const names = Object.values(goodPatch.guardrails.results).map(({ name }) => name);
const all = [...names, 'proof', 'flag-off', 'mutation'];

function known(of: ChangeClass, changed: Partial<Beforehand> = {}): Beforehand {
  const classification = { ...goodPatch.classification, class: of, packages: [packageChange('ejs')] };
  const { source, target, demotion, irreversible } = goodPatch;
  return {
    classification,
    source,
    target,
    demotion,
    irreversible,
    level: 'deploy',
    unsignedAllowed: true,
    judge: 'not-configured',
    ...changed,
  };
}

describe('what may become of a change', () => {
  let policies: Policies;
  beforeAll(async () => {
    policies = await loadPolicies(defaultPolicyText(), 'policy.cedar');
  });
  const of = (wanted: ChangeClass, changed: Partial<Beforehand> = {}) => ({
    ifAllPass: prospect(known(wanted, changed), all, policies),
    needs: needsOf(known(wanted, changed), all, policies),
  });

  it('says by the default policy which classes can land at all', () => {
    const values = changeClasses.map((one) => [one, of(one).ifAllPass.value, of(one).needs !== null]);
    expect(values).toEqual([
      ['dependency-patch', 'permit', true],
      ['dependency-minor', 'permit', true],
      // No policy waives that no judge has read it.
      ['dependency-security', 'escalate', false],
      ['docs', 'escalate', false],
      ['lint', 'escalate', false],
      ['flag-addition', 'escalate', false],
      ['flag-removal', 'permit', true],
      ['crash-fix', 'escalate', false],
      ['revert', 'permit', true],
      ['other', 'deny', false],
    ]);
  });

  it('takes a judge that is configured for one that does not object', () => {
    const values = (['docs', 'lint', 'other'] as const).map((one) => {
      const { ifAllPass, needs } = of(one, { judge: 'no-objection' });
      return [ifAllPass.value, needs !== null];
    });
    expect(values).toEqual([
      ['permit', true],
      ['permit', true],
      ['deny', false],
    ]);
  });

  it('names the guardrails that must pass, and those that may be missing', () => {
    const { needs } = of('dependency-patch');
    expect(needs?.mustPass).toEqual(
      expect.arrayContaining(['scope', 'tests', 'release-age', 'build', 'lint']),
    );
    expect(needs?.mayBeNotConfigured).toEqual(['system-calls', 'drivers']);
    expect(needs?.mayBeNotOffered).toEqual(['signatures', 'provenance', 'publisher', 'advisories']);
  });

  it('is the best case of the default policy: what lands passes all that it needs', () => {
    const told = new Map(changeClasses.map((one) => [one, of(one)]));
    const good: Record<string, Verdict> = Object.fromEntries(all.map((name) => [name, 'pass']));
    const verdict = fc.constantFrom<Verdict>('pass', 'not-configured', 'not-offered', 'abstain', 'fail');
    const changed = fc.dictionary(fc.constantFrom(...all), verdict, { maxKeys: 3 });
    let landed = 0;
    fc.assert(
      fc.property(fc.constantFrom(...changeClasses), changed, (one, over) => {
        const verdicts = { ...good, ...over };
        const judge = { verdict: 'not-configured', reasons: [] } as const;
        const evidence = { ...goodPatch, ...known(one), guardrails: guardrails(verdicts), judge };
        if (decide(evidence, policies, '').value !== 'permit') return;
        landed += 1;
        expect(told.get(one)?.ifAllPass.value).toBe('permit');
        const needed = told.get(one)?.needs?.mustPass ?? [];
        expect(needed.length).toBeGreaterThan(0);
        for (const name of needed) expect(verdicts[name]).toBe('pass');
      }),
      { numRuns: 100, examples: [['dependency-patch', {}]] },
    );
    expect(landed).toBeGreaterThan(0);
  });

  it('tells the level in the decision, and not in what is needed', () => {
    const observed = of('dependency-patch', { level: 'observe' });
    expect(observed.ifAllPass).toMatchObject({ value: 'escalate', codes: ['policy.level-observe'] });
    expect(observed.needs).toEqual(of('dependency-patch').needs);
    expect(of('dependency-patch', { unsignedAllowed: false }).ifAllPass.codes).toEqual(['policy.unsigned']);
  });

  it('knows what the diff alone forbids', () => {
    const large = { ...known('dependency-patch').classification, files: [file('a.js', 6_000, 0)] };
    const found = of('dependency-patch', { classification: large });
    expect(found.ifAllPass.value).toBe('deny');
    expect(found.ifAllPass.codes[0]).toBe('policy.forbidden');
    expect(found.needs).toBeNull();
    const path = { ...known('docs').classification, protectedPaths: ['.autoland/policy.cedar'] };
    expect(of('docs', { classification: path }).ifAllPass.codes).toContain('policy.protected-path');
    expect(of('dependency-patch', { irreversible: ['migrations/1.sql'] }).ifAllPass.codes).toEqual([
      'policy.no-way-back',
    ]);
  });
});
