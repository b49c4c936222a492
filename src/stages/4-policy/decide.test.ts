import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { levelOf, policyDigest } from '../../config/policy-digest.ts';
import { autonomyLevels } from '../../domain/change.ts';
import { loadPolicies, policiesOf } from './cedar.ts';
import { decide } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { goodPatch, guardrails, of, withCode, withVerdict } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';

const standard = await loadPolicies(defaultPolicyText(), 'default-policy.cedar');
/** The worst policy that a person could write. */
const anything = await loadPolicies(
  '@id("anything")\npermit (principal, action, resource);',
  'anything.cedar',
);

const bad: readonly (readonly [string, 'deny' | 'escalate', Evidence])[] = [
  ['policy.guardrails-failed', 'deny', withVerdict(goodPatch, 'tests', 'fail')],
  [
    'policy.guardrails-failed',
    'deny',
    { ...goodPatch, guardrails: { ...goodPatch.guardrails, verdict: 'fail' } },
  ],
  ['policy.guardrails-abstained', 'escalate', withVerdict(goodPatch, 'tests', 'abstain')],
  [
    'policy.guardrails-abstained',
    'escalate',
    { ...goodPatch, guardrails: { ...goodPatch.guardrails, verdict: 'abstain' } },
  ],
  ['policy.guardrails-abstained', 'escalate', { ...goodPatch, guardrails: { verdict: 'pass', results: [] } }],
  ['policy.guardrails-abstained', 'escalate', { ...goodPatch, guardrails: guardrails({}) }],
  ['policy.judge-veto', 'deny', { ...goodPatch, judge: { verdict: 'veto', reasons: ['a', 'b'] } }],
  ['policy.judge-abstained', 'escalate', { ...goodPatch, judge: { verdict: 'abstain', reasons: [] } }],
  ['policy.stopped', 'deny', { ...goodPatch, stopped: 'alice: looks odd' }],
  ['policy.frozen', 'deny', { ...goodPatch, frozen: 'outside the windows' }],
  ['policy.protected-path', 'escalate', of(goodPatch, { protectedPaths: ['.autoland/autoland.yaml'] })],
  ['policy.class-other', 'escalate', of(goodPatch, { class: 'other' })],
  ['policy.no-way-back', 'escalate', { ...goodPatch, irreversible: ['db/migrations/1.sql'] }],
  ['policy.level-observe', 'escalate', { ...goodPatch, level: 'observe' }],
  ['policy.level-propose', 'escalate', { ...goodPatch, level: 'propose' }],
  ['policy.unsigned', 'escalate', { ...goodPatch, signed: false }],
  [
    'policy.evidence-invalid',
    'deny',
    {
      ...goodPatch,
      guardrails: JSON.parse('{"verdict":"pass","results":[{"name":"tests","verdict":"passed","code":""}]}'),
    },
  ],
  [
    'policy.evidence-invalid',
    'deny',
    { ...goodPatch, judge: JSON.parse('{"verdict":"approve","reasons":[]}') },
  ],
  [
    'policy.request-invalid',
    'deny',
    of(goodPatch, {
      files: [
        {
          path: 'a',
          status: 'modified',
          kind: 'file',
          added: Number.NaN,
          removed: 0,
          binary: false,
          size: 0,
        },
      ],
    }),
  ],
];

