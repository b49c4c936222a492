import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Encoding, mostBytes, readUpTo, type Signal } from './exports.ts';
import type { Intake, Outcome } from './intake.ts';
import { encodePartialSuccess, encodeStatus } from './wire.ts';

const signals: ReadonlyMap<string, Signal> = new Map([
  ['/v1/metrics', 'metrics'],
  ['/v1/traces', 'traces'],
  ['/v1/logs', 'logs'],
]);
const rejectedName = {
  metrics: 'rejectedDataPoints',
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
} as const;

/** OTLP/HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function handleHttp(
  intake: Intake,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const encoding = encodingOf(request.headers['content-type']);
  const answer = new Answer(response, encoding ?? 'json');
  const signal = signals.get(request.url ?? '');
  const packing = request.headers['content-encoding'] ?? 'identity';
  if (signal === undefined) return answer.refuse(404, 'only /v1/metrics, /v1/traces and /v1/logs');
  if (request.method !== 'POST') return answer.refuse(405, 'only POST');
  if (encoding === undefined) return answer.refuse(415, 'only application/json and application/x-protobuf');
  if (packing !== 'gzip' && packing !== 'identity') return answer.refuse(415, 'only gzip');
  const outcome = await intake.take({ signal, encoding }, async () => {
    const bytes = await readUpTo(mostBytes[encoding], request);
    return bytes && { bytes, isGzipped: packing === 'gzip' };
  });
  answer.tell(signal, outcome);
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

  tell(signal: Signal, outcome: Outcome): void {
    if (outcome.kind === 'taken') this.#take(signal, outcome.rejected, outcome.why);
    else if (outcome.kind === 'busy')
      this.refuse(outcome.why === 'bytes' ? 429 : 503, outcome.message, outcome.retryAfterSeconds);
    else this.refuse(outcome.kind === 'too-large' ? 413 : 400, outcome.message);
  }

  #take(signal: Signal, rejected: number, why: string): void {
    const partialSuccess = { [rejectedName[signal]]: rejected, errorMessage: why };
    const json = JSON.stringify(rejected === 0 ? {} : { partialSuccess });
    this.#send(200, json, encodePartialSuccess(rejected, why));
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
