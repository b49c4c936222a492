import { encodeEntry } from '../../audit/entry.ts';
import { type CompactRange, rangeLength } from '../../audit/merkle.ts';
import type { Entry, Signal } from '../../domain/journal.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Row } from './sqlite.ts';

/** undefined: the row does not hold what this program writes. */
export function toEntry(row: Row): Entry | undefined {
  const { index, at, type, change, actor } = row;
  const data = toData(row.data);
  if (typeof index !== 'number' || typeof at !== 'string' || typeof type !== 'string') return undefined;
  if (typeof actor !== 'string' || data === undefined) return undefined;
  if (change === null) return { index, at, type, actor, data };
  return typeof change === 'string' ? { index, at, type, change, actor, data } : undefined;
}

/** undefined: the row does not hold what this program writes. */
export function toSignal(row: Row): Signal | undefined {
  const { change, name, key, actor } = row;
  const data = toData(row.data);
  if (typeof change !== 'string' || typeof name !== 'string' || typeof key !== 'string') return undefined;
  return typeof actor === 'string' && data !== undefined ? { change, name, key, actor, data } : undefined;
}

/** An entry as the audit tree holds it. `hash` is what the tree was built from; a verifier computes it anew from `bytes`. */
export type Leaf = { readonly bytes: Buffer; readonly hash: Uint8Array };

export function toLeaf(row: Row): Leaf | undefined {
  const entry = toEntry(row);
  const hash = row.leaf_hash;
  return entry && hash instanceof Uint8Array ? { bytes: encodeEntry(entry), hash } : undefined;
}

/** undefined: the hashes are not as many as a tree of that size has subtrees. */
export function toRange(row: Row | undefined): CompactRange | undefined {
  const size = row?.size;
  const hashes = row?.hashes;
  if (typeof size !== 'number' || !(hashes instanceof Uint8Array)) return undefined;
  const count = rangeLength(size);
  if (hashes.length !== count * 32) return undefined;
  return { size, hashes: Array.from({ length: count }, (_, at) => hashes.slice(at * 32, at * 32 + 32)) };
}

function toData(text: unknown): JsonObject | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** True for what JSON.parse makes of `{…}`. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
