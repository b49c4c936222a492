import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpStage } from '../../../testing/otlp-stage.ts';
import { OtlpReceiver } from './receiver.ts';

let stage: OtlpStage;

// One for each test: what one sends must not be too much for the next.
beforeEach(async () => {
  stage = await OtlpStage.open();
});
afterEach(() => stage.close());

type Answer = { readonly status: number; readonly body: string; readonly retryAfter: string | undefined };
type Sent = { readonly path?: string; readonly method?: string; readonly headers?: Record<string, string> };

function post(
  body: string | Uint8Array,
  { headers, ...sent }: Sent = {},
  socketPath = stage.socket,
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
    ['another path', '{}', { path: '/v1/profiles' }, 404],
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
    const own = new OtlpReceiver(`${stage.socket}.partial`);
    await own.listen();
    const answer = await post(series(2003), {}, `${stage.socket}.partial`);
    await own.close();
    expect(JSON.parse(answer.body)).toEqual({
      partialSuccess: { rejectedDataPoints: 3, errorMessage: 'more than 2000 series' },
    });
  });

  it('asks for a pause where it is sent too much, and goes on after it', async () => {
    const own = new OtlpReceiver(`${stage.socket}.busy`);
    await own.listen();
    const body = gzipSync(
      Buffer.concat([Buffer.from('{"x":"'), Buffer.alloc((1 << 20) - 10, 'x'), Buffer.from('"}')]),
    );
    const headers = { 'content-encoding': 'gzip' };
    const statuses: number[] = [];
    let pause = '';
    for (let n = 0; n < 80 && pause === ''; n += 1) {
      const { status, retryAfter } = await post(body, { headers }, `${stage.socket}.busy`);
      statuses.push(status);
      pause = retryAfter ?? '';
    }
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(Number(pause)).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, Number(pause) * 1000));
    expect(await post('{}', {}, `${stage.socket}.busy`)).toMatchObject({ status: 200 });
    await own.close();
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
          const socket = connect({ path: stage.socket });
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
    const socket = connect({ path: stage.socket });
    for (const byte of 'POST /v1/metrics HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}') {
      socket.write(byte);
      if (byte === 'P' || byte === 'O') await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});
