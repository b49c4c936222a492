import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { covers } from '../../testing/covers.ts';
import { saying } from '../../testing/model-bench.ts';
import { ModelServer } from '../../testing/model-server/model-server.ts';
import { jobToken, ProxyBench, realKey } from '../../testing/proxy-bench.ts';
import { SystemClock } from '../clock/system.ts';
import { Breaker } from '../model/around/breaking.ts';
import { usualBreaker } from '../model/around/guarded.ts';
import { proxiedChat } from './openai/proxied.ts';

let bench: ProxyBench;
beforeEach(() => {
  bench = new ProxyBench();
});
afterEach(() => bench.close());

const calls = saying({
  blocks: [
    { kind: 'reasoning', text: 'I look first.', isRedacted: false },
    { kind: 'tool-call', tool: 'read', input: { path: 'a.ts' } },
  ],
});

describe('an exchange', () => {
  it('reaches the server with its key and nothing that is not allowed, and comes back as it was', async () => {
    const server = await bench.open({ script: [{ answer: calls }] });
    const { status, headers, body } = await bench.messages();
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/event-stream');
    expect(body).toMatch(/^event: message_start\n/);
    expect(body).toMatch(/event: message_stop\ndata: .*\n\n$/);
    expect(body).toContain('signature_delta');
    const [asked] = server.asked;
    expect(asked?.headers).toMatchObject({ 'x-api-key': realKey, 'anthropic-version': '2026-10-21' });
    expect(asked?.headers).not.toHaveProperty('anthropic-beta');
    expect(asked?.body).not.toHaveProperty('metadata');
    expect(asked?.body).toMatchObject({
      model: 'model-1',
      system: [{ cache_control: { type: 'ephemeral' } }],
    });
    expect(JSON.stringify(server.asked)).not.toContain(jobToken);
    expect(body).not.toContain(realKey);
  });

  it('is kept whole: what was asked, thought, called, and what it cost', async () => {
    await bench.open({ script: [{ answer: calls }] });
    await bench.messages({
      messages: [
        { role: 'user', content: 'Where is it?' },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 't1', name: 'read', input: { path: 'b.ts' } }],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't1', content: 'not there', is_error: true }],
        },
      ],
    });
    expect(bench.kept).toEqual([
      {
        identity: { name: 'coder', family: 'test', model: 'model-1', scripted: true },
        request: {
          system: 'You mend crashes.',
          messages: [
            { role: 'user', text: 'Where is it?' },
            {
              role: 'model',
              blocks: [{ kind: 'tool-call', id: 't1', tool: 'read', input: { path: 'b.ts' } }],
            },
            { role: 'tool', id: 't1', tool: 'read', output: 'not there', isError: true },
          ],
          tools: [{ name: 'read', description: 'reads a file', parameters: { type: 'object' } }],
          maxOutputTokens: 500,
        },
        reply: {
          kind: 'answer',
          blocks: [
            { kind: 'reasoning', text: 'I look first.', signature: expect.any(String) },
            { kind: 'tool-call', id: 'toolu_1', tool: 'read', input: { path: 'a.ts' } },
          ],
          stop: 'tool-call',
          usage: { inputTokens: 100, outputTokens: 20, microdollars: 600 },
          answeredBy: 'model-1',
        },
        startedAt: expect.any(Date),
        ms: expect.any(Number),
      },
    ]);
  });

  it('goes on in the version that the client speaks, if it is a known one', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const older = { 'anthropic-version': '2023-06-01' };
    expect(await bench.messages({ temperature: 0.5 }, older)).toMatchObject({ status: 200 });
    expect(server.asked[0]).toMatchObject({ headers: older, body: { temperature: 0.5 } });
    expect(await bench.messages({ temperature: 0.5 })).toMatchObject({ status: 400 });
    expect(await bench.messages({}, { 'anthropic-version': '2030-01-01' })).toMatchObject({
      status: 400,
      body: expect.stringContaining('expected 2023-06-01 or 2026-10-21'),
    });
    expect(server.asked).toHaveLength(2);
  });

  it('keeps what is said to the model in the middle, and its cache', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const messages = [
      { role: 'user', content: 'Where is it?' },
      { role: 'system', content: 'Be brief.' },
    ];
    await bench.messages({ messages, cache_control: { type: 'ephemeral', ttl: '1h' } });
    expect(bench.kept).toMatchObject([
      { request: { system: 'You mend crashes.\n\nBe brief.', messages: [{ text: 'Where is it?' }] } },
    ]);
    expect(server.asked[0]?.body).toMatchObject({ messages, cache_control: { ttl: '1h' } });
  });

  it('may be in one piece, and of OpenAI', async () => {
    const server = await bench.open({ script: [{ answer: calls }] });
    const whole = await bench.messages({ stream: false });
    expect(JSON.parse(whole.body)).toMatchObject({
      type: 'message',
      stop_reason: 'tool_use',
      content: [{}, {}],
    });
    const chat = await bench.chat({ stream: false });
    expect(JSON.parse(chat.body)).toMatchObject({ object: 'chat.completion' });
    const streamed = await bench.chat();
    expect(streamed.body).toMatch(/data: \[DONE\]\n\n$/);
    expect(bench.kept.map(({ reply }) => reply.kind)).toEqual(['answer', 'answer', 'answer']);
    expect(bench.kept.map(({ reply }) => 'blocks' in reply && reply.blocks.length)).toEqual([2, 2, 2]);
    expect(server.asked[2]?.body).toMatchObject({
      max_completion_tokens: 64_000,
      store: false,
      stream_options: { include_usage: true },
    });
    expect(server.asked[2]?.headers.authorization).toBe(`Bearer ${realKey}`);
    expect(server.asked[2]?.body).not.toHaveProperty('user');
  });

  it('does not come to its end before it is kept', async () => {
    covers('ASI10');
    const order: string[] = [];
    const safe = Promise.withResolvers<void>();
    const log = {
      record: async () => {
        order.push('recording');
        await safe.promise;
        order.push('recorded');
      },
    };
    await bench.open({ script: [{ answer: saying() }], proxy: { log } });
    const reply = bench.messages().then(({ body }) => {
      order.push('told');
      return body;
    });
    while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(order).toEqual(['recording']);
    safe.resolve();
    expect(await reply).toContain('message_stop');
    expect(order).toEqual(['recording', 'recorded', 'told']);
  });

  it('that cannot be kept has no end', async () => {
    const log = { record: () => Promise.reject(new Error('no space left')) };
    await bench.open({ script: [{ answer: calls }], proxy: { log } });
    const { body } = await bench.messages();
    expect(body).not.toContain('message_stop');
    expect(body).toMatch(/event: error\ndata: .*could not be kept: no space left/);
    const whole = await bench.chat({ stream: false });
    expect(whole.status).toBe(502);
    expect(whole.body).not.toContain('a.ts');
  });
});

it('models of several servers are told apart by their names', async () => {
  const other = await ModelServer.open({ script: { steps: [{ answer: saying() }] } });
  try {
    const identity = { name: 'local', family: 'test', model: 'model-2', scripted: true };
    const server = { url: `${other.url}/v1`, keyFile: undefined };
    const breaker = new Breaker(usualBreaker, new SystemClock());
    const models = [{ identity, server, breaker, proxied: proxiedChat('plain') }];
    const first = await bench.open({ script: [{ answer: saying() }], more: models });
    expect(await bench.chat({ model: 'model-2' })).toMatchObject({ status: 200 });
    expect(await bench.chat()).toMatchObject({ status: 200 });
    expect(other.asked).toMatchObject([{ body: { model: 'model-2', max_tokens: 64_000 } }]);
    expect(JSON.stringify(other.asked)).not.toContain(realKey);
    expect(first.asked).toMatchObject([{ body: { model: 'model-1', max_completion_tokens: 64_000 } }]);
    expect(bench.kept.map(({ identity: { name } }) => name)).toEqual(['local', 'coder']);
  } finally {
    await other.close();
  }
});
