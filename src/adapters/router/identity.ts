import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { AutolandError } from '../../domain/errors.ts';
import { isErrno, readIfThere, writeAtomic } from '../runtime/files.ts';

/** Browsers send a host's cookies to all its ports, so each router's has a name of its own that begins with this. */
const COOKIES = 'autoland_id';
const YEAR_SECONDS = 31_536_000;
/** How many hashes are remembered: making one at each request took a fifth of the router's time. */
const REMEMBERED = 50_000;
/** 128 bits, in base64url. */
const ID = /^[A-Za-z0-9_-]{22}$/;

export type IdentityOptions = {
  /** Name of a header that an authenticating proxy sets: its value, hashed, is the user. Without it: the cookie. */
  readonly header?: string;
  /** What an outer proxy says about the client is true: the cookie is `Secure` where it says https. */
  readonly trustForwarded?: boolean;
};

/** `setCookie`: to be added to the response, where the client had no valid id. */
export type User = { readonly id: string; readonly setCookie?: string };

/** Tells users apart by an id that only this router can make. */
export class Identity {
  readonly #key: Buffer;
  readonly #options: IdentityOptions;
  readonly #cookie: string;
  readonly #hashes = new Map<string, string>();

  constructor(key: Buffer, options: IdentityOptions = {}) {
    this.#key = key;
    this.#options = options;
    this.#cookie = `${COOKIES}_${this.#hash('name').slice(0, 8)}`;
  }

  of(request: IncomingMessage): User {
    const name = this.#options.header?.toLowerCase();
    const claimed = name === undefined ? undefined : request.headers[name];
    if (typeof claimed === 'string' && claimed !== '') return { id: this.#hash(`header:${claimed}`) };
    const id = this.#fromCookie(request.headers.cookie);
    return id === undefined ? this.#newcomer(request) : { id };
  }

  #fromCookie(header: string | undefined): string | undefined {
    for (const value of cookieValues(header, this.#cookie)) {
      const [id, mac, ...more] = value.split('.');
      if (id === undefined || mac === undefined || more.length > 0 || !ID.test(id)) continue;
      const expected = Buffer.from(this.#hash(`cookie:${id}`));
      const found = Buffer.from(mac);
      if (expected.length === found.length && timingSafeEqual(expected, found)) return id;
    }
    return undefined;
  }

  #newcomer(request: IncomingMessage): User {
    const id = randomBytes(16).toString('base64url');
    const value = `${id}.${this.#hash(`cookie:${id}`)}`;
    // Never over plain HTTP: a browser would drop it there, and come as somebody new each time.
    const secure = this.#options.trustForwarded === true && cameOverTls(request) ? '; Secure' : '';
    // HttpOnly: a page of the version under test must not be able to change whom its errors count for.
    const setCookie = `${this.#cookie}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
    return { id, setCookie };
  }

  #hash(text: string): string {
    const known = this.#hashes.get(text);
    if (known !== undefined) return known;
    if (this.#hashes.size >= REMEMBERED) this.#hashes.clear();
    const hash = createHmac('sha256', this.#key).update(text).digest().subarray(0, 16).toString('base64url');
    this.#hashes.set(text, hash);
    return hash;
  }
}

/** The first proxy speaks of the client itself. */
function cameOverTls(request: IncomingMessage): boolean {
  const told = [request.headers['x-forwarded-proto'] ?? ''].flat().join(',');
  return told.split(',', 1)[0]?.trim().toLowerCase() === 'https';
}

/** Whether this cookie, as a header names it, is any router's id. Browsers send one without a name (`=autoland_id=…`) back as its bare value. */
export function isIdCookie(pair: string): boolean {
  return pair
    .replace(/^[\s=]+/, '')
    .toLowerCase()
    .startsWith(COOKIES);
}

function cookieValues(header: string | undefined, wanted: string): string[] {
  if (header === undefined) return [];
  return header.split(';').flatMap((pair) => {
    const [name, value] = pair.trim().split('=', 2);
    return name === wanted && value !== undefined ? [value] : [];
  });
}

/** The key of STATE/identity.key, made where it is missing; two routers that start at once get the same one. */
export function identityKey(path: string): Buffer {
  const text = readIfThere(path) ?? makeKey(path);
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length === 32) return key;
  throw new AutolandError('state.corrupt', `${path} must hold 32 bytes in base64url, found ${key.length}`, {
    mend: 'remove the file: users get new ids, and rollouts under way must start anew',
  });
}

function makeKey(path: string): string {
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeAtomic(own, `${randomBytes(32).toString('base64url')}\n`);
  try {
    linkSync(own, path);
  } catch (thrown) {
    if (!isErrno(thrown, 'EEXIST')) throw thrown;
  } finally {
    rmSync(own, { force: true });
  }
  return readIfThere(path) ?? '';
}
