import { byText } from './order.ts';

export type JsonRecord = { readonly [key: string]: unknown };

export const maxJsonBytes = 32 * 1024 * 1024;
const maxDepth = 200;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses JSON that someone else wrote. Throws an Error that says what is wrong when it is too large, too deep,
 * not JSON, or not an object. Readers MUST use own keys only: `__proto__` is a possible one.
 */
export function parseHostileObject(text: string): JsonRecord {
  if (text.length > maxJsonBytes) throw new Error(`it has ${text.length} characters, over ${maxJsonBytes}`);
  // Everything after this recurses, if at all, no deeper than this.
  const depth = nestingOf(text);
  if (depth > maxDepth) throw new Error(`it is nested ${depth} deep, over ${maxDepth}`);
  const value: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  if (!isRecord(value)) throw new Error('it is not an object');
  return value;
}

/** The same of what may be none; undefined: it is none. */
export function hostileObjectIn(text: string): JsonRecord | undefined {
  try {
    return parseHostileObject(text);
  } catch {
    return undefined;
  }
}

function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (char === 0x7d || char === 0x5d) depth--;
  }
  return deepest;
}

/** The string values of an object of strings; undefined when it is something else. An absent value is empty. */
export function stringMap(value: unknown): ReadonlyMap<string, string> | undefined {
  if (value === undefined) return new Map();
  if (!isRecord(value)) return undefined;
  const entries: [string, string][] = [];
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string' || key === '__proto__') return undefined;
    entries.push([key, text]);
  }
  return new Map(entries);
}

/** The same text for the same object, whatever the order of its own keys; what is deeper is as it stands. */
export function sortedJson(value: unknown): string {
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  return JSON.stringify(
    Object.keys(value)
      .sort(byText)
      .map((key) => [key, value[key]]),
  );
}
