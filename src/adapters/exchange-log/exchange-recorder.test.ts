import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type BlobOwner, type Commitment, isCommitment } from '../../domain/blob.ts';
import type { Json } from '../../domain/json.ts';
import type { ModelMessage } from '../../domain/model.ts';
import { type Page, readPage } from '../../domain/recording.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Redactor } from '../../ports/redactor.ts';
import { covers } from '../../testing/covers.ts';
import { MemoryBlobs } from '../../testing/memory-blobs.ts';
import {
  EventList,
  exchangeOf,
  oneAtATime,
  sampleModel,
  user,
  wordRedactor,
} from '../../testing/recording.ts';
import { allMessages, type Pages, shownExchange, shownToolCall } from '../../views/conversation.ts';
import { ChildRedactor } from '../secret-scanner/child-redactor.ts';
import { ExchangeRecorder, type RecorderParts } from './exchange-recorder.ts';

const change = 'chg_0123456789ab';
const owner: BlobOwner = change;
const subject = { change, role: 'judge' } as const;

let blobs: MemoryBlobs;
let journal: EventList;
beforeEach(() => {
  blobs = new MemoryBlobs();
  journal = new EventList();
});

function recorder(over: Partial<RecorderParts> = {}): ExchangeRecorder {
  const parts = {
    journal,
    blobs,
    redactor: wordRedactor,
    exclusively: oneAtATime(),
    mostBytes: async () => 1 << 20,
  };
  return new ExchangeRecorder({ ...parts, ...over });
}

async function pages(of: BlobStore = blobs): Promise<Pages> {
  const read = new Map<Commitment, Page | { gap: 'missing' }>();
  for (const { data } of journal.events) {
    if (!isCommitment(data.content)) throw new Error('an entry without a blob');
    const bytes = await of.get(owner, data.content);
    read.set(data.content, (bytes && readPage(bytes)) ?? { gap: 'missing' });
  }
  return read;
}

const contentAt = (at: number) => journal.events.at(at)?.data.content as Commitment;
const textsOf = (page: Page | object | undefined) => JSON.stringify(page);

