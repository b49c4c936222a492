import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autonomyLevels, changeClasses } from '../../domain/change.ts';
import type { PolicyDecision } from '../../domain/decision.ts';
import { loadDefaultPolicies, loadPolicies, type Policies, policiesOf } from './cedar.ts';
import { decide } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { requestFor, waiverFor } from './request.ts';
import { file, goodPatch, of, withCode, withVerdict } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';

const policies = await loadPolicies(defaultPolicyText(), 'default-policy.cedar');

function mergeWithout(id: string | undefined, evidence: Evidence): boolean {
  const left = policiesOf(
    cedar,
    policies.all.filter((policy) => policy.id !== id),
  );
  const answer = left.evaluate(requestFor('merge', evidence));
  return answer.kind === 'answer' && answer.allowed;
}

/** Each is stopped by that forbid, and by no other rule of the policy. */
const stoppedBy: Readonly<Record<string, Evidence>> = {
  'forbid-protected-paths': of(goodPatch, { protectedPaths: ['.github/workflows/ci.yml'] }),
  'forbid-new-install-scripts': withCode(goodPatch, 'install-scripts.added'),
  'forbid-vetoed': { ...goodPatch, judge: { verdict: 'veto', reasons: [] } },
  'forbid-while-frozen': { ...goodPatch, frozen: 'night' },
  'forbid-mass-changes': of(goodPatch, { files: [file('a', 1, 2001)] }),
  // A report whose summary contradicts its results.
  'forbid-failed-guardrails': {
    ...goodPatch,
    guardrails: { ...withVerdict(goodPatch, 'mutation', 'fail').guardrails, verdict: 'pass' },
  },
};

