import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saying } from '../../testing/model-bench.ts';
import { type BenchOptions, jobToken, messagesBody, ProxyBench, realKey } from '../../testing/proxy-bench.ts';

let bench: ProxyBench;
beforeEach(() => {
  bench = new ProxyBench();
});
afterEach(() => bench.close());

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
    const limits = { totalMs: 20_000, stallMs: 1_000 };
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
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nanthropic-version: 2026-10-21\r\nx-api-key: ${jobToken}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
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

it('a client that does not read holds nothing for ever, and is not filled without end', async () => {
  const limits = { totalMs: 400, bytes: Number.MAX_SAFE_INTEGER };
  await bench.open({ script: [{ answer: { kind: 'floods' } }], proxy: { limits } });
  const socket = connect(bench.socket);
  socket.on('error', () => {});
  const body = JSON.stringify({ ...messagesBody, metadata: undefined });
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nanthropic-version: 2026-10-21\r\nx-api-key: ${jobToken}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await expect.poll(() => bench.kept.length).toBe(1);
  expect(bench.kept).toMatchObject([{ reply: { kind: 'fault', fault: 'timeout' } }]);
  socket.destroy();
});
