import { types } from 'node:util';
import { isObject, isPlain } from '../kinds.ts';

const { getOwnPropertyDescriptors } = Object;
const dayMs = 86_400_000;
const mostElements = 100_000;
/** Under keys of objects, which may hold each other. */
const mostValues = 1000;
const mostDepth = 8;

/**
 * Another value of the same type: near enough for a test that only looks at the type to miss it. The value itself where
 * there is none, or where making one would run code of the value: a function, an instance of a class, a proxy. Runs no
 * getter, and leaves the value as it is: the package may keep it.
 */
export function otherThan(value: unknown): unknown {
  return another(value, { left: mostValues, depth: 0 });
}

type Walk = { left: number; depth: number };

function another(value: unknown, walk: Walk): unknown {
  if (typeof value === 'number') return otherNumber(value);
  if (typeof value === 'string') return otherText(value);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'bigint') return value + 1n;
  if (!isObject(value) || types.isProxy(value) || typeof value === 'function') return value;
  if (Array.isArray(value)) return otherArray(value);
  return isPlain(value) ? otherObject(value, walk) : otherOfPlatform(value);
}

function otherNumber(value: number): number {
  const more = value + 1;
  // Too large to count by ones, infinite, or not a number.
  return Object.is(more, value) || more === value ? 0 : more;
}

/** Backwards, so that it has all it had; with one more where that is the same. */
function otherText(value: string): string {
  const backwards = [...value.slice(0, mostElements)].reverse().join('') + value.slice(mostElements);
  return backwards === value ? `${value}x` : backwards;
}

function otherArray(value: readonly unknown[]): unknown {
  if (value.length > mostElements) return value;
  return value.length === 0 ? [undefined] : Array.prototype.slice.call(value, 0, -1);
}

/**
 * With another value under each key, down to the leaves: whoever looks at one of them can notice. Where that changes nothing,
 * without its first key.
 */
function otherObject(value: object, walk: Walk): object {
  const own = getOwnPropertyDescriptors(value) as Record<string, PropertyDescriptor>;
  const keys = Object.keys(value);
  let isOther = false;
  walk.depth++;
  for (const key of keys) {
    const held = own[key];
    if (held === undefined || !('value' in held)) continue;
    if (walk.depth > mostDepth || walk.left-- <= 0) break;
    const other = another(held.value, walk);
    isOther ||= !Object.is(other, held.value);
    held.value = other;
  }
  walk.depth--;
  const [first] = keys;
  if (first === undefined) own.x = { value: 1, enumerable: true, configurable: true, writable: true };
  else if (!isOther) delete own[first];
  return Object.create(Reflect.getPrototypeOf(value), own) as object;
}

function otherOfPlatform(value: object): unknown {
  if (types.isUint8Array(value)) return value.length === 0 ? value : otherBytes(value);
  if (!isItself(value)) return value;
  if (types.isDate(value)) return otherDate(value);
  if (types.isMap(value) && value.size > 0)
    return new Map([...Map.prototype.entries.call(value)].slice(0, -1));
  if (types.isSet(value) && value.size > 0)
    return new Set([...Set.prototype.values.call(value)].slice(0, -1));
  return value;
}

/** No subclass, of any realm: what those hold besides cannot be copied. */
function isItself(value: object): boolean {
  const above = Reflect.getPrototypeOf(Reflect.getPrototypeOf(value) ?? value);
  return above !== null && Reflect.getPrototypeOf(above) === null;
}

function otherDate(value: Date): Date {
  const time = Date.prototype.getTime.call(value);
  return new Date(Number.isNaN(time) ? 0 : time + dayMs);
}

function otherBytes(value: Uint8Array): Uint8Array {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Buffer.isBuffer(value) ? Buffer.from(bytes.subarray(0, -1)) : new Uint8Array(bytes.subarray(0, -1));
}
