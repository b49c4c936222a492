import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { messageOf } from '../../domain/errors.ts';
import { requestHttp, requestHttps } from '../node-http.ts';

export type Post = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
};

export type Posted = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Ends with an error where the connection does before the message. */
  readonly body: IncomingMessage;
};

const mostHeaderBytes = 64 * 1024;

/**
 * Posts JSON, and answers as soon as the head is there. Follows no redirect: a key would go along. The connections are
 * Node's own, so NODE_USE_ENV_PROXY and NODE_USE_SYSTEM_CA hold.
 */
export function postJson({ url, headers, body, signal }: Post): Promise<Posted> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = send(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'accept-encoding': 'identity',
        'user-agent': 'autoland',
      },
      maxHeaderSize: mostHeaderBytes,
      signal,
    });
    asked.on('error', reject);
    asked.once('close', () => reject(new Error('the connection ended without an answer')));
    asked.once('response', (answer: IncomingMessage) => {
      // Told to whoever reads it; nobody may.
      answer.on('error', () => {});
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
    });
    asked.end(body);
  });
}

/** The beginning of a body that is told to people; '': it could not be read. */
export async function startOf(body: IncomingMessage, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= bytes) break;
    }
  } catch {
    // What came is told.
  }
  return Buffer.concat(chunks).subarray(0, bytes).toString('utf8');
}

/** One for each address that was tried; what it says of itself is empty. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof AggregateError ? thrown.errors.map(messageOf).join('; ') : messageOf(thrown);
}
