import { describe, expect, it } from 'vitest';
import { type ModelBench, modelLimits, question, saying } from '../model-bench.ts';

/** Of the answer that a cut one is cut from. */
const eventsBeforeTheEnd = { anthropic: 11, openai: 9 };

/** What a Model makes of a server that fails. */
export function modelFaults(bench: ModelBench): void {
  describe('a fault', () => {
    it.each<[number, string, string]>([
      [400, 'rejected', '400'],
      [401, 'unauthorised', '401'],
      [403, 'unauthorised', '403'],
      [404, 'rejected', '404'],
      [413, 'rejected', '413'],
      [429, 'rate-limited', '429'],
      [500, 'overloaded', '500'],
      [503, 'overloaded', '503'],
      [529, 'overloaded', '529'],
    ])('is what status %i says', async (status, fault, reason) => {
      const script = [{ answer: { kind: 'status', status } as const }];
      expect(await bench.answersTo({ script })).toMatchObject({
        kind: 'fault',
        fault,
        reason: expect.stringContaining(reason),
      });
      expect(bench.server?.asked).toHaveLength(1);
    });

    it('says when to come again, if the server does', async () => {
      const busy = (headers: Record<string, string>) => ({ kind: 'status', status: 429, headers }) as const;
      expect(await bench.answersTo({ script: [{ answer: busy({ 'retry-after': '7' }) }] })).toMatchObject({
        retryAfterMs: 7_000,
      });
      expect(await bench.answersTo({ script: [{ answer: busy({}) }] })).not.toHaveProperty('retryAfterMs');
    });

    it.each([
      ['end', 0],
      ['end', 1],
      ['end', 4],
      ['reset', 0],
      ['reset', 4],
    ] as const)('is an answer that is cut (%s after %i events)', async (how, events) => {
      const script = [{ answer: { kind: 'cut', how, events } as const }];
      expect(await bench.answersTo({ script })).toMatchObject({ kind: 'fault', fault: 'cut-off' });
    });

    it('is an answer that lacks nothing but its end', async () => {
      const count = eventsBeforeTheEnd[bench.traits.signsReasoning ? 'anthropic' : 'openai'];
      const script = [{ answer: { kind: 'cut', how: 'end', events: count } as const }];
      expect(await bench.answersTo({ script })).toMatchObject({ kind: 'fault', fault: 'cut-off' });
    });

    it.each([
      '{oops',
      '[]',
      '"text"',
      '',
      '{"choices":7,"index":"x"}',
      `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    ])('is what is not of the format (%#)', async (data) => {
      const script = [{ answer: { kind: 'babbles', events: 3, data } as const }];
      expect(await bench.answersTo({ script })).toMatchObject({ kind: 'fault', fault: 'malformed' });
    });

    it.each([['overloaded_error', 'server_error']])(
      'is what the server says in the middle (%s)',
      async (anthropic, openai) => {
        const type = bench.traits.signsReasoning ? anthropic : openai;
        const script = [{ answer: { kind: 'breaks', events: 4, type, message: 'too much to do' } as const }];
        expect(await bench.answersTo({ script })).toMatchObject({
          fault: 'overloaded',
          reason: expect.stringContaining('too much to do'),
        });
      },
    );

    it('is a page where a stream should be, and an answer that is not', async () => {
      const pages = [
        { kind: 'page', type: 'text/html', body: '<h1>Please log in</h1>' },
        { kind: 'page', type: 'application/json', body: '{}' },
      ] as const;
      for (const answer of pages) {
        expect(await bench.answersTo({ script: [{ answer }] })).toMatchObject({
          kind: 'fault',
          fault: 'malformed',
        });
      }
    });

    it('is an answer without an end: no more of it is read than is bearable', async () => {
      const script = [{ answer: { kind: 'floods' } as const }];
      expect(await bench.answersTo({ script })).toMatchObject({
        fault: 'malformed',
        reason: expect.stringContaining('longer than'),
      });
    });

    it.each([{ kind: 'silent' } as const, { kind: 'stalls', events: 2 } as const])(
      'is silence ($kind)',
      async (answer) => {
        const trial = { limits: { ...modelLimits, stallMs: 200 } };
        expect(await bench.answersTo({ script: [{ answer }], trial })).toMatchObject({ fault: 'timeout' });
      },
    );

    it('is an answer that comes too slowly, however alive it is', async () => {
      const trial = { limits: { ...modelLimits, totalMs: 300, bytes: Number.MAX_SAFE_INTEGER } };
      const script = [{ answer: { kind: 'floods' } as const }];
      expect(await bench.answersTo({ script, trial })).toMatchObject({ fault: 'timeout' });
    });

    it('is a question that is taken back, before or after it was asked', async () => {
      const { model } = await bench.open({ script: [{ answer: { kind: 'silent' } }] });
      expect(await model.ask(question, AbortSignal.abort())).toMatchObject({
        kind: 'fault',
        fault: 'timeout',
      });
      expect(await model.ask(question, AbortSignal.timeout(50))).toMatchObject({
        kind: 'fault',
        fault: 'timeout',
      });
    });

    it('is nobody there', async () => {
      const { server: gone, model } = await bench.open({ script: [{ answer: saying() }] });
      await gone.close();
      expect(await model.ask(question)).toMatchObject({
        fault: 'unreachable',
        reason: expect.stringContaining('ECONNREFUSED'),
      });
    });
  });
}
