import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicWire } from '../../testing/model-server/anthropic-wire.ts';
import { openaiWire } from '../../testing/model-server/openai-wire.ts';
import { responsesWire as servedResponses } from '../../testing/model-server/responses-wire.ts';
import type { Says } from '../../testing/model-server/script.ts';
import type { ServedWire } from '../../testing/model-server/served-wire.ts';
import { messagesWire } from './anthropic/wire.ts';
import { readEvents } from './events.ts';
import { chatWire } from './openai/wire.ts';
import { responsesWire } from './openai-responses/wire.ts';
import type { AnswerWire, WholeAnswer } from './wire.ts';
import { WireFault } from './wire-fault.ts';

const limits = { bytes: 1_000_000, eventBytes: 100_000 };

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const block: fc.Arbitrary<Says['blocks'][number]> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text }),
  fc.record({ kind: fc.constant('reasoning' as const), text, isRedacted: fc.constant(false) }),
  fc.record({
    kind: fc.constant('tool-call' as const),
    tool: fc.constantFrom('read', 'write'),
    input: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }) as fc.Arbitrary<
      Record<string, unknown>
    >,
  }),
);
const usage = { input: 7, output: 3, cacheRead: 2, cacheWrite: 0 };
const says = fc.array(block, { maxLength: 4 }).map((blocks): Says => ({ kind: 'says', blocks, usage }));

const wires: readonly (readonly [string, ServedWire, AnswerWire])[] = [
  ['Anthropic', anthropicWire, messagesWire],
  ['OpenAI', openaiWire, chatWire('openai')],
  ["OpenAI's responses", servedResponses, responsesWire],
];

async function fold(wire: AnswerWire, chunks: readonly Uint8Array[]): Promise<WholeAnswer> {
  const one = wire.fold();
  const body = (async function* () {
    yield* chunks;
  })();
  for await (const event of readEvents(body, limits)) one.take(event);
  return one.end();
}

function bytesOf(served: ServedWire, one: Says): Buffer {
  const stop = one.blocks.some(({ kind }) => kind === 'tool-call') ? 'tool-call' : 'end';
  return Buffer.from(served.events({ says: one, stop, model: 'm' }).join(''));
}

function cutAt(bytes: Buffer, places: readonly number[]): readonly Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((to, at) => bytes.subarray(cuts[at], to));
}