describe('decide', () => {
  it('permits what the policy and the level permit, and says by which policy', () => {
    expect(decide(goodPatch, standard, 'digest')).toEqual({
      value: 'permit',
      codes: ['policy.permitted-deploy'],
      reasons: [
        'Merge and deploy: land-dependency-updates (a dependency update whose packages and tests passed every check).',
      ],
      policyIds: ['land-dependency-updates'],
      policyDigest: 'digest',
      level: 'deploy',
    });
    expect(decide({ ...goodPatch, level: 'merge' }, standard, 'd')).toMatchObject({
      value: 'permit',
      level: 'merge',
    });
    expect(decide({ ...goodPatch, signed: false, unsignedAllowed: true }, standard, 'd').value).toBe(
      'permit',
    );
  });

  it.each(bad)('%s: %s, whatever the policy says', (code, value, evidence) => {
    const decision = decide(evidence, anything, 'd');
    expect(decision.codes[0]).toBe(code);
    expect(decision.value).toBe(value);
    expect(decision.reasons).toHaveLength(decision.codes.length);
    expect(decision.reasons.every((reason) => reason.endsWith('.'))).toBe(true);
    expect(decide(evidence, standard, 'd').value).not.toBe('permit');
  });

  it('does no more than merge where no policy permits to deploy', async () => {
    const merges = await loadPolicies(
      '@id("m")\npermit (principal, action == Action::"merge", resource);',
      'm.cedar',
    );
    expect(decide(goodPatch, merges, 'd')).toMatchObject({
      value: 'permit',
      level: 'merge',
      codes: ['policy.permitted-merge', 'policy.deploy-not-permitted'],
    });
  });

  it('escalates what no policy speaks of, and denies what one forbids', async () => {
    const silent = await loadPolicies(
      '@id("s")\nforbid (principal == Source::"agent:lint", action, resource);',
      's.cedar',
    );
    expect(decide(goodPatch, silent, 'd')).toMatchObject({
      value: 'escalate',
      codes: ['policy.not-permitted'],
      policyIds: [],
    });
    expect(decide({ ...goodPatch, source: 'agent:lint' }, silent, 'd')).toMatchObject({
      value: 'deny',
      codes: ['policy.forbidden'],
      policyIds: ['s'],
    });
  });

  it('says for a class that it only observes what it would have done', () => {
    const observed = decide({ ...goodPatch, level: 'observe' }, standard, 'd');
    expect(observed).toMatchObject({ level: 'observe', policyIds: ['land-dependency-updates'] });
    expect(observed.reasons[0]).toContain('merged and deployed');
    const failed = decide(withVerdict({ ...goodPatch, level: 'observe' }, 'tests', 'fail'), standard, 'd');
    expect(failed.value).toBe('deny');
    expect(failed.reasons.at(-1)).toContain('not have landed');
  });

  it('denies when a forbid errs, on any action', () => {
    const erring = (action: string, condition: string) =>
      policiesOf(cedar, [
        ...anything.all,
        {
          id: 'errs',
          effect: 'forbid',
          reason: undefined,
          text: `forbid (principal, action == Action::"${action}", resource) when { ${condition} };`,
        },
      ]);
    const overflow = 'context.change.files + 9223372036854775807 > 0';
    const unjudged: Evidence = { ...goodPatch, judge: { verdict: 'not-configured', reasons: [] } };
    for (const action of ['merge', 'deploy', 'waive'])
      expect(decide(unjudged, erring(action, overflow), 'd')).toMatchObject({
        value: 'deny',
        codes: ['policy.evaluation-error'],
      });
    expect(decide(unjudged, erring('deploy', 'context.frozen'), 'd').value).toBe('permit');
  });

  it('denies with an engine that fails', () => {
    const broken = {
      all: [],
      evaluate: () => ({ kind: 'error', code: 'policy.evaluation-error', message: 'trap' }) as const,
    };
    expect(decide(goodPatch, broken, 'd')).toMatchObject({
      value: 'deny',
      codes: ['policy.evaluation-error'],
    });
  });

  it('needs a waiver for every gap', () => {
    const { all, evaluate } = anything;
    const nothingWaived = policiesOf(cedar, [
      {
        id: 'm',
        effect: 'permit',
        reason: undefined,
        text: 'permit (principal, action in [Action::"merge", Action::"deploy"], resource);',
      },
    ]);
    const gaps = withVerdict(
      { ...goodPatch, judge: { verdict: 'not-configured', reasons: [] } },
      'signatures',
      'not-offered',
    );
    expect(decide(gaps, { all, evaluate }, 'd').value).toBe('permit');
    expect(decide(gaps, nothingWaived, 'd')).toMatchObject({
      value: 'escalate',
      codes: ['policy.not-offered', 'policy.not-configured'],
    });
  });
});

