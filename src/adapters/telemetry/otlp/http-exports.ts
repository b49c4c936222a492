import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../../domain/errors.ts';
import type { Admission } from './admission.ts';
import { type Encoding, ExportRefused, mostBytes, readUpTo, type Signal, takeExport } from './exports.ts';
import type { SelfReports } from './self-reports.ts';
import { encodePartialSuccess, encodeStatus } from './wire.ts';

export type Receiving = {
  readonly reports: SelfReports;
  readonly admission: Admission;
  /** Called when an export of metrics was taken. */
  readonly tookMetrics: () => void;
};

const signals: ReadonlyMap<string, Signal> = new Map([
  ['/v1/metrics', 'metrics'],
  ['/v1/traces', 'traces'],
]);
const rejectedName = { metrics: 'rejectedDataPoints', traces: 'rejectedSpans' } as const;

/** OTLP/HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp. Never rejects. */
export async function handleHttp(
  receiving: Receiving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const encoding = encodingOf(request.headers['content-type']);
  const answer = new Answer(response, encoding ?? 'json');
  const signal = signals.get(request.url ?? '');
  const packing = request.headers['content-encoding'] ?? 'identity';
  if (signal === undefined) return answer.refuse(404, 'only /v1/metrics and /v1/traces');
  if (request.method !== 'POST') return answer.refuse(405, 'only POST');
  if (encoding === undefined) return answer.refuse(415, 'only application/json and application/x-protobuf');
  if (packing !== 'gzip' && packing !== 'identity') return answer.refuse(415, 'only gzip');
  const busy = receiving.admission.begin();
  if (busy !== undefined)
    return answer.refuse(busy.why === 'bytes' ? 429 : 503, 'too much at a time', busy.retryAfterSeconds);
  let bytes = 0;
  try {
    const body = await readUpTo(mostBytes[encoding], request);
    bytes = body?.length ?? mostBytes[encoding];
    if (body === undefined) return answer.refuse(413, `at most ${mostBytes[encoding]} bytes`);
    const taken = await takeExport(
      receiving.reports,
      { signal, encoding, isGzipped: packing === 'gzip' },
      body,
    );
    bytes = taken.bytes;
    if (signal === 'metrics') receiving.tookMetrics();
    answer.take(signal, taken.rejected, taken.why);
  } catch (thrown) {
    const tooLarge = thrown instanceof ExportRefused && thrown.kind === 'too-large';
    if (tooLarge) bytes = mostBytes[encoding];
    answer.refuse(tooLarge ? 413 : 400, messageOf(thrown).slice(0, 300));
  } finally {
    receiving.admission.end(bytes);
  }
}

function encodingOf(type: string | undefined): Encoding | undefined {
  const [name] = (type ?? '').split(';');
  if (name?.trim().toLowerCase() === 'application/json') return 'json';
  return name?.trim().toLowerCase() === 'application/x-protobuf' ? 'protobuf' : undefined;
}

/** In the encoding of the request. */
class Answer {
  readonly #response: ServerResponse;
  readonly #encoding: Encoding;

  constructor(response: ServerResponse, encoding: Encoding) {
    this.#response = response;
    this.#encoding = encoding;
  }

  take(signal: Signal, rejected: number, why: string): void {
    const body =
      rejected === 0 ? {} : { partialSuccess: { [rejectedName[signal]]: rejected, errorMessage: why } };
    this.#send(200, JSON.stringify(body), encodePartialSuccess(rejected, why));
  }

  refuse(status: number, message: string, retryAfterSeconds?: number): void {
    if (this.#response.headersSent) return;
    // What may still come of the request is not read: the connection ends.
    this.#response.setHeader('Connection', 'close');
    if (retryAfterSeconds !== undefined) this.#response.setHeader('Retry-After', retryAfterSeconds);
    this.#send(status, JSON.stringify({ message }), encodeStatus(message));
  }

  #send(status: number, json: string, protobuf: Uint8Array): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    const isJson = this.#encoding === 'json';
    this.#response.writeHead(status, {
      'Content-Type': isJson ? 'application/json' : 'application/x-protobuf',
    });
    this.#response.end(isJson ? json : protobuf);
  }
}
