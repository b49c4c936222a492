import { AutolandError, messageOf } from '../domain/errors.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { canonicalJson } from './canonical-json.ts';

/** An entry bundle prefixes each entry with its length in 16 bits. https://c2sp.org/tlog-tiles */
export const maxLeafBytes = 65_535;

/**
 * The leaf of the audit tree: canonical JSON of {v: 1, index, at, type, change?, actor, data}.
 * Throws AutolandError `journal.too-large` over 65,535 bytes, TypeError for data that is not JSON.
 */
export function encodeEntry(entry: Entry): Buffer {
  const { index, at, type, change, actor, data } = entry;
  const leaf = canonicalJson({
    v: 1,
    index,
    at,
    type,
    ...(change === undefined ? {} : { change }),
    actor,
    data,
  });
  const bytes = Buffer.from(leaf);
  if (bytes.length > maxLeafBytes) {
    throw new AutolandError(
      'journal.too-large',
      `expected an event of at most ${maxLeafBytes} bytes, found ${bytes.length} (${type})`,
      { mend: 'journal the digest of what is large, and keep the content itself elsewhere' },
    );
  }
  return bytes;
}

/** The inverse of encodeEntry. Throws AutolandError `journal.corrupt` unless the bytes are exactly what encodeEntry writes. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const entry = toEntry(parse(bytes));
  if (entry === undefined || !sameEncoding(entry, bytes)) {
    throw corrupt('an entry in canonical JSON with v, index, at, type, actor and data', describe(bytes));
  }
  return entry;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw corrupt('a JSON entry', messageOf(error));
  }
}

function toEntry(value: unknown): Entry | undefined {
  if (!isObject(value)) return undefined;
  const { v, index, at, type, change, actor, data } = value;
  if (v !== 1 || typeof index !== 'number' || typeof at !== 'string' || typeof type !== 'string')
    return undefined;
  if (typeof actor !== 'string' || !isObject(data)) return undefined;
  if (change !== undefined && typeof change !== 'string') return undefined;
  return { index, at, type, ...(change === undefined ? {} : { change }), actor, data };
}

function sameEncoding(entry: Entry, bytes: Uint8Array): boolean {
  try {
    return encodeEntry(entry).equals(bytes);
  } catch {
    return false;
  }
}

/** True for what JSON.parse makes of `{…}`. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 120)).toString('utf8'));
}

function corrupt(expected: string, found: string): AutolandError {
  return new AutolandError('journal.corrupt', `expected ${expected}, found ${found}`);
}