describe('policies of any kind', () => {
  const attribute = fc.constantFrom(
    'context.frozen',
    'context.change.files > 3',
    'context.judge == JudgeVerdict::"veto"',
    'context.change.class == Class::"docs"',
    '!context.guardrails.failed.isEmpty()',
    'principal == Source::"agent:dependency"',
  );
  const condition = fc
    .tuple(attribute, fc.constantFrom('&&', '||'), attribute)
    .map((parts) => parts.join(' '));
  const policy = fc
    .record({
      effect: fc.constantFrom('permit', 'permit', 'forbid'),
      kind: fc.constantFrom('when', 'unless'),
      condition,
    })
    .map(
      ({ effect, kind, condition: body }) => `${effect} (principal, action, resource) ${kind} { ${body} };`,
    );

  it('never permit on bad evidence', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(policy, { maxLength: 4 }),
        fc.constantFrom(...bad),
        async (texts, [, , evidence]) => {
          const set = ['permit (principal, action, resource);', ...texts]
            .map((text, i) => `@id("p${i}")\n${text}`)
            .join('\n');
          const loaded = await loadPolicies(set, 'random.cedar').catch(() => undefined);
          if (loaded !== undefined) expect(decide(evidence, loaded, 'd').value).not.toBe('permit');
        },
      ),
    );
  });

  it('never permit when they are garbage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        await expect(loadPolicies(text, 'garbage.cedar')).rejects.toMatchObject({ code: 'policy.invalid' });
      }),
    );
  });
});

describe('class crash-fix', () => {
  const everything = '@id("everything")\n@reason("all")\npermit (principal, action, resource);';
  const mend = of(goodPatch, { class: 'crash-fix', files: [] });
  const shown = withCode(mend, 'reproduction.fails-before');

  it.each(autonomyLevels)('never lands alone at level %s, whatever the policy permits', async (level) => {
    const policies = await loadPolicies(everything, 'everything.cedar');
    const decision = decide({ ...shown, level }, policies, 'd');
    expect(decision.value).toBe('escalate');
    expect(decision.codes).toContain('policy.not-earned');
    expect(decision.codes).not.toContain('policy.not-reproduced');
    expect(decision.level).toBe(level === 'observe' ? 'observe' : 'propose');
    // It is the class: another one with all the same evidence lands.
    const patch = decide({ ...of(shown, { class: 'dependency-patch' }), level: 'deploy' }, policies, 'd');
    expect(patch.value).toBe('permit');
  });

  it.each([
    ['nobody ran', mend],
    ['did not pass', { ...shown, guardrails: guardrails({ reproduction: 'abstain' }) }],
  ])('says that its test is not known to fail without it: it %s', async (_what, evidence) => {
    const policies = await loadPolicies(everything, 'everything.cedar');
    expect(decide(evidence, policies, 'd').codes).toContain('policy.not-reproduced');
  });
});

describe('policyDigest', () => {
  const config = (yaml: string) => parseConfig(`version: 1\n${yaml}`, 'test.yaml');

  it('changes with the policy text and with any level, and with nothing else', () => {
    const digest = policyDigest({ policyText: 'a', config: config('') });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(policyDigest({ policyText: 'a ', config: config('') })).not.toBe(digest);
    expect(policyDigest({ policyText: 'a', config: config('autonomy: { docs: merge }') })).not.toBe(digest);
    expect(
      policyDigest({ policyText: 'a', config: config('autonomy: { docs: observe }\nlimits: { perDay: 3 }') }),
    ).toBe(digest);
  });

  it('gives class other no level', () => {
    expect(levelOf(config('autonomy: { docs: deploy }').autonomy, 'other')).toBe('observe');
    expect(levelOf(config('autonomy: { docs: deploy }').autonomy, 'docs')).toBe('deploy');
  });
});
