import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { messageOf } from '../../domain/errors.ts';
import type { Delivery } from '../../domain/notification.ts';
import { guardedLookup, literalObstacle, nameObstacle, type Reach } from './addresses.ts';

export type Post = {
  readonly url: string;
  readonly allowsPrivate: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs?: number;
};

const timeoutMs = 10_000;
/** What a receiver answers says nothing to us beyond its status: so much of its head is read, and none of its body. */
const mostHeaderBytes = 16 * 1024;

/** Sends one message; never rejects, never follows a redirect, and believes no more than a status. */
export async function post(message: Post): Promise<Delivery> {
  const url = new URL(message.url);
  const reach: Reach = { host: url.hostname, allowsPrivate: message.allowsPrivate };
  const obstacle = literalObstacle(reach);
  if (obstacle !== undefined) return { kind: 'failed', why: obstacle };
  try {
    return judged(await statusOf(url, reach, message), url);
  } catch (thrown) {
    return { kind: 'failed', why: `${url.host} could not be told: ${reasonOf(thrown)}` };
  }
}

/** Why nothing can be sent there, as far as its name tells; undefined: nothing speaks against it. */
export async function postObstacle(to: Pick<Post, 'url' | 'allowsPrivate'>): Promise<string | undefined> {
  const reach: Reach = { host: new URL(to.url).hostname, allowsPrivate: to.allowsPrivate };
  return literalObstacle(reach) ?? (await nameObstacle(reach));
}

type Answer = { readonly status: number; readonly retryAfter: string | undefined };

function statusOf(url: URL, reach: Reach, message: Post): Promise<Answer> {
  const { headers, body } = message;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const limit = AbortSignal.timeout(message.timeoutMs ?? timeoutMs);
  return new Promise((resolve, reject) => {
    const asked = send(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body), 'User-Agent': 'autoland' },
      lookup: guardedLookup(reach),
      // No connection is kept: each is looked at anew.
      agent: false,
      maxHeaderSize: mostHeaderBytes,
      signal: limit,
    });
    asked.on('error', reject);
    asked.once('close', () => reject(new Error('the connection ended without an answer')));
    asked.once('response', (answer: IncomingMessage) => {
      // What comes after the head is cut off below, and its end is nobody's fault.
      answer.on('error', () => {});
      resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] });
      asked.destroy();
    });
    asked.end(body);
  });
}

/** Later may be better for these; any other status of 400 and more speaks against the message, or against us. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

function judged({ status, retryAfter }: Answer, { host }: URL): Delivery {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const why = `${host} answered ${status}`;
  if (status >= 300 && status < 400) return { kind: 'refused', why: `${why}: redirects are not followed` };
  if (status < 400 || status >= 500 || passing.has(status)) {
    const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : undefined;
    return seconds === undefined ? { kind: 'failed', why } : { kind: 'failed', why, afterMs: seconds * 1000 };
  }
  return { kind: 'refused', why };
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.name === 'AbortError') return 'no answer in time';
  // One for each address that was tried; what it says of itself is empty.
  if (thrown instanceof AggregateError) return thrown.errors.map(messageOf).join('; ');
  return messageOf(thrown);
}
