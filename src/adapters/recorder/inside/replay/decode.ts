/** What `sample/encode.ts` made, whoever wrote it: unknown tags throw. */
export function decode(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  const [[tag, inside] = ['', undefined]] = Object.entries(value) as [string, unknown][];
  if (tag === 'o' && Array.isArray(inside)) return objectOf(inside);
  if (tag === 's' && typeof inside === 'string') return special(inside);
  if (tag === 'n' && typeof inside === 'string') return BigInt(inside);
  if (tag === 'd' && typeof inside === 'number') return new Date(inside);
  throw new TypeError(`expected an encoded value, found ${JSON.stringify(tag)}`);
}

function special(name: string): unknown {
  if (name === 'undefined') return undefined;
  return name === 'Invalid Date' ? new Date(Number.NaN) : Number(name);
}

function objectOf(entries: readonly unknown[]): object {
  const made = {};
  for (const entry of entries) {
    if (!Array.isArray(entry)) throw new TypeError('expected entries');
    // By definition, not by assignment: `__proto__` is a key like others.
    Object.defineProperty(made, String(entry[0]), {
      value: decode(entry[1]),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return made;
}
