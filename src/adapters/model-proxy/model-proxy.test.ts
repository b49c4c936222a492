import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saying } from '../../testing/model-bench.ts';
import { type BenchOptions, jobToken, ProxyBench, realKey } from '../../testing/proxy-bench.ts';

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
    expect(asked?.headers).toMatchObject({ 'x-api-key': realKey, 'anthropic-version': '2023-06-01' });
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

describe('what is refused, and never asked', () => {
  const image = (source: object) => [{ role: 'user', content: [{ type: 'image', source }] }];
  const part = (url: string) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];

  it.each<[string, object]>([
    [
      'servers that the provider would ask',
      { mcp_servers: [{ type: 'url', url: 'https://evil.example', name: 'x' }] },
    ],
    ['a container', { container: 'c1' }],
    ['a search by the provider', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['a fetch by the provider', { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }],
    ['code that the provider runs', { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }],
    ['an image behind a URL', { messages: image({ type: 'url', url: 'https://evil.example/?secret' }) }],
    ['a file that the provider keeps', { messages: image({ type: 'file', file_id: 'f1' }) }],
    ['a block that nobody knows', { messages: [{ role: 'user', content: [{ type: 'new_thing' }] }] }],
    ['a longer answer than is allowed', { max_tokens: 100_000 }],
    ['no length', { max_tokens: undefined }],
  ])('%s (Anthropic)', async (_, more) => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const { status, body } = await bench.messages(more);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
    expect(server.asked).toEqual([]);
    expect(bench.refused).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['a search by the provider', { web_search_options: {} }],
    ['a tool that the provider runs', { tools: [{ type: 'mcp', server_url: 'https://evil.example' }] }],
    ['an image behind a URL', { messages: part('https://evil.example/?secret') }],
    ['several answers', { n: 50 }],
    ['a longer answer than is allowed', { max_tokens: 100_000 }],
  ])('%s (OpenAI)', async (_, more) => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    const { status, body } = await bench.chat(more);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'invalid_request_error' } });
    expect(server.asked).toEqual([]);
  });

  it('a client without the token, or with another', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    for (const shown of ['', 'other', realKey, `${jobToken}x`])
      expect(await bench.messages({}, { 'x-api-key': shown })).toMatchObject({ status: 401 });
    expect(await bench.chat({}, { authorization: jobToken.slice(1) })).toMatchObject({ status: 401 });
    expect(server.asked).toEqual([]);
  });

  it('other models, other paths, and what is no request', async () => {
    const server = await bench.open({ script: [{ answer: saying() }] });
    expect(await bench.messages({ model: 'model-2' })).toMatchObject({
      status: 404,
      body: expect.stringContaining('only model-1'),
    });
    const headers = { authorization: `Bearer ${jobToken}` };
    for (const path of ['/v1/files', '/v1/responses', '/v1/messages/batches', '/v1/messages/../files', '/'])
      expect(await bench.send(path, {}, headers)).toMatchObject({ status: 404 });
    for (const body of ['{', '[]', '', '"text"', `${'['.repeat(5_000)}`])
      expect(await bench.send('/v1/chat/completions', body, headers)).toMatchObject({ status: 400 });
    expect(await bench.send('/v1/models', undefined, headers)).toMatchObject({
      status: 200,
      body: expect.stringContaining('model-1'),
    });
    expect(server.asked).toEqual([]);
  });
});

describe('a budget', () => {
  it('that is spent ends it, in the words of the wire', async () => {
    const server = await bench.open({ script: [{ answer: saying() }], budget: { tokens: 100 } });
    expect(await bench.messages()).toMatchObject({ status: 200 });
    const second = await bench.messages();
    expect(second.status).toBe(402);
    expect(JSON.parse(second.body)).toMatchObject({
      error: { type: 'billing_error', message: expect.stringContaining('change-1') },
    });
    expect(await bench.chat()).toMatchObject({
      status: 402,
      body: expect.stringContaining('insufficient_quota'),
    });
    expect(server.asked).toHaveLength(1);
    expect(bench.kept).toHaveLength(1);
  });

  it('counts an answer that broke off as all that it could have been', async () => {
    const script: BenchOptions['script'] = [{ answer: { kind: 'cut', events: 4, how: 'reset' } }];
    await bench.open({ script, budget: { tokens: 500 } });
    const { body } = await bench.messages();
    expect(body).toContain('event: error');
    expect(body).not.toContain('message_stop');
    expect(bench.kept).toMatchObject([{ reply: { kind: 'fault', fault: 'cut-off' } }]);
    expect(await bench.messages()).toMatchObject({ status: 402 });
  });
});

