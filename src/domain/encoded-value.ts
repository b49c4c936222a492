/**
 * A value as JSON. What JSON lacks stands in objects of one key: `o` entries of an object, `s` undefined, NaN, Infinity,
 * -Infinity, -0 or an invalid date, `n` digits of a bigint, `d` milliseconds of a Date.
 */
export type EncodedValue =
  | null
  | boolean
  | number
  | string
  | readonly EncodedValue[]
  | EncodedObject
  | { readonly s: string }
  | { readonly n: string }
  | { readonly d: number };

export type EncodedObject = { readonly o: readonly EncodedEntry[] };
export type EncodedEntry = readonly [string, EncodedValue];

const specials: ReadonlySet<unknown> = new Set([
  'undefined',
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  'Invalid Date',
]);

/** Recursive: the value MUST be of a bounded depth. */
export function isEncoded(value: unknown): value is EncodedValue {
  if (value === null || typeof value !== 'object')
    return value === null || ['boolean', 'number', 'string'].includes(typeof value);
  if (Array.isArray(value)) return value.every(isEncoded);
  const [entry, second] = Object.entries(value);
  if (entry === undefined || second !== undefined) return false;
  const [tag, inside] = entry;
  if (tag === 's') return specials.has(inside);
  if (tag === 'n') return typeof inside === 'string' && /^-?\d{1,1000}$/.test(inside);
  if (tag === 'd') return typeof inside === 'number' && Math.abs(inside) <= 8.64e15;
  return tag === 'o' && Array.isArray(inside) && inside.every(isEntry);
}

function isEntry(value: unknown): value is EncodedEntry {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isEncoded(value[1]);
}

export function isEncodedObject(value: EncodedValue): value is EncodedObject {
  return typeof value === 'object' && value !== null && 'o' in value;
}
