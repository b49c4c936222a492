import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../domain/journal.ts';
import { MemoryBlobs } from '../../../testing/memory-blobs.ts';
import {
  EventList,
  exchangeOf,
  oneAtATime,
  sampleModel,
  user,
  wordRedactor,
} from '../../../testing/recording.ts';
import { ExchangeRecorder } from '../../exchange-log/exchange-recorder.ts';
import { decode, type Message } from '../otlp/wire.ts';
import { encodeTraces } from './encode-traces.ts';
import { genAiSpan, type Span } from './gen-ai-span.ts';

/** What the recorder really journals. */
async function journalled(over: Parameters<typeof exchangeOf>[2] = {}): Promise<NewEvent> {
  const journal = new EventList();
  const parts = { journal, blobs: new MemoryBlobs(), redactor: wordRedactor, mostBytes: async () => 1e6 };
  const recorder = new ExchangeRecorder({ ...parts, exclusively: oneAtATime() });
  await recorder
    .of({ change: 'chg_0123456789ab', role: 'judge' })
    .record(exchangeOf([user('a secret thought')], 'no', over));
  const [event] = journal.events;
  if (event === undefined) throw new Error('it was not journalled');
  return event;
}

const anyValue: Message = {
  1: { name: 'string', type: 'string' },
  2: { name: 'bool', type: 'bool' },
  3: { name: 'int', type: 'int64' },
  4: { name: 'double', type: 'double' },
  5: {
    name: 'array',
    type: { 1: { name: 'values', type: { 1: { name: 'string', type: 'string' } }, many: true } },
  },
};
const attributes = {
  name: 'attributes',
  type: { 1: { name: 'key', type: 'string' }, 2: { name: 'value', type: anyValue } },
  many: true,
} as const;
const span: Message = {
  1: { name: 'traceId', type: 'hex' },
  2: { name: 'spanId', type: 'hex' },
  5: { name: 'name', type: 'string' },
  6: { name: 'kind', type: 'int32' },
  7: { name: 'start', type: 'fixed64' },
  8: { name: 'end', type: 'fixed64' },
  9: attributes,
  15: { name: 'status', type: { 3: { name: 'code', type: 'int32' } } },
};
const scope: Message = { 1: { name: 'name', type: 'string' }, 2: { name: 'version', type: 'string' } };
const scopeSpans: Message = {
  1: { name: 'scope', type: scope },
  2: { name: 'spans', type: span, many: true },
};
const resourceSpans: Message = {
  1: { name: 'resource', type: { 1: attributes } },
  2: { name: 'scopeSpans', type: scopeSpans, many: true },
};
const request: Message = { 1: { name: 'resourceSpans', type: resourceSpans, many: true } };

