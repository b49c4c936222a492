import type { Node } from '../../domain/syntax-tree.ts';

const places = new Set(['start', 'end', 'range', 'loc', 'parent']);

/** A syntax tree as a text that tells nothing of places. `without`: a part that counts as empty. */
export function shapeOf(root: Node, without?: unknown): string {
  return JSON.stringify(root, (field, value: unknown) => {
    if (places.has(field)) return undefined;
    if (without !== undefined && value === without) return null;
    return typeof value === 'bigint' ? `${value}n` : value;
  });
}
