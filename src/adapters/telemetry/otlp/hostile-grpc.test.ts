import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpStage } from '../../../testing/otlp-stage.ts';

let stage: OtlpStage;

// One for each test: what one sends must not be too much for the next.
beforeEach(async () => {
  stage = await OtlpStage.open();
});
afterEach(() => stage.close());

describe('over gRPC', () => {
  const service = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
  const frame = (body: Uint8Array, isPacked = false, told = body.length) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(isPacked ? 1 : 0, 0);
    head.writeUInt32BE(told, 1);
    return Buffer.concat([head, body]);
  };

  function session(): ClientHttp2Session {
    const made = connectHttp2('http://localhost', {
      createConnection: () => connect({ path: stage.socket }),
    });
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