describe('ExchangeRecorder', () => {
  it('journals who was asked, with what and at what price, and none of what was said', async () => {
    await recorder()
      .of(subject)
      .record(exchangeOf([user('is it safe?')], 'it is not'));
    const [event] = journal.events;
    expect(event).toMatchObject({
      type: 'model.asked',
      change,
      actor: 'recorder',
      data: {
        owner,
        role: 'judge',
        model: sampleModel,
        parameters: { maxOutputTokens: 1000, temperature: 0, tools: 0, schema: false },
        outcome: 'answer',
        stop: 'end',
        answeredBy: 'llama-4',
        usage: { inputTokens: 10, outputTokens: 5, microdollars: 7 },
        startedAt: '2026-11-30T02:00:00.000Z',
        ms: 1200,
        redacted: { count: 0, places: [] },
      },
    });
    expect(JSON.stringify(event)).not.toMatch(/is it safe|it is not/);
    expect(shownExchange(contentAt(0), await pages())).toEqual({
      system: { value: 'You review changes.' },
      tools: { value: [] },
      schema: null,
      like: null,
      messages: [{ message: { value: { role: 'user', text: 'is it safe?' } }, isRepeated: false }],
      reply: { value: { role: 'model', blocks: [{ kind: 'text', text: 'it is not' }] } },
      reason: null,
    });
  });

  it('says which fault it was, which model is scripted, and for which task', async () => {
    const reply = { kind: 'fault', fault: 'timeout', reason: 'nothing within 60 s' } as const;
    const identity = { ...sampleModel, scripted: true };
    await recorder()
      .of({ task: 'fix-7', role: 'agent' })
      .record(exchangeOf([user('go')], '', { reply, identity }));
    const [event] = journal.events;
    expect(event?.change).toBeUndefined();
    expect(event?.data).toMatchObject({
      owner: 'task_fix-7',
      task: 'fix-7',
      outcome: 'fault',
      fault: 'timeout',
      usage: null,
      model: { scripted: true },
    });
    const bytes = await blobs.get('task_fix-7', contentAt(0));
    expect(bytes && readPage(bytes)).toMatchObject({ reply: null, reason: 'nothing within 60 s' });
    for (const task of ['..', '', 'A', 'a/b'])
      expect(() => recorder().of({ task, role: 'agent' })).toThrow(TypeError);
  });

  it('keeps reasoning and calls, and of a signature that there was one', async () => {
    const blocks = [
      { kind: 'reasoning', text: 'it may loop', signature: 'c2lnbmVk' },
      { kind: 'tool-call', id: 't1', tool: 'read', input: { path: 'a.ts' } },
    ] as const;
    const usage = { inputTokens: 1, outputTokens: 1 };
    const reply = { kind: 'answer', blocks, stop: 'tool-call', usage, answeredBy: 'x' } as const;
    const log = recorder().of(subject);
    await log.record(exchangeOf([user('go')], '', { reply }));
    const startedAt = new Date();
    const call = { id: 't1', tool: 'read', input: { path: 'a.ts' }, output: 'x = 1', isError: false };
    await log.recordCall({ ...call, startedAt, ms: 3 });
    expect(shownExchange(contentAt(0), await pages())).toMatchObject({
      reply: {
        value: {
          blocks: [
            { kind: 'reasoning', text: 'it may loop', isSigned: true },
            { kind: 'tool-call', id: 't1', tool: 'read', input: { path: 'a.ts' } },
          ],
        },
      },
    });
    expect(textsOf(await blobs.get(owner, contentAt(0)))).not.toContain('c2lnbmVk');
    expect(journal.events[1]).toMatchObject({
      type: 'tool.called',
      data: { tool: 'read', call: 't1', isError: false },
    });
    expect(shownToolCall(contentAt(1), await pages())).toEqual({
      input: { value: { path: 'a.ts' } },
      result: { value: { role: 'tool', id: 't1', tool: 'read', output: 'x = 1', isError: false } },
      told: null,
    });
  });

  it('keeps a conversation that grows once, not once for each request', async () => {
    const log = recorder().of(subject);
    const messages: ModelMessage[] = [];
    const sizes: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      messages.push(user(`question ${n} ${'x'.repeat(2000)}`));
      await log.record(exchangeOf(messages, `answer ${n}`));
      messages.push({ role: 'model', blocks: [{ kind: 'text', text: `answer ${n}` }] });
      sizes.push(await blobs.size(owner));
    }
    const grown = (sizes.at(-1) ?? 0) - (sizes.at(-2) ?? 0);
    // Each exchange adds what is new in it, however long the conversation is.
    expect(grown).toBeLessThan(3000);
    const all = await pages();
    expect(allMessages(contentAt(-1), all)).toHaveLength(79);
    for (let n = 0; n < 40; n += 1) {
      const holding = [...all.values()].filter((page) => textsOf(page).includes(`question ${n} `));
      expect(holding).toHaveLength(1);
    }
  });

  it('goes on after a restart without keeping anything twice', async () => {
    const messages = [user('first'), user('second')];
    await recorder().of(subject).record(exchangeOf(messages, 'a'));
    await recorder()
      .of(subject)
      .record(exchangeOf([...messages, user('third')], 'b'));
    const all = await pages();
    expect([...all.values()].filter((page) => textsOf(page).includes('first'))).toHaveLength(1);
    expect(allMessages(contentAt(1), all).map((one) => ('value' in one ? one.value : one))).toMatchObject([
      { text: 'first' },
      { text: 'second' },
      { text: 'third' },
    ]);
  });

  it('refers to nothing that no entry names: it will be collected', async () => {
    await recorder()
      .of(subject)
      .record(exchangeOf([user('first')], 'a'));
    journal.events.pop();
    await recorder()
      .of(subject)
      .record(exchangeOf([user('first')], 'b'));
    const [stray] = (await blobs.list(owner)).filter((one) => one !== contentAt(0));
    await blobs.erase(owner, stray === undefined ? [] : [stray]);
    expect(allMessages(contentAt(0), await pages())).toEqual([{ value: { role: 'user', text: 'first' } }]);
  });

  it('keeps anew what was erased meanwhile', async () => {
    const log = recorder().of(subject);
    await log.record(exchangeOf([user('first')], 'a'));
    await blobs.erase(owner);
    await log.record(exchangeOf([user('first'), user('second')], 'b'));
    journal.events.shift();
    const shown = allMessages(contentAt(0), await pages());
    expect(shown).toMatchObject([{ value: { text: 'first' } }, { value: { text: 'second' } }]);
  });

  it('gives back any conversation as it was, whatever branches and comes again', async () => {
    const word = fc.constantFrom('a', 'b', 'HUNTER2', 'say HUNTER2 and\nmore', '\ud800', '{"x":1}', '');
    const message: fc.Arbitrary<ModelMessage> = fc.oneof(
      word.map(user),
      word.map((text): ModelMessage => ({ role: 'model', blocks: [{ kind: 'reasoning', text }] })),
      fc
        .tuple(word, word)
        .map(([tool, output]): ModelMessage => ({ role: 'tool', id: 'x', tool, output, isError: false })),
    );
    const steps = fc.array(fc.tuple(fc.nat(6), fc.array(message, { maxLength: 4 }), word), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(8), async (all, restartAt) => {
        [blobs, journal] = [new MemoryBlobs(), new EventList()];
        let log = recorder().of(subject);
        let messages: ModelMessage[] = [];
        const asked: ModelMessage[][] = [];
        for (const [at, [keep, more, reply]] of all.entries()) {
          if (at === restartAt) log = recorder().of(subject);
          messages = [...messages.slice(0, keep), ...more];
          asked.push(messages);
          await log.record(exchangeOf(messages, reply));
        }
        const read = await pages();
        for (const [at, expected] of asked.entries())
          expect(allMessages(contentAt(at), read)).toEqual(expected.map((one) => ({ value: asKept(one) })));
        for (const page of read.values()) expect(textsOf(page)).not.toContain('HUNTER2');
      }),
      { numRuns: 150 },
    );
  });

  it('gives back any input of a tool, whatever its keys are called', async () => {
    const key = fc.constantFrom('__proto__', 'constructor', 'toString', 'password', '', 'a b');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('tree'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async (input) => {
        [blobs, journal] = [new MemoryBlobs(), new EventList()];
        const call = { tool: 't', input, output: '', isError: false, startedAt: new Date(), ms: 1 };
        await recorder().of(subject).recordCall(call);
        const shown = shownToolCall(contentAt(0), await pages());
        expect(shown).toMatchObject({ result: { value: { tool: 't' } } });
        if (shown === undefined || 'gap' in shown || 'gap' in shown.input) throw new Error('it is not there');
        expect(JSON.stringify(sorted(shown.input.value))).toBe(JSON.stringify(sorted(input)));
      }),
      { numRuns: 100 },
    );
  });

  it('takes credentials out of everything, and tells their kind and place', async () => {
    covers('LLM02');
    const token = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5'}`;
    const log = recorder({ redactor: new ChildRedactor() }).of(subject);
    const tools = [{ name: 't', description: token, parameters: { enum: [token] } }];
    const call = { kind: 'tool-call', id: '1', tool: 'push', input: { [token]: 1, api_key: '"' } } as const;
    const request = {
      ...exchangeOf([user(`line one\nuse ${token}`), { role: 'model', blocks: [call] }], '').request,
      tools,
      system: token,
    };
    const usage = { inputTokens: 1, outputTokens: 1 };
    const blocks = [{ kind: 'text', text: `I saw ${token}` }] as const;
    const reply = { kind: 'answer', blocks, stop: 'end', usage, answeredBy: token } as const;
    await log.record(exchangeOf([], '', { request, reply }));
    await log.recordCall({
      tool: token,
      input: token,
      output: token,
      isError: true,
      startedAt: new Date(),
      ms: 1,
    });
    await log.record(
      exchangeOf([], '', { reply: { kind: 'fault', fault: 'rejected', reason: `no: ${token}` } }),
    );
    const everything = JSON.stringify([journal.events, [...(await pages()).values()]]);
    expect(everything).not.toContain(token);
    expect(everything).toContain('line one\\nuse [redacted: github]');
    expect(journal.events[0]?.data).toMatchObject({ answeredBy: '[redacted: github]' });
    const places = ['tools', 'message 1', 'message 2', 'reply'].map((place) =>
      expect.objectContaining({ place, rule: 'github', line: place === 'message 1' ? 2 : 1 }),
    );
    expect(journal.events[0]?.data.redacted).toMatchObject({ places: expect.arrayContaining(places) });
  });
});

