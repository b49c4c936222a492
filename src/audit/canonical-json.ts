import type { Json } from '../domain/json.ts';

/** A value nested deeper than this is refused: it would exhaust the stack of whoever reads it back. */
const maxDepth = 200;

/**
 * The one text that stands for a value (RFC 8785): keys sorted by UTF-16 code units, no white space.
 * Throws TypeError for whatever is not JSON (undefined, NaN, a Date, a lone surrogate): silently dropping
 * it would let two different values hash alike.
 */
export function canonicalJson(value: Json): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > maxDepth) throw new TypeError(`expected JSON nested at most ${maxDepth} deep`);
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return writeNumber(value);
    case 'string':
      return writeString(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw new TypeError(`expected JSON, found ${typeof value}`);
  }
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`expected a finite number, found ${value}`);
  return JSON.stringify(value);
}

function writeString(value: string): string {
  if (!value.isWellFormed()) throw new TypeError('expected well-formed Unicode, found a lone surrogate');
  return JSON.stringify(value);
}

function writeArray(value: readonly unknown[], depth: number): string {
  // Array.from visits holes, which map() would skip.
  return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`;
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`expected a plain object, found ${value.constructor?.name ?? 'a class instance'}`);
  }
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${writeString(key)}:${write(item, depth + 1)}`);
  return `{${members.join(',')}}`;
}