/** The same span, as OpenTelemetry's own serializer is given it. */
function official(one: Span): Uint8Array {
  const time = (ns: bigint): [number, number] => [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
  const context = { traceId: one.traceId.toString('hex'), spanId: one.spanId.toString('hex'), traceFlags: 1 };
  const readable = {
    name: one.name,
    kind: one.kind === 3 ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context,
    startTime: time(one.startNs),
    endTime: time(one.endNs),
    status: { code: one.isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: one.attributes,
    links: [],
    events: [],
    duration: [0, 0],
    ended: true,
    resource: resourceFromAttributes({ 'service.name': 'autoland', 'service.version': '1.2.3' }),
    instrumentationScope: { name: 'autoland', version: '1.2.3' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as unknown as ReadableSpan;
  return ProtobufTraceSerializer.serializeRequest([readable]) ?? new Uint8Array();
}

const origin = { service: 'autoland', version: '1.2.3' };
/** A status that is not set may be left out. */
const plain = (bytes: Uint8Array) =>
  JSON.parse(JSON.stringify(decode(request, bytes)).replaceAll(/,"status":\{("code":0)?\}/g, ''));

describe('genAiSpan', () => {
  it('speaks as the semantic conventions do', async () => {
    const made = genAiSpan(await journalled());
    expect(made).toMatchObject({
      name: 'chat llama-4',
      kind: 3,
      isError: false,
      startNs: BigInt(Date.parse('2026-11-30T02:00:00Z')) * 1_000_000n,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'llama',
        'gen_ai.request.model': 'llama-4',
        'gen_ai.request.max_tokens': 1000,
        'gen_ai.request.temperature': 0,
        'gen_ai.output.type': 'text',
        'gen_ai.response.model': 'llama-4',
        'gen_ai.response.finish_reasons': ['end'],
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 5,
        'gen_ai.conversation.id': 'chg_0123456789ab',
        'autoland.cost.microdollars': 7,
        'autoland.model.scripted': false,
        'autoland.role': 'judge',
      },
    });
    expect((made?.endNs ?? 0n) - (made?.startNs ?? 0n)).toBe(1_200_000_000n);
    const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 8, cacheWriteTokens: 1 };
    const cachedReply = { kind: 'answer', blocks: [], stop: 'end', usage, answeredBy: 'llama-4' } as const;
    expect(genAiSpan(await journalled({ reply: cachedReply }))?.attributes).toMatchObject({
      'gen_ai.usage.cache_read.input_tokens': 8,
      'gen_ai.usage.cache_creation.input_tokens': 1,
    });
    const reply = { kind: 'fault', fault: 'timeout', reason: 'a secret reason' } as const;
    const identity = { ...sampleModel, family: 'claude', scripted: true };
    const failed = genAiSpan(await journalled({ reply, identity }));
    expect(failed?.isError).toBe(true);
    expect(failed?.attributes).toMatchObject({
      'error.type': 'timeout',
      'gen_ai.provider.name': 'anthropic',
      'autoland.model.scripted': true,
    });
    expect(failed?.traceId).toEqual(made?.traceId);
    expect(failed?.spanId).not.toEqual(made?.spanId);
  });

  it('tells of a tool by its name, where that is one', () => {
    const data = {
      owner: 'task_x',
      role: 'agent',
      startedAt: '2026-11-30T02:00:00Z',
      ms: 2.5,
      call: 'toolu_1',
    };
    const run = (tool: string) =>
      genAiSpan({ type: 'tool.called', actor: 'recorder', data: { ...data, tool, isError: true } });
    expect(run('read_file')).toMatchObject({
      name: 'execute_tool read_file',
      kind: 1,
      isError: true,
      attributes: {
        'gen_ai.tool.name': 'read_file',
        'gen_ai.tool.call.id': 'toolu_1',
        'error.type': '_OTHER',
      },
    });
    expect(run('read the file of Zebulon')?.name).toBe('execute_tool _OTHER');
  });

  it('holds no content, whatever is said', async () => {
    const made = genAiSpan(await journalled());
    expect(
      JSON.stringify(made, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toMatch(/secret|thought/);
    expect(genAiSpan({ type: 'change.proposed', actor: 'x', data: {} })).toBeUndefined();
    expect(genAiSpan({ type: 'model.asked', actor: 'x', data: { startedAt: 'never' } })).toBeUndefined();
  });

  it('is encoded as OpenTelemetry encodes it', async () => {
    const one = genAiSpan(await journalled());
    if (one === undefined) throw new Error('it is one');
    for (const each of [one, { ...one, isError: true }])
      expect(plain(encodeTraces([each], origin))).toEqual(plain(official(each)));
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('', '💥', '\u0000', 'ß'.repeat(200)),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
      fc.array(fc.string()),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 4 }), (made) => {
        const each = {
          ...one,
          attributes: JSON.parse(JSON.stringify(made).replaceAll('-0', '0')) as Span['attributes'],
        };
        expect(plain(encodeTraces([each], origin))).toEqual(plain(official(each)));
      }),
      { numRuns: 40 },
    );
  });
});
