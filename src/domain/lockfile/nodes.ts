import { sortedEntries } from '../npm/order.ts';
import type { BlockMap, Node } from './block-text.ts';

/** An absent or empty one is an empty map. Throws where it is something else. */
export function mapOf(map: BlockMap, key: string): BlockMap {
  const value = map.get(key) ?? new Map();
  if (value instanceof Map) return value;
  throw odd(key, 'a mapping');
}

export function textOf(map: BlockMap, key: string): string | undefined {
  const value = map.get(key);
  if (value === undefined || typeof value === 'string') return value;
  throw odd(key, 'text');
}

export function flagOf(map: BlockMap, key: string): boolean | undefined {
  const value = map.get(key);
  if (value === undefined || typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw odd(key, 'a flag');
}

/** A single word is a list of one; `true` is a list that says nothing of what is in it. */
export function listOf(map: BlockMap, key: string): readonly string[] | undefined {
  const value = map.get(key);
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [String(value)];
  if (list.every((each) => typeof each === 'string')) return list;
  throw odd(key, 'a list of texts');
}

/** Name -> text. */
export function sectionOf(map: BlockMap, key: string): ReadonlyMap<string, string> {
  const section = mapOf(map, key);
  return new Map([...section.keys()].map((name) => [name, textOf(section, name) ?? '']));
}

/** Those keys that are there, as JSON that is the same for the same content. */
export function settingsOf(map: BlockMap, keys: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    keys.flatMap((key) => {
      const value = map.get(key);
      return value === undefined ? [] : [[key, JSON.stringify(plain(value))] as const];
    }),
  );
}

function plain(node: Node): unknown {
  if (node instanceof Map) return sortedEntries(node).map(([key, value]) => [key, plain(value)]);
  return Array.isArray(node) ? node.map(plain) : node;
}

function odd(key: string, wanted: string): Error {
  return new Error(`"${key}" is not ${wanted}`);
}
