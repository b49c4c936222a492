import { afterEach, describe, expect, it } from 'vitest';
import type { ModelReply, ModelRequest } from '../../domain/model.ts';
import type { Model } from '../../ports/model.ts';
import { ModelServer, type ModelServerOptions } from '../model-server/model-server.ts';
import type { Says, ScriptInput } from '../model-server/script.ts';

export type ModelTrial = {
  /** The server's, without the path of a wire. */
  readonly url: string;
  readonly key: string;
  readonly limits: {
    readonly totalMs: number;
    readonly stallMs: number;
    readonly bytes: number;
    readonly eventBytes: number;
  };
  readonly isScripted: boolean;
};

/** What differs between the wires that an adapter may speak. */
export type ModelTraits = {
  readonly wantsKey: boolean;
  readonly signsReasoning: boolean;
};

export const question: ModelRequest = {
  system: 'You look at changes.',
  messages: [{ role: 'user', text: 'Is it right?' }],
  tools: [],
  maxOutputTokens: 200,
};

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

const key = 'sk-test-0123456789abcdef';
const limits = { totalMs: 20_000, stallMs: 10_000, bytes: 200_000, eventBytes: 50_000 };

/** What every Model must do, whatever the other side does. */
export function modelContract(make: (trial: ModelTrial) => Model, traits: ModelTraits): void {
  let server: ModelServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  type Asking = {
    readonly script: ScriptInput['steps'];
    readonly server?: Partial<ModelServerOptions>;
    readonly trial?: Partial<ModelTrial>;
  };
  const open = async ({ script, server: more, trial }: Asking) => {
    server = await ModelServer.open({ script: { steps: script }, ...(traits.wantsKey && { key }), ...more });
    return { server, model: make({ url: server.url, key, limits, isScripted: true, ...trial }) };
  };
  const answersTo = async (asking: Asking, request = question) => (await open(asking)).model.ask(request);

  describe('an answer', () => {
    it('is put together of its pieces, with what it cost', async () => {
      const text = 'No objection: ß, 語, 🙂, "quoted",\nand a second line.';
      const reply = await answersTo({ script: [{ answer: saying({ blocks: [{ kind: 'text', text }] }) }] });
      expect(reply).toEqual({
        kind: 'answer',
        blocks: [{ kind: 'text', text }],
        stop: 'end',
        usage: { inputTokens: 100, outputTokens: 20, microdollars: 600 },
        answeredBy: 'model-1',
      });
    });

    it('is asked for once, with the key and nothing that is not asked', async () => {
      const { server: there, model } = await open({ script: [{ answer: saying({}) }] });
      await model.ask({ ...question, temperature: 0 });
      expect(there.asked).toHaveLength(1);
      const [{ headers, body } = { headers: {}, body: {} }] = there.asked;
      expect(body).toMatchObject({ model: 'model-1', stream: true, temperature: 0 });
      expect(body).not.toHaveProperty('tools');
      expect(JSON.stringify(headers).includes(key)).toBe(traits.wantsKey);
    });

    it('says who answered, if another one did', async () => {
      const script = [{ answer: saying({ answeredBy: 'model-1-mini' }) }];
      expect(await answersTo({ script })).toMatchObject({ kind: 'answer', answeredBy: 'model-1-mini' });
    });

    it('keeps what the model says that it thought apart', async () => {
      const blocks: Says['blocks'] = [
        { kind: 'reasoning', text: 'Let me see whether it is.', isRedacted: false },
        { kind: 'text', text: 'It is.' },
      ];
      const reply = await answersTo({ script: [{ answer: saying({ blocks }) }] });
      expect(blocksOf(reply)).toEqual([
        {
          kind: 'reasoning',
          text: 'Let me see whether it is.',
          ...(traits.signsReasoning && { signature: 'EqQBCgIYAhIM1gbcDa9G' }),
        },
        { kind: 'text', text: 'It is.' },
      ]);
    });

    it('may be a refusal, or cut off by its limit: neither is a good end', async () => {
      const refusal = saying({ blocks: [{ kind: 'text', text: 'I will not.' }], stop: 'refusal' });
      expect(await answersTo({ script: [{ answer: refusal }] })).toMatchObject({ stop: 'refusal' });
      await server?.close();
      const cut = saying({
        blocks: [{ kind: 'tool-call', tool: 'read', input: { path: 'a.ts' } }],
        stop: 'length',
      });
      const reply = await answersTo({ script: [{ answer: cut }] });
      expect(reply).toMatchObject({ kind: 'answer', stop: 'length', blocks: [] });
    });

    it('counts what a cache saved', async () => {
      const usage = { input: 100, output: 20, cacheRead: 60, cacheWrite: 0 };
      const reply = await answersTo({ script: [{ answer: saying({ usage }) }] });
      expect(reply).toMatchObject({ usage: { cacheReadTokens: 60, outputTokens: 20 } });
    });

    it('is asked for in a schema, and a schema that the wire does not take is refused', async () => {
      expect(await answersTo({ script: [{ answer: saying({}) }] }, { ...question, schema })).toMatchObject({
        kind: 'answer',
      });
      await server?.close();
      const open = { type: 'object', properties: { verdict: { type: 'string' } } };
      const reply = await answersTo({ script: [{ answer: saying({}) }] }, { ...question, schema: open });
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
      const { server: there, model } = await open({
        script: [{ times: 1, answer: calls }, { answer: saying({}) }],
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
      expect(await answersTo({ script })).toMatchObject({
        kind: 'fault',
        fault,
        reason: expect.stringContaining(reason),
      });
      expect(server?.asked).toHaveLength(1);
    });

    it('says when to come again, if the server does', async () => {
      const busy = (headers: Record<string, string>) => ({ kind: 'status', status: 429, headers }) as const;
      expect(await answersTo({ script: [{ answer: busy({ 'retry-after': '7' }) }] })).toMatchObject({
        retryAfterMs: 7_000,
      });
      await server?.close();
      expect(await answersTo({ script: [{ answer: busy({}) }] })).not.toHaveProperty('retryAfterMs');
    });

    it.each([
      ['end', 0],
      ['end', 1],
      ['end', 4],
      ['reset', 0],
      ['reset', 4],
    ] as const)('is an answer that is cut (%s after %i events)', async (how, events) => {
      const script = [{ answer: { kind: 'cut', how, events } as const }];
      expect(await answersTo({ script })).toMatchObject({ kind: 'fault', fault: 'cut-off' });
    });

    it('is an answer that lacks nothing but its end', async () => {
      const count = eventsBeforeTheEnd[traits.signsReasoning ? 'anthropic' : 'openai'];
      const script = [{ answer: { kind: 'cut', how: 'end', events: count } as const }];
      expect(await answersTo({ script })).toMatchObject({ kind: 'fault', fault: 'cut-off' });
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
      expect(await answersTo({ script })).toMatchObject({ kind: 'fault', fault: 'malformed' });
    });

    it.each([['overloaded_error', 'server_error']])(
      'is what the server says in the middle (%s)',
      async (anthropic, openai) => {
        const type = traits.signsReasoning ? anthropic : openai;
        const script = [{ answer: { kind: 'breaks', events: 4, type, message: 'too much to do' } as const }];
        expect(await answersTo({ script })).toMatchObject({
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
        expect(await answersTo({ script: [{ answer }] })).toMatchObject({
          kind: 'fault',
          fault: 'malformed',
        });
        await server?.close();
      }
      server = undefined;
    });

    it('is an answer without an end: no more of it is read than is bearable', async () => {
      const script = [{ answer: { kind: 'floods' } as const }];
      expect(await answersTo({ script })).toMatchObject({
        fault: 'malformed',
        reason: expect.stringContaining('longer than'),
      });
    });

    it.each([{ kind: 'silent' } as const, { kind: 'stalls', events: 2 } as const])(
      'is silence ($kind)',
      async (answer) => {
        const trial = { limits: { ...limits, stallMs: 200 } };
        expect(await answersTo({ script: [{ answer }], trial })).toMatchObject({ fault: 'timeout' });
      },
    );

    it('is an answer that comes too slowly, however alive it is', async () => {
      const trial = { limits: { ...limits, totalMs: 300, bytes: Number.MAX_SAFE_INTEGER } };
      const script = [{ answer: { kind: 'floods' } as const }];
      expect(await answersTo({ script, trial })).toMatchObject({ fault: 'timeout' });
    });

    it('is a question that is taken back, before or after it was asked', async () => {
      const { model } = await open({ script: [{ answer: { kind: 'silent' } }] });
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
      const { server: gone, model } = await open({ script: [{ answer: saying({}) }] });
      await gone.close();
      server = undefined;
      expect(await model.ask(question)).toMatchObject({
        fault: 'unreachable',
        reason: expect.stringContaining('ECONNREFUSED'),
      });
    });
  });

  describe('the key', () => {
    it.runIf(traits.wantsKey)('is in no reason, though the server repeats it', async () => {
      const reply = await answersTo({
        script: [{ answer: saying({}) }],
        server: { key: 'sk-another-key-of-theirs' },
      });
      expect(reply).toMatchObject({
        kind: 'fault',
        fault: 'unauthorised',
        reason: expect.stringContaining('[masked]'),
      });
      expect(JSON.stringify(reply)).not.toContain(key);
      expect(JSON.stringify(server?.asked)).toContain(key);
    });

    it.each([301, 302, 303, 307, 308])('goes nowhere else (%i)', async (status) => {
      const other = await ModelServer.open({ script: { steps: [{ answer: saying({}) }] } });
      try {
        const answer = { kind: 'status', status, headers: { location: other.url } } as const;
        expect(await answersTo({ script: [{ answer }] })).toMatchObject({
          fault: 'rejected',
          reason: expect.stringContaining('redirects are not followed'),
        });
        expect(other.asked).toEqual([]);
      } finally {
        await other.close();
      }
    });
  });

  it('does not let a script pass for a model', async () => {
    const script = [{ answer: saying({}) }];
    const trial = { isScripted: false };
    expect(await answersTo({ script, trial })).toMatchObject({
      fault: 'rejected',
      reason: expect.stringContaining('scripted: true'),
    });
    await server?.close();
    expect(await answersTo({ script, trial, server: { isMarked: false } })).toMatchObject({ kind: 'answer' });
  });
}

/** Of the answer that a cut one is cut from. */
const eventsBeforeTheEnd = { anthropic: 11, openai: 9 };

function saying(more: Partial<Omit<Says, 'kind'>>): Says {
  return {
    kind: 'says',
    blocks: [{ kind: 'text', text: 'No objection.' }],
    usage: { input: 100, output: 20, cacheRead: 0, cacheWrite: 0 },
    ...more,
  };
}

function blocksOf(reply: ModelReply) {
  if (reply.kind !== 'answer') throw new Error(`expected an answer, found ${JSON.stringify(reply)}`);
  return reply.blocks;
}
