import type { Readable } from 'node:stream';
import { gunzip } from 'node:zlib';
import { messageOf } from '../../../domain/errors.ts';
import { logsRequest, metricsRequest, tracesRequest } from './messages.ts';
import type { SelfReports, Taken } from './self-reports.ts';
import { decode } from './wire.ts';

export type Signal = 'metrics' | 'traces' | 'logs';
export type Encoding = 'json' | 'protobuf';

/** JSON takes several times its size once it is read. */
export const mostBytes: Readonly<Record<Encoding, number>> = { json: 1 << 20, protobuf: 4 << 20 };

export type Export = { readonly signal: Signal; readonly encoding: Encoding; readonly isGzipped: boolean };

/** `too-large`: once unpacked. `invalid`: no such message. */
export class ExportRefused extends Error {
  readonly kind: 'too-large' | 'invalid';

  constructor(kind: 'too-large' | 'invalid', message: string) {
    super(message.slice(0, 300));
    this.kind = kind;
  }
}

export type Reports = Pick<SelfReports, 'take'>;

const messages = { metrics: metricsRequest, traces: tracesRequest, logs: logsRequest } as const;

/** Rejects with ExportRefused. Answers how many bytes it was, unpacked. */
export async function takeExport(
  reports: Reports,
  { signal, encoding, isGzipped }: Export,
  body: Buffer,
): Promise<Taken & { readonly bytes: number }> {
  const limit = mostBytes[encoding];
  const bytes = isGzipped ? await unpacked(body, limit) : body;
  if (bytes.length > limit) throw tooLarge(limit);
  try {
    const data = encoding === 'json' ? parsed(bytes) : decode(messages[signal], bytes);
    const taken = reports.take(signal, data);
    return { ...taken, bytes: bytes.length };
  } catch (thrown) {
    throw new ExportRefused('invalid', `no OTLP ${signal} as ${encoding}: ${messageOf(thrown)}`);
  }
}

function parsed(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'));
}

function unpacked(body: Buffer, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: limit }, (error, bytes) => {
      if (error === null) resolve(bytes);
      else if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(limit));
      else reject(new ExportRefused('invalid', `no gzip: ${error.message}`));
    });
  });
}

function tooLarge(limit: number): ExportRefused {
  return new ExportRefused('too-large', `at most ${limit} bytes, unpacked`);
}

/** undefined: more than the limit. Whatever comes after it is not kept, and the stream stays open for the answer. */
export async function readUpTo(limit: number, source: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
