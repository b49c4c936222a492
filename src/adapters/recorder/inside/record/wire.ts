import type { IncomingMessage, OutgoingMessage } from 'node:http';
import type { Message } from './message.ts';

type Http = typeof import('node:http');

type Sending = { readonly chunks: Uint8Array[]; kept: number; bytes: number };

const mostBody = 64 * 1024;
const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;

/**
 * Tells of each HTTP/1 message that this process sends from now on, when it was sent to its end: what a server gets to see of a
 * client is nowhere among what a package answers to who calls it. `tell` MUST NOT throw.
 */
export function watchWire(http: Http, tell: (message: Message) => void): void {
  const sending = new WeakMap<OutgoingMessage, Sending>();
  const take = (message: OutgoingMessage, args: readonly unknown[]): void => {
    const state = sending.get(message) ?? { chunks: [], kept: 0, bytes: 0 };
    sending.set(message, state);
    const chunk = bytesOf(args[0], args[1]);
    state.bytes += chunk.length;
    const kept = chunk.subarray(0, mostBody - state.kept);
    state.kept += kept.length;
    if (kept.length > 0) state.chunks.push(Buffer.from(kept));
  };
  const done = (message: OutgoingMessage): void => {
    const state = sending.get(message);
    const head = headOf(message);
    if (state === undefined || head === undefined) return;
    sending.delete(message);
    const about = { head, body: Buffer.concat(state.chunks), bodyBytes: state.bytes };
    if (message instanceof http.ServerResponse) tell({ ...about, request: requestOf(message.req) });
    else if (message instanceof http.ClientRequest) tell(about);
  };
  const { prototype } = http.OutgoingMessage;
  const { write, end } = prototype;
  replace(prototype, 'write', function (this: OutgoingMessage, ...args: readonly unknown[]) {
    quietly(() => take(this, args));
    return apply(write, this, args) as boolean;
  });
  replace(prototype, 'end', function (this: OutgoingMessage, ...args: readonly unknown[]) {
    const isFirst = !this.writableEnded;
    if (isFirst) quietly(() => take(this, args));
    const answer: unknown = apply(end, this, args);
    if (isFirst) quietly(() => done(this));
    return answer;
  });
}

/** Looks as what it takes the place of does. */
function replace(prototype: OutgoingMessage, name: 'write' | 'end', by: (...args: never[]) => unknown): void {
  const own = getOwnPropertyDescriptor(prototype, name);
  if (own === undefined || typeof own.value !== 'function') return;
  for (const key of ['name', 'length'] as const)
    defineProperty(by, key, { value: own.value[key] as unknown, configurable: true });
  defineProperty(prototype, name, { ...own, value: by });
}

/** Whatever goes wrong here must not reach the client. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // Then it is not told.
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return chunk instanceof Uint8Array ? chunk : new Uint8Array();
}

/** What Node has made of the headers, whichever way they were set. */
function headOf(message: OutgoingMessage): string | undefined {
  const head: unknown = getOwnPropertyDescriptor(message, '_header')?.value;
  return typeof head === 'string' ? head : undefined;
}

/** Routers change the address on its way. */
function requestOf(request: IncomingMessage): { method: string; url: string } {
  const original: unknown = getOwnPropertyDescriptor(request, 'originalUrl')?.value;
  return {
    method: request.method ?? '',
    url: typeof original === 'string' ? original : (request.url ?? ''),
  };
}
