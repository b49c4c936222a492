import { types } from 'node:util';
import { isObject, isPlain } from '../kinds.ts';

const { getOwnPropertyDescriptors } = Object;
const dayMs = 86_400_000;
const mostElements = 100_000;

/**
 * Another value of the same type: near enough for a test that only looks at the type to miss it. The value itself where
 * there is none, or where making one would run code of the value: a function, an instance of a class, a proxy. Runs no
 * getter, and leaves the value as it is: the package may keep it.
 */
export function otherThan(value: unknown): unknown {
  if (typeof value === 'number') return otherNumber(value);
  if (typeof value === 'string') return otherText(value);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'bigint') return value + 1n;
  if (!isObject(value) || types.isProxy(value) || typeof value === 'function') return value;
  if (Array.isArray(value)) return otherArray(value);
  return isPlain(value) ? otherObject(value) : otherOfPlatform(value);
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

/** Without its first key: the one that is most likely to be of use. */
function otherObject(value: object): object {
  const own = getOwnPropertyDescriptors(value) as Record<PropertyKey, PropertyDescriptor>;
  const [first] = Object.keys(value);
  if (first === undefined) own.x = { value: 1, enumerable: true, configurable: true, writable: true };
  else delete own[first];
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
