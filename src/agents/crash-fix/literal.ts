import type { EncodedValue } from '../../domain/encoded-value.ts';

/** A value as a person would write it. DANGER: it was recorded, so a stranger wrote it: every text in it stands as JSON, which can hold no code. */
export function literal(value: EncodedValue): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(literal).join(', ')}]`;
  if ('o' in value) return object(value.o);
  if ('n' in value) return /^-?\d+$/.test(value.n) ? `${value.n}n` : 'undefined';
  if ('d' in value) return `new Date(${Number(value.d)})`;
  return specials.get(value.s) ?? 'undefined';
}

const specials: ReadonlyMap<string, string> = new Map([
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
  ['-Infinity', '-Infinity'],
  ['-0', '-0'],
  ['Invalid Date', 'new Date(NaN)'],
]);

function object(entries: readonly (readonly [string, EncodedValue])[]): string {
  const parts = entries.map(([key, inside]) => `${keyOf(key)}: ${literal(inside)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** In brackets `__proto__` is a property like any other. */
function keyOf(key: string): string {
  return isName(key) && key !== '__proto__' ? key : `[${JSON.stringify(key)}]`;
}

export function isName(text: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(text);
}

function isList(value: EncodedValue): value is readonly EncodedValue[] {
  return Array.isArray(value);
}
