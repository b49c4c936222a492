import { types } from 'node:util';
import { isPlain } from '../kinds.ts';
import { type Hiding, nothingHidden, secretsHidden } from './redact.ts';

/**
 * Arguments as JSON. What JSON lacks stands in objects of one key: `o` entries of an object, `s` undefined, NaN, Infinity,
 * -Infinity or -0, `n` digits of a bigint, `d` milliseconds of a Date.
 */
export type Encoded =
  | null
  | boolean
  | number
  | string
  | readonly Encoded[]
  | { readonly o: readonly (readonly [string, Encoded])[] }
  | { readonly s: string }
  | { readonly n: string }
  | { readonly d: number };

/** `hidden`: the value stands under a key that names a secret. */
type Walk = {
  readonly hiding: Hiding;
  nodes: number;
  characters: number;
  readonly open: Set<object>;
  hidden: boolean;
};

const { getOwnPropertyDescriptor, ownKeys } = Reflect;
const mostNodes = 500;
const mostCharacters = 8 * 1024;
const mostDepth = 8;

/**
 * undefined: not plain data, or too much of it. Runs no code of the values: no getter, no proxy, no toJSON. `hidden`: all that
 * is somebody's could be in there.
 */
export function encodeArguments(args: readonly unknown[], hidden = false): readonly Encoded[] | undefined {
  return encodeAll(args, secretsHidden, hidden);
}

/** The same with nothing hidden: for arguments that tests send, and that stay inside the job. MUST NOT be used in a service. */
export function encodeOpenly(args: readonly unknown[]): readonly Encoded[] | undefined {
  return encodeAll(args, nothingHidden, false);
}

function encodeAll(
  args: readonly unknown[],
  hiding: Hiding,
  hidden: boolean,
): readonly Encoded[] | undefined {
  const walk: Walk = { hiding, nodes: mostNodes, characters: mostCharacters, open: new Set(), hidden };
  try {
    return encodeList(args, walk, 0);
  } catch (thrown) {
    if (thrown instanceof NotPlain) return undefined;
    throw thrown;
  }
}

class NotPlain extends Error {}

function refuse(): never {
  throw new NotPlain();
}

function encode(value: unknown, walk: Walk, depth: number): Encoded {
  if (walk.nodes-- <= 0 || depth > mostDepth) refuse();
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return encodeText(value, walk);
  if (typeof value === 'number') return encodeNumber(value, walk);
  if (value === undefined) return { s: 'undefined' };
  if (typeof value === 'bigint') return encodeBigint(value, walk);
  if (typeof value !== 'object' || types.isProxy(value) || walk.open.has(value)) refuse();
  walk.open.add(value);
  const encoded = encodeObject(value, walk, depth);
  walk.open.delete(value);
  return encoded;
}

function encodeText(value: string, walk: Walk): string {
  walk.characters -= value.length;
  if (walk.characters < 0) refuse();
  return walk.hiding.text(value, walk.hidden);
}

function encodeNumber(value: number, walk: Walk): Encoded {
  if (!Number.isFinite(value) || Object.is(value, -0))
    return { s: Object.is(value, -0) ? '-0' : String(value) };
  return walk.hiding.number(value, walk.hidden);
}

function encodeBigint(value: bigint, walk: Walk): Encoded {
  const digits = value.toString();
  return { n: encodeText(digits, walk) };
}

function encodeObject(value: object, walk: Walk, depth: number): Encoded {
  if (Array.isArray(value)) return encodeArray(value, walk, depth);
  if (types.isDate(value) && ownKeys(value).length === 0) return encodeDate(value, walk);
  if (!isPlain(value)) refuse();
  const entries = ownKeys(value).map((key) => encodeEntry(value, key, walk, depth));
  return { o: entries };
}

function encodeArray(value: readonly unknown[], walk: Walk, depth: number): Encoded {
  if (value.length > walk.nodes || ownKeys(value).length !== value.length + 1) refuse();
  const values = Array.from({ length: value.length }, (_, at) => dataAt(value, String(at)));
  return encodeList(values, walk, depth + 1);
}

const longestName = 40;

/** `setHeader('Cookie', …)`, `['password', …]`: what follows the name of a secret is hidden as what stands under it. */
function encodeList(values: readonly unknown[], walk: Walk, depth: number): readonly Encoded[] {
  const { hidden } = walk;
  const encoded = values.map((value) => {
    const one = encode(value, walk, depth);
    if (typeof value === 'string' && value.length <= longestName) walk.hidden ||= walk.hiding.tells(value);
    return one;
  });
  walk.hidden = hidden;
  return encoded;
}

function encodeDate(value: Date, walk: Walk): Encoded {
  const ms = Date.prototype.getTime.call(value);
  if (Number.isNaN(ms)) return { s: 'Invalid Date' };
  return { d: walk.hidden ? 0 : ms };
}

function encodeEntry(
  of: object,
  key: string | symbol,
  walk: Walk,
  depth: number,
): readonly [string, Encoded] {
  if (typeof key === 'symbol') refuse();
  walk.characters -= key.length;
  const { hidden } = walk;
  walk.hidden ||= walk.hiding.tells(key);
  const value = encode(dataAt(of, key), walk, depth + 1);
  walk.hidden = hidden;
  // A key may be somebody's address or number itself.
  return [walk.hiding.text(key, false), value];
}

function dataAt(of: object, key: string): unknown {
  const own = getOwnPropertyDescriptor(of, key);
  if (own === undefined || !('value' in own) || own.enumerable !== true) refuse();
  return own.value;
}