describe.each(wires)('a stream of %s', (_, served, wire) => {
  it('is the same answer, however it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(says, fc.array(fc.nat(5_000), { maxLength: 8 }), async (one, places) => {
        const whole = await fold(wire, cutAt(bytesOf(served, one), places));
        const calls = (blocks: readonly { readonly kind: string }[]) =>
          blocks.filter(({ kind }) => kind === 'tool-call').map((call) => ({ ...call, id: '' }));
        const textOf = (kind: string) => (blocks: readonly { kind: string; text?: string }[]) =>
          blocks.flatMap((it) => (it.kind === kind ? [it.text] : [])).join('');
        expect(calls(whole.blocks)).toEqual(calls(one.blocks.map((it) => ({ ...it, id: '' }))));
        for (const kind of ['text', 'reasoning'])
          expect(textOf(kind)(whole.blocks)).toBe(textOf(kind)(one.blocks));
      }),
      { numRuns: 60 },
    );
  });

  it('is no answer where a single byte of its end is missing', async () => {
    await fc.assert(
      fc.asyncProperty(says, fc.nat(), async (one, place) => {
        const bytes = bytesOf(served, one);
        await expect(fold(wire, [bytes.subarray(0, place % bytes.length)])).rejects.toBeInstanceOf(WireFault);
      }),
      { numRuns: 100 },
    );
  });

  it('is a fault and nothing else where bytes of it are wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        says,
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 9 }),
        async (one, at, wrong) => {
          const bytes = bytesOf(served, one);
          bytes.set(wrong.subarray(0, bytes.length - (at % bytes.length)), at % bytes.length);
          const found = await fold(wire, [bytes]).catch((thrown: unknown) => thrown);
          expect(found instanceof WireFault || !(found instanceof Error)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('redacted reasoning', () => {
  it('is told as such, and goes back unchanged', async () => {
    const one: Says = { kind: 'says', blocks: [{ kind: 'reasoning', text: '', isRedacted: true }], usage };
    const { blocks } = await fold(messagesWire, [bytesOf(anthropicWire, one)]);
    expect(blocks).toEqual([
      { kind: 'reasoning', text: '', signature: 'EmwKAhgBEgy3va3pzix', redacted: true },
    ]);
    const request = {
      system: '',
      messages: [{ role: 'model', blocks } as const],
      tools: [],
      maxOutputTokens: 1,
    };
    expect(messagesWire.body(request, 'm')).toMatchObject({
      messages: [
        { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' }] },
      ],
    });
  });
});

describe('a chunk of a server that is only nearly OpenAI', () => {
  const piece = (delta: object, finish: string | null = null) => ({
    data: JSON.stringify({ model: 'qwen', choices: [{ index: 0, delta, finish_reason: finish }] }),
  });

  it('may hold whole calls without index and id, and end with stop', () => {
    const one = chatWire('plain').fold();
    for (const path of ['a', 'b'])
      one.take(
        piece({
          tool_calls: [{ id: `id-${path}`, function: { name: 'read', arguments: `{"path":"${path}"}` } }],
        }),
      );
    one.take(piece({}, 'stop'));
    one.take({ data: '[DONE]' });
    expect(one.end()).toMatchObject({
      stop: 'tool-call',
      usage: undefined,
      blocks: [
        { id: 'id-a', input: { path: 'a' } },
        { id: 'id-b', input: { path: 'b' } },
      ],
    });
  });

  it('must name the model, and one answer', () => {
    const nameless = chatWire('plain').fold();
    nameless.take({ data: '{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}' });
    nameless.take({ data: '[DONE]' });
    expect(() => nameless.end()).toThrow('which model');
    expect(() =>
      chatWire('plain').fold().take({ data: '{"model":"m","choices":[{"index":1,"delta":{}}]}' }),
    ).toThrow('several answers');
  });
});

describe('an end of the responses API', () => {
  const item = (index: number, more: object = {}) => ({
    data: JSON.stringify({
      type: 'response.output_item.done',
      output_index: index,
      item: { type: 'function_call', call_id: `c${index}`, name: 'read', arguments: '{}', ...more },
    }),
  });
  const end = (output: readonly object[], more: object = {}) => ({
    data: JSON.stringify({
      type: 'response.completed',
      response: { model: 'm', status: 'completed', output, usage: null, ...more },
    }),
  });

  it('names as many items as were told', () => {
    const short = responsesWire.fold();
    short.take(item(0));
    short.take(end([{}, {}]));
    expect(() => short.end()).toThrow('other items');
    const cut = responsesWire.fold();
    cut.take(item(0));
    cut.take(end([{}, {}], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }));
    expect(cut.end()).toMatchObject({ stop: 'length', blocks: [] });
  });

  it('is none for items that nobody asked for, twice the same, or a state that nobody knows', () => {
    const fold = responsesWire.fold();
    fold.take(item(0));
    expect(() => fold.take(item(0))).toThrow('done twice');
    expect(() => fold.take(item(1, { type: 'web_search_call' }))).toThrow(WireFault);
    const odd = responsesWire.fold();
    odd.take(end([], { status: 'queued' }));
    expect(() => odd.end()).toThrow('unknown reason');
  });

  it('may be a failure', () => {
    const failed = {
      type: 'response.failed',
      response: { error: { code: 'rate_limit_exceeded', message: 'slowly' } },
    };
    expect(() => responsesWire.fold().take({ data: JSON.stringify(failed) })).toThrow(
      expect.objectContaining({ fault: 'rate-limited' }),
    );
  });
});
