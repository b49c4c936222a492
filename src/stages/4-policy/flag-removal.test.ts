import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import type { GuardrailResult } from '../../domain/verdict.ts';
import { noPromotedFlags, type PromotedFlags } from '../../views/promoted-flags.ts';
import { loadPolicies } from './cedar.ts';
import { decide } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { flagRemoval } from './flag-removal.ts';
import { goodPatch, of } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';

const policies = await loadPolicies(defaultPolicyText(), 'default-policy.cedar');
const now = new Date('2026-03-10T00:00:00Z');
const week = 7 * 86_400;

const ends = { promoted: 'promoted', rolled: 'rolled-back' } as const;
function journalled(since = '2026-03-01T00:00:00.000Z'): PromotedFlags {
  const flags = new Map(
    Object.entries(ends).map(
      ([key, state]) => [key, { key, change: 'chg_a', flags: [], state, since }] as const,
    ),
  );
  return { ...noPromotedFlags, flags };
}

function proof(code: string, evidence: JsonObject, verdict: GuardrailResult['verdict'] = 'pass') {
  return { name: 'flag-off', verdict, code, reason: '', evidence, ms: 1 };
}
const removedOn = proof('flag-off.removed-on', { removed: ['promoted'], removedTo: 'on' });

type Given = {
  readonly proofs?: readonly GuardrailResult[];
  readonly flags?: PromotedFlags;
  readonly seconds?: number;
};

function evidenceWith({ proofs = [removedOn], flags = journalled(), seconds = week }: Given): Evidence {
  const results = [...goodPatch.guardrails.results, ...proofs];
  const guardrails = { ...goodPatch.guardrails, results };
  const removal = flagRemoval(guardrails, flags, { removeAfterSeconds: seconds, now });
  const judge = { verdict: 'not-configured', reasons: [] } as const;
  return of({ ...goodPatch, guardrails, judge, removal }, { class: 'flag-removal' });
}
const said = (given: Given) => {
  const { value, codes } = decide(evidenceWith(given), policies, 'd');
  return `${value} ${codes[0]}`;
};
const without = (evidence: JsonObject, code = 'flag-off.removed-on') => ({ proofs: [proof(code, evidence)] });

describe('the removal of a flag', () => {
  it.each<[string, Given, string]>([
    ['lands where everybody has had the flag for long enough', {}, 'permit policy.permitted-deploy'],
    ['waits until they have', { seconds: 10 * 86_400 }, 'escalate policy.flag-too-young'],
    [
      'is for a person where no rollout is known',
      { flags: noPromotedFlags },
      'escalate policy.flag-not-promoted',
    ],
    [
      'to on is for a person where it was rolled back',
      without({ removed: ['rolled'], removedTo: 'on' }),
      'escalate policy.flag-not-promoted',
    ],
    [
      'to off lands where it was rolled back',
      without({ removed: ['rolled'], removedTo: 'off' }, 'flag-off.removed-off'),
      'permit policy.permitted-deploy',
    ],
    [
      'to off is for a person where everybody has it',
      without({ removed: ['promoted'], removedTo: 'off' }, 'flag-off.removed-off'),
      'escalate policy.flag-not-rolled-back',
    ],
    [
      'of two is for a person where one is unknown',
      without({ removed: ['promoted', 'x'], removedTo: 'on' }),
      'escalate policy.flag-not-promoted',
    ],
    ['is not believed where no guardrail says so', { proofs: [] }, 'escalate policy.flag-not-proved'],
    ['is not believed twice', { proofs: [removedOn, removedOn] }, 'escalate policy.flag-not-proved'],
    [
      'is not believed where code and evidence differ',
      without({ removed: ['promoted'], removedTo: 'off' }),
      'escalate policy.flag-not-proved',
    ],
    [
      'is not believed without keys',
      without({ removed: [], removedTo: 'on' }),
      'escalate policy.flag-not-proved',
    ],
    [
      'is not believed with a key that is none',
      without({ removed: ['promoted', 1], removedTo: 'on' }),
      'escalate policy.flag-not-proved',
    ],
    [
      'is held where the guardrail abstains',
      { proofs: [proof('flag-off.unclear', {}, 'abstain')] },
      'escalate policy.guardrails-abstained',
    ],
    [
      'is refused where the guardrail fails',
      { proofs: [proof('flag-off.removal-differs', {}, 'fail')] },
      'deny policy.guardrails-failed',
    ],
    [
      'waits for ever where its time is none',
      { flags: journalled('soon') },
      'escalate policy.flag-too-young',
    ],
  ])('%s', (_what, given, expected) => {
    expect(said(given)).toBe(expected);
  });

  it('gives no other class what it is given', () => {
    const evidence = of(evidenceWith({}), { class: 'crash-fix' });
    expect(decide(evidence, policies, 'd').value).toBe('escalate');
  });

  it.each(['scope', 'secrets', 'risk', 'flag-off', 'tests', 'characterization', 'build'])(
    'needs %s',
    (name) => {
      const evidence = evidenceWith({});
      const results = evidence.guardrails.results.filter((result) => result.name !== name);
      const answer = decide({ ...evidence, guardrails: { verdict: 'pass', results } }, policies, 'd');
      expect(answer.value).toBe('escalate');
    },
  );
});
