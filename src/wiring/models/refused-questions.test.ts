import { describe, expect, it } from 'vitest';
import type { ToolCall } from '../../domain/recording.ts';
import { RefusedQuestions } from './refused-questions.ts';

async function told(count: number, reason: (at: number) => string): Promise<readonly ToolCall[]> {
  const calls: ToolCall[] = [];
  const refused = new RefusedQuestions();
  for (let at = 0; at < count; at += 1) refused.take({ path: '/v1/files', reason: reason(at) });
  await refused.recordIn({ recordCall: async (call) => void calls.push(call) }, new Date(0));
  return calls;
}

describe('what a job asked in vain', () => {
  it('is told as one call, the same thing once', async () => {
    const [call] = await told(3, () => 'not served');
    expect(call).toMatchObject({
      input: { refused: 3 },
      output: '/v1/files: not served (3 times)',
      isError: true,
    });
  });

  it('is no entry where there is nothing', async () => {
    expect(await told(0, String)).toEqual([]);
  });

  it('takes little room, however often and in how many words it asks', async () => {
    const [call] = await told(10_000, (at) => `${at} ${'x'.repeat(10_000)}`);
    expect(call?.input).toEqual({ refused: 10_000 });
    expect(call?.output.length).toBeLessThan(7_000);
  });
});
