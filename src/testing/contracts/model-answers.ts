import { describe, expect, it } from 'vitest';
import { blocksOf, type ModelBench, modelKey, question, saying } from '../model-bench.ts';
import type { Says } from '../model-server/script.ts';

const schema = {
  type: 'object',
  properties: { verdict: { type: 'string' } },
  required: ['verdict'],
  additionalProperties: false,
};

const readTool = {
  name: 'read',
  description: 'reads a file',
  parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

/** What a Model makes of what a server says. */
export function modelAnswers(bench: ModelBench): void {
  describe('an answer', () => {
    it('is put together of its pieces, with what it cost', async () => {
      const text = 'No objection: ß, 語, 🙂, "quoted",\nand a second line.';
      const reply = await bench.answersTo({
        script: [{ answer: saying({ blocks: [{ kind: 'text', text }] }) }],
      });
      expect(reply).toEqual({
        kind: 'answer',
        blocks: [{ kind: 'text', text }],
        stop: 'end',
        usage: { inputTokens: 100, outputTokens: 20, microdollars: 600 },
        answeredBy: 'model-1',
      });
    });

    it('is asked for once, with the key and nothing that is not asked', async () => {
      const { server: there, model } = await bench.open({ script: [{ answer: saying() }] });
      await model.ask({ ...question, temperature: 0 });
      expect(there.asked).toHaveLength(1);
      const [{ headers, body } = { headers: {}, body: {} }] = there.asked;
      expect(body).toMatchObject({ model: 'model-1', stream: true });
      expect('temperature' in body).toBe(bench.traits.takesTemperature);
      expect(body).not.toHaveProperty('tools');
      expect(JSON.stringify(headers).includes(modelKey)).toBe(bench.traits.wantsKey);
    });

    it('says who answered, if another one did', async () => {
      const script = [{ answer: saying({ answeredBy: 'model-1-mini' }) }];
      expect(await bench.answersTo({ script })).toMatchObject({ kind: 'answer', answeredBy: 'model-1-mini' });
    });

    it('keeps what the model says that it thought apart', async () => {
      const blocks: Says['blocks'] = [
        { kind: 'reasoning', text: 'Let me see whether it is.', isRedacted: false },
        { kind: 'text', text: 'It is.' },
      ];
      const reply = await bench.answersTo({ script: [{ answer: saying({ blocks }) }] });
      expect(blocksOf(reply)).toEqual([
        {
          kind: 'reasoning',
          text: 'Let me see whether it is.',
          ...(bench.traits.signsReasoning && { signature: 'EqQBCgIYAhIM1gbcDa9G' }),
        },
        { kind: 'text', text: 'It is.' },
      ]);
    });

    it('may be a refusal, or cut off by its limit: neither is a good end', async () => {
      const refusal = saying({ blocks: [{ kind: 'text', text: 'I will not.' }], stop: 'refusal' });
      expect(await bench.answersTo({ script: [{ answer: refusal }] })).toMatchObject({ stop: 'refusal' });
      const cut = saying({
        blocks: [{ kind: 'tool-call', tool: 'read', input: { path: 'a.ts' } }],
        stop: 'length',
      });
      const reply = await bench.answersTo({ script: [{ answer: cut }] });
      expect(reply).toMatchObject({ kind: 'answer', stop: 'length', blocks: [] });
    });

    it('counts what a cache saved', async () => {
      const usage = { input: 100, output: 20, cacheRead: 60, cacheWrite: 0 };
      const reply = await bench.answersTo({ script: [{ answer: saying({ usage }) }] });
      expect(reply).toMatchObject({ usage: { cacheReadTokens: 60, outputTokens: 20 } });
    });

    it('is asked for in a schema, and a schema that the wire does not take is refused', async () => {
      expect(
        await bench.answersTo({ script: [{ answer: saying() }] }, { ...question, schema }),
      ).toMatchObject({
        kind: 'answer',
      });
      const open = { type: 'object', properties: { verdict: { type: 'string' } } };
      const reply = await bench.answersTo({ script: [{ answer: saying() }] }, { ...question, schema: open });
      expect(reply).toMatchObject({
        kind: 'fault',
        fault: 'rejected',
        reason: expect.stringContaining('additionalProperties'),
      });
    });
  });

  describe('tools', () => {
    it('are called and answered over several turns', async () => {
      const calls = saying({
        blocks: [
          { kind: 'reasoning', text: 'I read both.', isRedacted: false },
          { kind: 'tool-call', tool: 'read', input: { path: 'a "b".ts', deep: { list: [1, null] } } },
          { kind: 'tool-call', tool: 'read', input: {} },
        ],
      });
      const { server: there, model } = await bench.open({
        script: [{ times: 1, answer: calls }, { answer: saying() }],
      });
      const first = await model.ask({ ...question, tools: [readTool] });
      expect(first).toMatchObject({ kind: 'answer', stop: 'tool-call' });
      const blocks = blocksOf(first);
      const asked = blocks.flatMap((block) => (block.kind === 'tool-call' ? [block] : []));
      expect(asked.map(({ tool, input }) => [tool, input])).toEqual([
        ['read', { path: 'a "b".ts', deep: { list: [1, null] } }],
        ['read', {}],
      ]);
      const results = asked.map(({ id, tool }, at) => ({
        role: 'tool' as const,
        id,
        tool,
        output: `file ${at}`,
        isError: at === 1,
      }));
      const second = await model.ask({
        ...question,
        tools: [readTool],
        messages: [...question.messages, { role: 'model', blocks }, ...results],
      });
      expect(second).toMatchObject({ kind: 'answer', stop: 'end' });
      expect(JSON.stringify(there.asked[1]?.body)).toMatch(/file 0.*file 1/);
    });
  });
}