describe('the default policy', () => {
  it.each(Object.entries(stoppedBy))('needs %s', (id, evidence) => {
    expect(mergeWithout(undefined, goodPatch)).toBe(true);
    expect(mergeWithout(undefined, evidence)).toBe(false);
    expect(mergeWithout(id, evidence)).toBe(true);
  });

  it('forbids class other whatever a later permit says', () => {
    const everything = {
      id: 'everything',
      effect: 'permit',
      reason: undefined,
      text: 'permit (principal, action, resource);',
    } as const;
    const other = of(goodPatch, { class: 'other' });
    const asked = (dropped: string) => {
      const kept = policies.all.filter(({ id }) => id !== dropped);
      return policiesOf(cedar, [...kept, everything]).evaluate(requestFor('merge', other));
    };
    expect(asked('none')).toMatchObject({ allowed: false, policyIds: ['forbid-other'] });
    expect(asked('forbid-other')).toMatchObject({ allowed: true });
  });

  it('has no forbid that the tests above do not drop', () => {
    const forbids = policies.all.filter(({ effect }) => effect === 'forbid').map(({ id }) => id);
    expect(new Set(forbids)).toEqual(new Set([...Object.keys(stoppedBy), 'forbid-other']));
  });

  it.each([
    ['files', { files: Array.from({ length: 51 }, (_, i) => file(`f${i}`, 1, 1)) }],
    ['added lines', { files: [file('a', 5001, 0)] }],
    ['removed lines', { files: [file('a', 0, 2001)] }],
  ])('forbids too many %s', (_, changed) => {
    expect(mergeWithout(undefined, of(goodPatch, changed))).toBe(false);
  });

  it('answers the same where it is asked without being checked anew', async () => {
    const unchecked = await loadDefaultPolicies();
    const requests = changeClasses.flatMap((name) => {
      const evidence = of(goodPatch, { class: name });
      const gaps = ['signatures', 'tests', 'judge'].map(
        (check) => ({ check, answer: 'not-offered' }) as const,
      );
      return [requestFor('merge', evidence), ...gaps.map((gap) => waiverFor(gap, evidence))];
    });
    const answers = ({ evaluate }: Pick<Policies, 'evaluate'>) =>
      requests.map((request) => {
        const answer = evaluate(request);
        return answer.kind === 'answer' && answer.allowed;
      });
    expect(answers(unchecked)).toEqual(answers(policies));
    expect(new Set(answers(unchecked))).toEqual(new Set([true, false]));
  });

  it('does not count the lines of a lockfile', () => {
    const nested = file('packages/a/package-lock.json', 90_000, 90_000);
    expect(mergeWithout(undefined, of(goodPatch, { files: [nested] }))).toBe(true);
  });

  it('waives the judge for patches, minors, removals of flags and reverts only', () => {
    const unjudged: Evidence = { ...goodPatch, judge: { verdict: 'not-configured', reasons: [] } };
    const gap = { check: 'judge', answer: 'not-configured' } as const;
    const waived = changeClasses.filter((name) => {
      const answer = policies.evaluate(waiverFor(gap, of(unjudged, { class: name })));
      return answer.kind === 'answer' && answer.allowed;
    });
    expect(waived).toEqual(['dependency-patch', 'dependency-minor', 'flag-removal', 'revert']);
  });

  it.each([
    ['tests', 'not-configured'],
    ['tests', 'not-offered'],
    ['lockfile', 'not-offered'],
    ['secrets', 'not-configured'],
  ] as const)('does not waive that %s is %s', (name, verdict) => {
    const decision = decide(withVerdict(goodPatch, name, verdict), policies, 'd');
    expect(decision.value).toBe('escalate');
    expect(decision.codes).toContain(`policy.${verdict}`);
  });

  const vouching = ['signatures', 'provenance', 'publisher', 'advisories'];
  it.each(vouching)('lands a patch without a judge and without %s that nobody offers', (name) => {
    const unjudged: Evidence = { ...goodPatch, judge: { verdict: 'not-configured', reasons: [] } };
    const bare = withVerdict(unjudged, name, 'not-offered');
    expect(decide(bare, policies, 'd')).toMatchObject({ value: 'permit', level: 'deploy' });
    expect(decide(of(bare, { class: 'dependency-security' }), policies, 'd').value).toBe('escalate');
  });

  it('lands a patch where there is no tracer, and a security update not', () => {
    const untraced = withVerdict(goodPatch, 'system-calls', 'not-configured');
    expect(decide(untraced, policies, 'd')).toMatchObject({ value: 'permit', level: 'deploy' });
    expect(decide(of(untraced, { class: 'dependency-security' }), policies, 'd').value).toBe('escalate');
    expect(decide(withVerdict(goodPatch, 'system-calls', 'not-offered'), policies, 'd').value).toBe(
      'escalate',
    );
  });

  it('lands an update where no model writes drivers, and none whose drivers nobody wrote', () => {
    const undriven = withVerdict(goodPatch, 'drivers', 'not-configured');
    for (const name of ['dependency-patch', 'dependency-minor', 'dependency-security'] as const)
      expect(decide(of(undriven, { class: name }), policies, 'd')).toMatchObject({ value: 'permit' });
    for (const verdict of ['not-offered', 'abstain', 'fail'] as const)
      expect(decide(withVerdict(goodPatch, 'drivers', verdict), policies, 'd').value).not.toBe('permit');
  });

  it.each(vouching)('does not waive that %s is not configured', (name) => {
    expect(decide(withVerdict(goodPatch, name, 'not-configured'), policies, 'd').value).toBe('escalate');
  });

  const needed = [
    'tests',
    'scope',
    'lockfile',
    'integrity',
    'install-scripts',
    'supply-chain',
    'release-age',
    'system-calls',
    'drivers',
  ];
  it.each([...needed, ...vouching])('needs %s to have been asked', (name) => {
    const results = goodPatch.guardrails.results.filter((result) => result.name !== name);
    expect(mergeWithout(undefined, { ...goodPatch, guardrails: { verdict: 'pass', results } })).toBe(false);
  });

  it('lets documents land with a judge, and not without', () => {
    const docs = of(goodPatch, { class: 'docs' });
    expect(decide(docs, policies, 'd').value).toBe('permit');
    expect(decide({ ...docs, judge: { verdict: 'not-configured', reasons: [] } }, policies, 'd').value).toBe(
      'escalate',
    );
  });

  it.each(changeClasses)('denies %s for a veto, and permits nothing of it for an abstention', (name) => {
    const judged = (verdict: 'veto' | 'abstain') =>
      decide({ ...of(goodPatch, { class: name }), judge: { verdict, reasons: ['x'] } }, policies, 'd');
    expect(judged('veto').value).toBe('deny');
    expect(judged('veto').codes).toContain('policy.judge-veto');
    expect(judged('abstain').value).not.toBe('permit');
    expect(judged('abstain').codes).toContain('policy.judge-abstained');
  });

  it.each(['flag-removal', 'crash-fix', 'other'] as const)('leaves %s to people', (name) => {
    expect(decide(of(goodPatch, { class: name }), policies, 'd').value).not.toBe('permit');
  });
});

