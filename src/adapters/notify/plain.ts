import type { Json } from '../../domain/json.ts';
import { printable } from '../../domain/printable.ts';

const mostCharacters = 2_000;
const mostItems = 50;

/** What is told to others, in bounds, and without anything that a terminal or a chat would obey. */
export function plain(value: unknown): Json {
  if (typeof value === 'string') return shortened(printable(value));
  if (Array.isArray(value)) return value.slice(0, mostItems).map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [printable(key), plain(one)]));
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function shortened(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}
