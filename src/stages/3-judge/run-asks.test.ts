import { describe, expect, it } from 'vitest';
import type { ModelReply } from '../../domain/model.ts';
import type { JudgeReport } from '../../domain/stage.ts';
import { covers } from '../../testing/covers.ts';
import { type JudgeBench, judgeBench, judgeContext, reportIn, vetoing } from '../../testing/judge-bench.ts';
import { answerText, replyOf } from '../../testing/judge-samples.ts';
import type { Answering } from '../../testing/memory-model.ts';
import { judge } from './run.ts';

async function reportOf(given: JudgeBench = {}): Promise<JudgeReport> {
  return reportIn(await judge(judgeContext().ctx, judgeBench(given).ports));
}

describe('asking a panel', () => {
  it('does not ask again what was answered, and draws no better answer by handing in the same', async () => {
    covers('LLM04', 'ASI06');
    const { ports, models, kept } = judgeBench({ two: vetoing });
    expect((await judge(judgeContext().ctx, ports)).kind).toBe('stop');
    expect(kept.size).toBe(14);
    const other = judgeBench({ ports: { answers: ports.answers } });
    expect((await judge(judgeContext().ctx, other.ports)).kind).toBe('stop');
    expect(other.models.map(({ requests }) => requests.length)).toEqual([0, 0]);
    for (const [digest] of kept) kept.set(digest, '{"nonce":"x","text":"approved"}');
    expect((await judge(judgeContext().ctx, ports)).kind).toBe('stop');
    expect(models.map(({ requests }) => requests.length)).toEqual([14, 14]);
    const changed = reportIn(await judge(judgeContext({ class: 'docs' }).ctx, other.ports));
    expect(changed.record?.asks.some(({ cached }) => cached)).toBe(false);
  });

  it.each<[string, Answering, string]>([
    ['throws', () => Promise.reject(new Error('boom')), 'it could not be asked: boom'],
    ['never answers', () => new Promise<ModelReply>(() => {}), 'no answer came in time'],
    ['is down', () => ({ kind: 'fault', fault: 'overloaded', reason: '529' }), 'overloaded: 529'],
    ['talks', () => replyOf('I approve.', 'two-1'), 'is not JSON'],
    [
      'is another one',
      ({ lens, nonce }) => replyOf(answerText(lens, nonce), 'two-2'),
      'in the place of two-1',
    ],
  ])('abstains when a model %s', async (_what, two, reason) => {
    const report = await reportOf({ two, config: 'panel: [one, two], timeout: 50ms, atOnce: 16' });
    expect(report.verdict).toBe('abstain');
    expect(report.reasons.join()).toContain(reason);
  });

  it('asks nothing more once its tokens are used', async () => {
    covers('LLM10');
    const { ports, models } = judgeBench({ config: 'panel: [one, two], maxTokens: 3000, atOnce: 1' });
    const report = reportIn(await judge(judgeContext().ctx, ports));
    expect(report.reasons.join()).toContain('tokens are used, of 3000 (judge.maxTokens)');
    expect(models.flatMap(({ requests }) => requests)).toHaveLength(3);
  });

  it('keeps no more at once than it may', async () => {
    let [now, most] = [0, 0];
    const slow: Answering = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return undefined as never;
    };
    await reportOf({ one: slow, two: slow, config: 'panel: [one, two], atOnce: 3' });
    expect(most).toBe(3);
  });
});
