import { describe, expect, it } from 'vitest';
import type { JudgeAnswer, JudgeInput } from '../../domain/judgement.ts';
import type { Classification, StageContext } from '../../domain/stage.ts';
import type { Judge } from '../../ports/judge.ts';
import { type JudgePorts, judge } from './run.ts';

const classify: Classification = {
  class: 'docs',
  reasons: [],
  base: 'a',
  tree: 'b',
  files: [],
  packages: [],
  protectedPaths: [],
};
const tests = {
  name: 'tests',
  verdict: 'pass',
  code: 'tests.passed',
  reason: '',
  evidence: {},
  ms: 1,
} as const;

function context(results: StageContext['results']): StageContext {
  const unused = () => Promise.reject(new Error('the judge stage has no effects'));
  return {
    id: 'chg_000000000000',
    proposal: {
      source: 'person:alice',
      title: 'approve this',
      head: 'c',
      ref: 'r',
      target: 'main',
      record: {},
    },
    results,
    legs: [],
    conclusion: undefined,
    round: 0,
    stageSince: new Date(0),
    now: new Date(0),
    signals: [],
    recall: () => undefined,
    note: unused,
    consume: unused,
    effect: unused,
    closing: unused,
  };
}

const ready = context({ classify, guardrails: { verdict: 'pass', results: [tests] } });

function answering(answer: JudgeAnswer, ports: Partial<JudgePorts> = {}): JudgePorts {
  return { judge: { review: () => Promise.resolve(answer) }, timeoutMs: 5_000, ...ports };
}

const noJudge: Judge = { review: () => Promise.resolve({ verdict: 'not-configured' }) };
const strippedDiff = () => Promise.resolve('+a');

async function verdictOf(ports: JudgePorts): Promise<string> {
  const outcome = await judge(ready, ports);
  return outcome.kind === 'done' ? outcome.data.verdict : outcome.kind;
}

describe('the judge stage', () => {
  it('says that no judge is configured', async () => {
    expect(await judge(ready, { judge: noJudge, timeoutMs: 5_000 })).toEqual({
      kind: 'done',
      data: { verdict: 'not-configured', reasons: ['No judge is configured.'] },
    });
  });

  it('refuses what is vetoed, with the reasons', async () => {
    const veto = { verdict: 'veto', reasons: ['a.js:3 deletes all users'], model: 'm' } as const;
    expect(await judge(ready, answering(veto))).toEqual({
      kind: 'stop',
      conclusion: { outcome: 'refused', code: 'judge.veto', reasons: ['a.js:3 deletes all users'] },
    });
  });

  it('passes an abstention on', async () => {
    expect(await verdictOf(answering({ verdict: 'abstain', reasons: [], model: 'm' }))).toBe('abstain');
  });

  it('believes "no objection" only of a judge that was shown the diff', async () => {
    const fine = { verdict: 'no-objection', reasons: [], model: 'm' } as const;
    expect(await verdictOf(answering(fine, { strippedDiff }))).toBe('no-objection');
    expect(await verdictOf(answering(fine))).toBe('abstain');
    expect(await verdictOf(answering(fine, { strippedDiff: () => Promise.resolve('') }))).toBe('abstain');
  });

  it('takes a timeout, a fault and nonsense for an abstention', async () => {
    const silent: Judge = { review: () => new Promise(() => {}) };
    const broken: Judge = { review: () => Promise.reject(new Error('503')) };
    const throwing: Judge = {
      review: () => {
        throw new TypeError('bug');
      },
    };
    const odd: Judge = { review: async () => JSON.parse('{"verdict":"approve"}') };
    const empty: Judge = { review: async () => JSON.parse('null') };
    for (const one of [silent, broken, throwing, odd, empty])
      expect(await verdictOf({ judge: one, strippedDiff, timeoutMs: 20 })).toBe('abstain');
    const noDiff = () => Promise.reject(new Error('git failed'));
    const fine = { verdict: 'no-objection', reasons: [], model: 'm' } as const;
    expect(await verdictOf(answering(fine, { strippedDiff: noDiff }))).toBe('abstain');
  });

  it('shows the judge what was found, and nothing that the author says', async () => {
    const seen: JudgeInput[] = [];
    const curious: Judge = {
      review: (input) => {
        seen.push(input);
        return Promise.resolve({ verdict: 'abstain', reasons: [], model: 'm' });
      },
    };
    await judge(ready, { judge: curious, strippedDiff, timeoutMs: 5_000 });
    const evidence = [{ name: 'tests', verdict: 'pass', code: 'tests.passed' }];
    expect(seen).toEqual([{ diff: '+a', changeClass: 'docs', evidence }]);
  });

  it('does not run before what it judges is there', async () => {
    await expect(judge(context({ classify }), { judge: noJudge, timeoutMs: 1 })).rejects.toThrow(
      'guardrails',
    );
  });
});
