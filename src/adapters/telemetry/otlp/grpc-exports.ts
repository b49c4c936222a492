import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { ExportRefused, mostBytes, readUpTo, type Signal } from './exports.ts';
import type { Intake, Outcome } from './intake.ts';
import { encodePartialSuccess } from './wire.ts';

const signals: ReadonlyMap<string, Signal> = new Map([
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
]);

/** gRPC's codes. UNAVAILABLE is what OTLP's clients try again after, with pauses of their own. */
const status = {
  ok: 0,
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
} as const;
/** One byte says whether the message is packed, four how long it is. */
const prefix = 5;
const timeoutMs = 10_000;

/** OTLP/gRPC, one call: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
export async function handleGrpc(
  intake: Intake,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  // A stream that breaks is the client's affair; unheard it would end this process.
  stream.on('error', () => {});
  stream.setTimeout(timeoutMs, () => stream.close(constants.NGHTTP2_CANCEL));
  const signal = signals.get(headers[':path'] ?? '');
  const packing = headers['grpc-encoding'] ?? 'identity';
  if (signal === undefined || headers['content-type']?.startsWith('application/grpc') !== true)
    return refuse(
      stream,
      status.unimplemented,
      'only Export of MetricsService, TraceService and LogsService',
    );
  if (packing !== 'gzip' && packing !== 'identity') return refuse(stream, status.unimplemented, 'only gzip');
  const outcome = await intake.take({ signal, encoding: 'protobuf' }, async () => {
    const frame = await readUpTo(mostBytes.protobuf + prefix, stream);
    if (frame === undefined) return undefined;
    const { body, isPacked } = messageIn(frame);
    return { bytes: body, isGzipped: isPacked && packing === 'gzip' };
  });
  tell(stream, outcome);
}

const codes = {
  busy: status.unavailable,
  'too-large': status.resourceExhausted,
  invalid: status.invalidArgument,
} as const;

function tell(stream: ServerHttp2Stream, outcome: Outcome): void {
  if (outcome.kind === 'taken') answer(stream, encodePartialSuccess(outcome.rejected, outcome.why));
  else refuse(stream, codes[outcome.kind], outcome.message);
}

function messageIn(frame: Buffer): { readonly body: Buffer; readonly isPacked: boolean } {
  if (frame.length < prefix || frame.length !== prefix + frame.readUInt32BE(1))
    throw new ExportRefused('invalid', 'expected one gRPC message, of the length that it tells');
  return { body: frame.subarray(prefix), isPacked: frame[0] === 1 };
}

function answer(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const frame = Buffer.alloc(prefix + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, prefix);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': `${status.ok}` }));
  stream.end(frame);
}

function refuse(stream: ServerHttp2Stream, code: number, message: string): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const headers = {
    ':status': 200,
    'content-type': 'application/grpc+proto',
    'grpc-status': `${code}`,
    'grpc-message': encodeURIComponent(message.slice(0, 300)),
    'grpc-accept-encoding': 'identity,gzip',
  };
  stream.respond(headers, { endStream: true });
  // Whatever may still come is not read.
  stream.close(constants.NGHTTP2_NO_ERROR);
}