describe('a server that fails', () => {
  it('is told as it was told, with the time to come again', async () => {
    const script: BenchOptions['script'] = [
      {
        times: 1,
        answer: { kind: 'status', status: 529, headers: { 'retry-after': '7' }, message: 'Overloaded' },
      },
      { answer: { kind: 'status', status: 400, message: 'prompt is too long' } },
    ];
    await bench.open({ script });
    const busy = await bench.messages();
    expect(busy).toMatchObject({
      status: 529,
      headers: { 'retry-after': '7' },
      body: expect.stringContaining('overloaded_error'),
    });
    expect(await bench.messages()).toMatchObject({
      status: 400,
      body: expect.stringContaining('prompt is too long'),
    });
    expect(bench.kept.map(({ reply }) => reply.kind === 'fault' && reply.fault)).toEqual([
      'overloaded',
      'rejected',
    ]);
  });

  it('of whom nobody inside learns where it is, or what is wrong with the key', async () => {
    const server = await bench.open({
      script: [{ answer: saying() }],
      server: { key: 'sk-another-key-of-theirs' },
    });
    const { status, body } = await bench.messages();
    expect(status).toBe(502);
    expect(JSON.parse(body).error.message).toBe('the model does not answer');
    expect(JSON.stringify(bench.kept)).not.toContain(realKey);
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, BenchOptions['script'][number]['answer']]>([
    ['redirects', { kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:9/' } }],
    ['answers a page', { kind: 'page', type: 'text/html', body: '<h1>' }],
    ['answers what is no stream of its format', { kind: 'babbles', events: 2, data: '{oops' }],
    [
      'tells its key',
      saying({
        blocks: [
          { kind: 'text', text: realKey.slice(0, 7) },
          { kind: 'tool-call', tool: realKey, input: {} },
        ],
      }),
    ],
  ])('is a fault when it %s', async (_, answer) => {
    await bench.open({ script: [{ answer }] });
    const { body } = await bench.messages();
    expect(body).toMatch(/api_error/);
    expect(body).not.toMatch(/message_stop|127\.0\.0\.1/);
    expect(body).not.toContain(realKey);
    expect(bench.kept).toMatchObject([{ reply: { kind: 'fault' } }]);
    expect(JSON.stringify(bench.kept)).not.toContain(realKey);
  });

  it('and is silent keeps nobody for ever', async () => {
    const limits = { totalMs: 5_000, stallMs: 100 };
    await bench.open({ script: [{ answer: { kind: 'stalls', events: 3 } }], proxy: { limits } });
    const { body } = await bench.messages();
    expect(body).toMatch(/event: error/);
    expect(bench.kept).toMatchObject([{ reply: { fault: 'timeout' } }]);
  });
});

it('a client that leaves ends the question, which is kept all the same', async () => {
  await bench.open({ script: [{ answer: { kind: 'stalls', events: 3 } }], budget: { tokens: 500 } });
  const socket = connect(bench.socket);
  const body = JSON.stringify({
    model: 'model-1',
    max_tokens: 500,
    stream: true,
    messages: [{ role: 'user', content: 'x' }],
  });
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: ${jobToken}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
  await expect.poll(() => bench.kept.length).toBe(1);
  expect(bench.kept).toMatchObject([
    { reply: { kind: 'fault', fault: 'timeout', reason: expect.stringContaining('gave up') } },
  ]);
  expect(await bench.messages()).toMatchObject({ status: 402 });
});

it('that is closed waits until what was under way is kept', async () => {
  await bench.open({ script: [{ answer: { kind: 'silent' } }] });
  const asked = bench.messages().catch(() => 'cut');
  await expect.poll(() => bench.asked()).toBe(1);
  await bench.close();
  expect(bench.kept).toMatchObject([{ reply: { kind: 'fault', fault: 'timeout' } }]);
  expect(await asked).toBe('cut');
});
