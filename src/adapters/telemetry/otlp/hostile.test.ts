import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OtlpReceiver } from './receiver.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-otlp-hostile-'));
const path = join(dir, 'otlp.sock');
let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = new OtlpReceiver(path);
  await receiver.listen();
});
afterAll(async () => {
  await receiver.close();
  rmSync(dir, { recursive: true, force: true });
});

type Answer = { readonly status: number; readonly body: string; readonly retryAfter: string | undefined };
type Sent = { readonly path?: string; readonly method?: string; readonly headers?: Record<string, string> };

function post(
  body: string | Uint8Array,
  { headers, ...sent }: Sent = {},
  socketPath = path,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', ...headers };
    const call = request({ socketPath, path: '/v1/metrics', method: 'POST', headers: all, ...sent });
    call.on('error', reject);
    call.on('response', (response) => {
      text(response).then(
        (answered) =>
          resolve({
            status: response.statusCode ?? 0,
            body: answered,
            retryAfter: response.headers['retry-after'],
          }),
        reject,
      );
    });
    call.end(body);
  });
}

const series = (count: number) =>
  JSON.stringify({
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'http.server.request.duration',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: Array.from({ length: count }, (_, n) => ({
                    count: 1,
                    attributes: [{ key: `k${n}` }],
                  })),
                },
              },
            ],
          },
        ],
      },
    ],
  });

describe('over HTTP', () => {
  it.each<[string, string | Uint8Array, Sent, number]>([
    ['another path', '{}', { path: '/v1/logs' }, 404],
    ['another method', '', { method: 'GET' }, 405],
    ['another type', '{}', { headers: { 'content-type': 'text/plain' } }, 415],
    ['another packing', '{}', { headers: { 'content-encoding': 'br' } }, 415],
    ['no JSON', '{', {}, 400],
    ['no metrics', '[]', {}, 400],
    ['no gzip', '{}', { headers: { 'content-encoding': 'gzip' } }, 400],
    ['a gzip that is cut', gzipSync('{}').subarray(0, 12), { headers: { 'content-encoding': 'gzip' } }, 400],
    ['far too much', Buffer.alloc((1 << 20) + 1, ' '), {}, 413],
    [
      'far too much, packed',
      gzipSync(Buffer.alloc(1 << 25)),
      { headers: { 'content-encoding': 'gzip' } },
      413,
    ],
    [
      'no protobuf',
      new Uint8Array([255, 255]),
      { headers: { 'content-type': 'application/x-protobuf' } },
      400,
    ],
  ])('refuses %s', async (_case, body, sent, status) => {
    expect(await post(body, sent)).toMatchObject({ status });
  });

  it('takes a type with a charset, and any case', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect(await post('{"resourceMetrics":[],"later":1}', { headers })).toEqual({
      status: 200,
      body: '{}',
      retryAfter: undefined,
    });
  });

  it('says which points it left out, in the encoding of the export', async () => {
    const own = new OtlpReceiver(join(dir, 'partial.sock'));
    await own.listen();
    const answer = await post(series(2003), {}, join(dir, 'partial.sock'));
    await own.close();
    expect(JSON.parse(answer.body)).toEqual({
      partialSuccess: { rejectedDataPoints: 3, errorMessage: 'more than 2000 series' },
    });
  });

  it('asks for a pause where it is sent too much, and goes on after it', async () => {
    const own = new OtlpReceiver(join(dir, 'busy.sock'));
    await own.listen();
    const body = gzipSync(
      Buffer.concat([Buffer.from('{"x":"'), Buffer.alloc((1 << 20) - 10, 'x'), Buffer.from('"}')]),
    );
    const headers = { 'content-encoding': 'gzip' };
    const statuses: number[] = [];
    let pause = '';
    for (let n = 0; n < 80 && pause === ''; n += 1) {
      const { status, retryAfter } = await post(body, { headers }, join(dir, 'busy.sock'));
      statuses.push(status);
      pause = retryAfter ?? '';
    }
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(Number(pause)).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, Number(pause) * 1000));
    expect(await post('{}', {}, join(dir, 'busy.sock'))).toMatchObject({ status: 200 });
    await own.close();
  });
});

describe('over gRPC', () => {
  const service = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
  const frame = (body: Uint8Array, isPacked = false, told = body.length) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(isPacked ? 1 : 0, 0);
    head.writeUInt32BE(told, 1);
    return Buffer.concat([head, body]);
  };

  function session(): ClientHttp2Session {
    const made = connectHttp2('http://localhost', { createConnection: () => connect({ path }) });
    made.on('error', () => {});
    return made;
  }

  async function call(body: Uint8Array, headers: Record<string, string> = {}): Promise<string | undefined> {
    const client = session();
    const stream = client.request({
      ':method': 'POST',
      ':path': service,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const status = Promise.withResolvers<string | undefined>();
    const see = (from: Readonly<Record<string, unknown>>) => {
      if (typeof from['grpc-status'] === 'string') status.resolve(from['grpc-status']);
    };
    stream.on('response', see);
    stream.on('trailers', see);
    stream.on('error', () => {});
    stream.on('close', () => status.resolve(undefined));
    stream.resume();
    stream.end(body);
    const found = await status.promise;
    client.destroy();
    return found;
  }

  it.each<[string, Uint8Array, Record<string, string>, string]>([
    ['answers an export that is empty', frame(new Uint8Array()), {}, '0'],
    ['answers one that is packed', frame(gzipSync(''), true), { 'grpc-encoding': 'gzip' }, '0'],
    ['refuses another method', frame(new Uint8Array()), { ':path': '/x/Export' }, '12'],
    ['refuses another packing', frame(new Uint8Array()), { 'grpc-encoding': 'zstd' }, '12'],
    ['refuses no message', new Uint8Array(), {}, '3'],
    ['refuses a message that is shorter than it says', frame(new Uint8Array(3), false, 9), {}, '3'],
    ['refuses bytes that are no protobuf', frame(new Uint8Array([255, 255])), {}, '3'],
    ['refuses far too much', frame(Buffer.alloc((4 << 20) + 1)), {}, '8'],
    [
      'refuses far too much, packed',
      frame(gzipSync(Buffer.alloc(1 << 25)), true),
      { 'grpc-encoding': 'gzip' },
      '8',
    ],
  ])('%s', async (_case, body, headers, status) => {
    expect(await call(body, headers)).toBe(status);
  });
});

describe('on the bare socket', () => {
  it('goes on after bytes that are neither HTTP/1.1 nor HTTP/2', async () => {
    const beginnings = fc.constantFrom(
      '',
      'P',
      'PR',
      'PRI',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'POST /v1/metrics HTTP/1.1\r\n',
    );
    await fc.assert(
      fc.asyncProperty(beginnings, fc.uint8Array({ maxLength: 200 }), async (beginning, bytes) => {
        await new Promise<void>((resolve) => {
          const socket = connect({ path });
          socket.on('error', () => {});
          socket.on('close', () => resolve());
          socket.end(Buffer.concat([Buffer.from(beginning), bytes]));
          socket.resume();
          setTimeout(() => socket.destroy(), 100).unref();
        });
      }),
      { numRuns: 60 },
    );
    expect(await post('{}')).toMatchObject({ status: 200 });
  });

  it('tells the protocol though its first bytes come one by one', async () => {
    const socket = connect({ path });
    for (const byte of 'POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}') {
      socket.write(byte);
      if (byte === 'P' || byte === 'O') await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});
