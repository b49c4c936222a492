import type { Json } from './json.ts';

/**
 * The same without halves of characters, such as stay where a text is cut: the journal takes none. What is no JSON stays as it is, for
 * whoever refuses it.
 */
export function wellFormed<T>(value: T): T {
  return whole(value) as T;
}

function whole(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(whole);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, Json>>).map(([key, one]) => [
      key.toWellFormed(),
      whole(one),
    ]),
  );
}