type Worsening = (evidence: Evidence) => Evidence;

const worsenings: readonly Worsening[] = [
  (e) => of(e, { protectedPaths: [...e.classification.protectedPaths, '.autoland/policy.cedar'] }),
  (e) => of(e, { class: 'other' }),
  (e) => of(e, { files: [...e.classification.files, file('big.js', 4000, 1500)] }),
  (e) =>
    of(e, {
      files: [...e.classification.files, ...Array.from({ length: 40 }, (_, i) => file(`f${i}`, 1, 1))],
    }),
  (e) => withCode(e, 'install-scripts.added'),
  (e) => withCode(e, 'install-scripts.changed'),
  ...(['tests', 'scope', 'release-age', 'signatures'] as const).flatMap((name) =>
    (['not-offered', 'not-configured', 'abstain', 'fail'] as const).map(
      (verdict): Worsening =>
        (e) =>
          worse(e, name, verdict),
    ),
  ),
  (e) => ({ ...e, guardrails: { ...e.guardrails, verdict: 'fail' } }),
  (e) =>
    e.guardrails.verdict === 'fail' ? e : { ...e, guardrails: { ...e.guardrails, verdict: 'abstain' } },
  (e) =>
    e.judge.verdict === 'no-objection' ? { ...e, judge: { verdict: 'not-configured', reasons: [] } } : e,
  (e) => (e.judge.verdict === 'veto' ? e : { ...e, judge: { verdict: 'abstain', reasons: [] } }),
  (e) => ({ ...e, judge: { verdict: 'veto', reasons: [] } }),
  (e) => ({ ...e, frozen: 'night' }),
  (e) => ({ ...e, stopped: 'alice' }),
  (e) => ({ ...e, signed: false }),
  (e) => ({ ...e, unsignedAllowed: false }),
  (e) => ({ ...e, level: autonomyLevels[Math.max(0, autonomyLevels.indexOf(e.level) - 1)] ?? 'observe' }),
];

const verdictOrder = ['pass', 'not-offered', 'not-configured', 'abstain', 'fail'] as const;

/** Only towards the worse; the summary never gets better. */
function worse(evidence: Evidence, name: string, verdict: (typeof verdictOrder)[number]): Evidence {
  const old = evidence.guardrails.results.find((result) => result.name === name)?.verdict ?? 'pass';
  if (verdictOrder.indexOf(verdict) <= verdictOrder.indexOf(old)) return evidence;
  const next = withVerdict(evidence, name, verdict);
  const codes = evidence.guardrails.results.filter((result) => result.name === 'extra');
  const results = [...next.guardrails.results.filter((result) => result.name !== 'extra'), ...codes];
  const [before, after] = [evidence.guardrails.verdict, next.guardrails.verdict];
  const summary = verdictOrder.indexOf(after) > verdictOrder.indexOf(before) ? after : before;
  return { ...evidence, guardrails: { verdict: summary, results } };
}

const values = ['deny', 'escalate', 'permit'] as const;

function permissiveness(decision: PolicyDecision): readonly [number, number] {
  return [values.indexOf(decision.value), autonomyLevels.indexOf(decision.level)];
}

describe('more bad evidence', () => {
  const worsening = fc.constantFrom(...worsenings);
  const start = fc
    .record({
      class: fc.constantFrom(...changeClasses),
      level: fc.constantFrom(...autonomyLevels),
      signed: fc.boolean(),
    })
    .map(({ class: name, level, signed }) =>
      of({ ...goodPatch, level, signed, unsignedAllowed: !signed }, { class: name }),
    );

  it('never makes a decision more permissive', () => {
    fc.assert(
      fc.property(start, fc.array(worsening, { maxLength: 3 }), worsening, (good, steps, last) => {
        const before = steps.reduce((evidence, step) => step(evidence), good);
        const [value, level] = permissiveness(decide(before, policies, 'd'));
        const [worseValue, worseLevel] = permissiveness(decide(last(before), policies, 'd'));
        expect(worseValue).toBeLessThanOrEqual(value);
        expect(worseLevel).toBeLessThanOrEqual(level);
      }),
      { numRuns: 300 },
    );
  });
});