describe('what cannot be recorded', () => {
  covers('LLM10', 'ASI10');
  const nothingKept = async () => {
    expect(await blobs.size(owner)).toBe(0);
    expect(journal.events).toEqual([]);
  };

  it('is refused: texts that nobody could look through', async () => {
    const blind: Redactor = { redact: async () => new Map() };
    const recording = recorder({ redactor: blind })
      .of(subject)
      .record(exchangeOf([user('a question')], 'a'));
    await expect(recording).rejects.toMatchObject({ code: 'recording.not-scanned' });
    await nothingKept();
  });

  it('is refused: more than the budget, and what was kept before stays', async () => {
    const log = recorder({ mostBytes: async () => 20_000 }).of(subject);
    await log.record(exchangeOf([user('x'.repeat(10_000))], 'a'));
    const large = log.record(exchangeOf([user('y'.repeat(15_000))], 'b'));
    await expect(large).rejects.toMatchObject({
      code: 'recording.over-budget',
      message: expect.stringContaining(change),
    });
    expect(journal.events).toHaveLength(1);
    expect(shownExchange(contentAt(0), await pages())).toMatchObject({ reason: null });
    await log.record(exchangeOf([user('x'.repeat(10_000)), user('again')], 'c'));
    expect(journal.events).toHaveLength(2);
  });

  it('is never over the budget, however many record at once', async () => {
    const log = recorder({ mostBytes: async () => 30_000 }).of(subject);
    const all = Array.from({ length: 20 }, (_, n) =>
      log.record(exchangeOf([user(`${n} ${'x'.repeat(4000)}`)], 'a')),
    );
    const settled = await Promise.allSettled(all);
    expect(settled.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(5);
    expect(await blobs.size(owner)).toBeLessThanOrEqual(30_000);
    expect(journal.events).toHaveLength(settled.filter(({ status }) => status === 'fulfilled').length);
  });

  it('is refused: a journal or a store that does not take it', async () => {
    const broken = { read: async () => [], append: () => Promise.reject(new Error('no room')) };
    await expect(recorder({ journal: broken }).of(subject).record(exchangeOf([], 'a'))).rejects.toThrow(
      'no room',
    );
    expect(journal.events).toEqual([]);
    const full = Object.assign(new MemoryBlobs(), { put: () => Promise.reject(new Error('full')) });
    await expect(recorder({ blobs: full }).of(subject).record(exchangeOf([], 'a'))).rejects.toThrow('full');
    expect(journal.events).toEqual([]);
  });

  it('is kept all the same: what is nested deeply, as a text', async () => {
    let input: unknown = 'core';
    for (let n = 0; n < 150; n += 1) input = [input];
    const call = { tool: 't', input, output: '', isError: false, startedAt: new Date(), ms: 1 };
    await recorder().of(subject).recordCall(call);
    const shown = shownToolCall(contentAt(0), await pages());
    expect(shown).toMatchObject({ input: { value: JSON.stringify(input) } });
    const loop: unknown[] = [];
    loop.push(loop);
    await expect(
      recorder()
        .of(subject)
        .recordCall({ ...call, input: loop }),
    ).rejects.toMatchObject({
      code: 'recording.not-scanned',
    });
  });
});

/** Keys in one order: JSON has none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([key, inner]) => [key, sorted(inner)]);
}

function asKept(message: ModelMessage): Json {
  const clean = (text: string) => text.toWellFormed().replaceAll('HUNTER2', '[redacted: word]');
  if (message.role === 'user') return { role: 'user', text: clean(message.text) };
  if (message.role === 'tool') {
    const { id, tool, output, isError } = message;
    return { role: 'tool', id, tool: clean(tool), output: clean(output), isError };
  }
  const blocks = message.blocks.map((block) =>
    block.kind === 'reasoning' ? { kind: 'reasoning', text: clean(block.text), isSigned: false } : null,
  );
  return { role: 'model', blocks };
}
