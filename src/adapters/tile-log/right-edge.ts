import { join } from 'node:path';
import { emptyRange, extend, type Hash, rootOf } from '../../audit/merkle.ts';
import { decodeTile, type TileAddress, tilePath, tileRoot, tileWidth } from '../../audit/tiles.ts';
import { readIfThere } from './read-tile-log.ts';

/**
 * All of a tree that later leaves can still change: the hashes of the rightmost, partial tile of each level.
 * At most 255 for each of the levels, whatever the size of the tree.
 */
export type RightEdge = { readonly size: number; readonly levels: readonly (readonly Hash[])[] };

export const emptyEdge: RightEdge = { size: 0, levels: [] };

/** A tile to be written. */
export type MadeTile = { readonly address: TileAddress; readonly hashes: readonly Hash[] };

/** Adds leaves, and gives the tiles that became full on the way. */
export function extendEdge(
  edge: RightEdge,
  leaves: readonly Hash[],
): { edge: RightEdge; full: readonly MadeTile[] } {
  const full: MadeTile[] = [];
  const levels: (readonly Hash[])[] = [];
  let added = leaves;
  for (let level = 0; added.length > 0 || level < edge.levels.length; level += 1) {
    const start = Math.floor(edge.size / tileWidth ** (level + 1));
    const hashes = [...(edge.levels[level] ?? []), ...added];
    const count = Math.floor(hashes.length / tileWidth);
    const made = Array.from({ length: count }, (_, at) => hashes.slice(at * tileWidth, (at + 1) * tileWidth));
    for (const [at, tile] of made.entries()) {
      full.push({ address: { level, index: start + at, width: tileWidth }, hashes: tile });
    }
    levels.push(hashes.slice(count * tileWidth));
    added = made.map(tileRoot);
  }
  return { edge: { size: edge.size + leaves.length, levels }, full };
}

/** The partial tiles themselves; a level whose last tile is full has none. */
export function partialTiles(edge: RightEdge): readonly MadeTile[] {
  return edge.levels
    .map((hashes, level) => {
      const index = Math.floor(edge.size / tileWidth ** (level + 1));
      return { address: { level, index, width: hashes.length }, hashes };
    })
    .filter(({ hashes }) => hashes.length > 0);
}

/** The root of the whole tree: everything left of the edge is already in the edge's upper levels. */
export function edgeRoot({ size, levels }: RightEdge): Hash {
  const hashes = levels.toReversed().flatMap((level) => extend(emptyRange, level).hashes);
  return rootOf({ size, hashes });
}

/** undefined: a file of it is missing or has another length. Whether the hashes are right, its root will tell. */
export async function readEdge(directory: string, size: number): Promise<RightEdge | undefined> {
  const levels: (readonly Hash[])[] = [];
  for (let level = 0; tileWidth ** level <= size; level += 1) {
    const width = Math.floor(size / tileWidth ** level) % tileWidth;
    const index = Math.floor(size / tileWidth ** (level + 1));
    const bytes =
      width === 0 ? Buffer.of() : await readIfThere(join(directory, tilePath({ level, index, width })));
    const hashes = bytes && decodeTile(bytes);
    if (hashes?.length !== width) return undefined;
    levels.push(hashes);
  }
  return { size, levels };
}
