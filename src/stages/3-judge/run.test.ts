import { describe, expect, it } from 'vitest';
import type { FileDiff } from '../../domain/file-diff.ts';
import type { JudgeRecord } from '../../domain/judgement.ts';
import type { JudgeReport } from '../../domain/stage.ts';
import { type JudgeBench, judgeBench, judgeContext, reportIn, vetoing } from '../../testing/judge-bench.ts';
import { answerText, replyOf, sampleFinding } from '../../testing/judge-samples.ts';
import { type Answering, MemoryModels } from '../../testing/memory-model.ts';
import { MemoryRules } from '../../testing/memory-rules.ts';
import { judge } from './run.ts';

async function reportOf(given: JudgeBench = {}): Promise<JudgeReport> {
  return reportIn(await judge(judgeContext().ctx, judgeBench(given).ports));
}

describe('the judge stage', () => {
  it('asks each of the panel through each lens in both orders, and keeps who said what', async () => {
    const { ports, models } = judgeBench();
    const report = reportIn(await judge(judgeContext().ctx, ports));
    expect(report.verdict).toBe('no-objection');
    const record = report.record as JudgeRecord;
    expect(record.panel.map(({ name, scripted }) => [name, scripted])).toEqual([
      ['one', true],
      ['two', true],
    ]);
    expect(record.asks).toHaveLength(14);
    expect(new Set(record.asks.map(({ verdict }) => verdict))).toEqual(new Set(['no-objection']));
    expect(record.usage).toEqual({ inputTokens: 14_000, outputTokens: 1_400, microdollars: null });
    expect(record.prompts).toMatch(/^sha256:/);
    expect(models.map(({ requests }) => requests.length)).toEqual([7, 7]);
    const nonces = models.flatMap(({ requests }) =>
      requests.map(({ system }) => /nonce-\d+/.exec(system)?.[0]),
    );
    expect(new Set(nonces).size).toBe(14);
  });

  it('shows nothing that the author says, nor the words of a guardrail', async () => {
    const { ports, models } = judgeBench();
    await judge(judgeContext().ctx, ports);
    const all = JSON.stringify(models.flatMap(({ requests }) => requests));
    expect(all).toContain('tests.passed');
    expect(all).not.toMatch(/SECRET|alice/);
  });

  it('refuses for one veto with evidence, and notes the report that a stop does not journal', async () => {
    const { ctx, notes } = judgeContext();
    expect(await judge(ctx, judgeBench({ two: vetoing }).ports)).toEqual({
      kind: 'stop',
      conclusion: {
        outcome: 'refused',
        code: 'judge.veto',
        reasons: [
          'src/orders.js:4 "order.owner !== user.id": Anybody sees the orders of others. (two, security, access)',
        ],
      },
    });
    expect(notes).toEqual([
      ['judge.vetoed', expect.objectContaining({ verdict: 'veto', record: expect.anything() })],
    ]);
  });

  it('needs no standing to veto, and cannot do without it to have no objection', async () => {
    const ports = { standing: async () => ({ earned: false, why: 'it missed two of 40 seeded defects' }) };
    expect(await reportOf({ ports })).toMatchObject({
      verdict: 'abstain',
      reasons: ['The panel has no objection, which does not count: it missed two of 40 seeded defects.'],
    });
    expect((await judge(judgeContext().ctx, judgeBench({ ports, two: vetoing }).ports)).kind).toBe('stop');
  });

  it.each<[string, JudgeBench, Parameters<typeof judgeContext>, string, string]>([
    ['no judge is configured', { ports: { rules: new MemoryRules() } }, [], 'not-configured', 'No judge'],
    ['it takes something back', {}, [{ class: 'revert' }], 'not-configured', 'A revert waits'],
    ['a guardrail failed', {}, [{}, 'fail'], 'abstain', 'A guardrail failed'],
    ['it is of class other', {}, [{ class: 'other' }], 'abstain', 'never autonomous'],
    ['a file cannot be shown', { diff: { kind: 'unread', why: 'x' } }, [], 'abstain', 'cannot be shown'],
    [
      'it is too large',
      { config: 'panel: [one, two], maxKiB: 1', diff: large() },
      [],
      'abstain',
      'too large',
    ],
    [
      'git fails',
      { ports: { git: { readFile: () => Promise.reject(new Error('git')) } } },
      [],
      'abstain',
      'git',
    ],
    ['a model is not there', { ports: { models: new MemoryModels([]) } }, [], 'abstain', 'name of one, two'],
  ])('asks nobody where %s', async (_what, given, of, verdict, reason) => {
    const { ports, models } = judgeBench(given);
    const report = reportIn(await judge(judgeContext(...of).ctx, ports));
    expect(report).toEqual({ verdict, reasons: [expect.stringContaining(reason)] });
    expect(models.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('does not run before what it judges is there', async () => {
    const { ctx } = judgeContext();
    await expect(judge({ ...ctx, results: {} }, judgeBench().ports)).rejects.toThrow('guardrails');
  });

  it('keeps its report small whatever models say', async () => {
    const why = '漢'.repeat(400);
    const verbose: Answering = ({ lens, nonce }) => {
      const all = [...lens.questions.keys()].map((name) => {
        return [name, { answer: 'yes', findings: Array(5).fill({ ...sampleFinding, why }) }];
      });
      return replyOf(answerText(lens, nonce, Object.fromEntries(all)), 'one-1');
    };
    const { ctx, notes } = judgeContext();
    await judge(ctx, judgeBench({ one: verbose }).ports);
    expect(Buffer.byteLength(JSON.stringify(notes))).toBeLessThan(57 * 1024);
    expect(notes[0]?.[1].reasons).toContainEqual(expect.stringMatching(/^… and \d+ more$/));
    expect(notes[0]?.[1].record).toMatchObject({ omitted: expect.any(Number) });
  });
});

function large(): FileDiff {
  const lines = [{ side: 'added', line: 1, text: 'x'.repeat(2000) } as const];
  return { kind: 'read', code: [lines], whole: [lines] };
}
