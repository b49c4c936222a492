import { AutolandError } from '../domain/errors.ts';
import { maxLeafBytes } from './entry.ts';
import { emptyRange, extend, type Hash, rootOf } from './merkle.ts';
import type { NodeSource } from './proofs.ts';

/** Hashes in a full tile, entries in a full bundle. */
export const tileWidth = 256;

/** Which tile: hashes at `level * 8` of the tree, or the entries themselves. https://c2sp.org/tlog-tiles */
export type TileAddress = {
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; 256 is a full tile. */
  readonly width: number;
};

/** The path below the log's directory, such as `tile/0/x001/x234/067.p/8`. */
export function tilePath({ level, index, width }: TileAddress): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/[0-9]{3}/g) ?? [];
  const folders = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group));
  return `tile/${level}/${folders.join('/')}${width < tileWidth ? `.p/${width}` : ''}`;
}

/** Every file that a tree of this size has, entries first, then tiles by level; at each level those that a tree of `from` leaves did not have yet. */
export function tilesOf(size: number, from = 0): readonly TileAddress[] {
  const tiles: TileAddress[] = [...tilesAt('entries', size, from)];
  for (let level = 0, span = 1; span <= size; level += 1, span *= tileWidth) {
    tiles.push(...tilesAt(level, Math.floor(size / span), Math.floor(from / span)));
  }
  return tiles;
}

function* tilesAt(level: number | 'entries', count: number, from: number): Generator<TileAddress> {
  if (count === from) return;
  for (let index = Math.floor(from / tileWidth); index * tileWidth < count; index += 1) {
    yield { level, index, width: Math.min(tileWidth, count - index * tileWidth) };
  }
}

/** The root of the perfect subtree that a full tile stands for: one hash of the level above. */
export function tileRoot(hashes: readonly Hash[]): Hash {
  if (hashes.length !== tileWidth)
    throw new RangeError(`expected ${tileWidth} hashes, found ${hashes.length}`);
  return rootOf(extend(emptyRange, hashes));
}

export function encodeTile(hashes: readonly Hash[]): Buffer {
  return Buffer.concat(hashes);
}

/** undefined: not a whole number of hashes. */
export function decodeTile(bytes: Uint8Array): readonly Hash[] | undefined {
  if (bytes.length % 32 !== 0) return undefined;
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
}

/** Entries, each after its length in two bytes, big-endian. */
export function encodeBundle(leaves: readonly Uint8Array[]): Buffer {
  return Buffer.concat(leaves.flatMap((leaf) => [lengthPrefix(leaf.length), leaf]));
}

/** The entries up to the first that is cut short; `rest` is what could not be read. */
export function decodeBundle(bytes: Uint8Array): { leaves: readonly Uint8Array[]; rest: number } {
  const leaves: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const end = at + 2 + ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
    if (end > bytes.length) break;
    leaves.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return { leaves, rest: bytes.length - at };
}

function lengthPrefix(length: number): Buffer {
  if (length > maxLeafBytes) {
    throw new AutolandError(
      'journal.too-large',
      `expected an entry of at most ${maxLeafBytes} bytes, found ${length}`,
    );
  }
  return Buffer.of(length >> 8, length & 0xff);
}

/** Any perfect subtree's hash out of tiles, for proofs. `tile` answers the hashes of one tile. */
export function nodesOfTiles(tile: (level: number, index: number) => readonly Hash[]): NodeSource {
  return (level, index) => {
    const width = 2 ** (level % 8);
    const first = index * width;
    const hashes = tile(Math.floor(level / 8), Math.floor(first / tileWidth));
    const under = hashes.slice(first % tileWidth, (first % tileWidth) + width);
    if (under.length !== width) throw new RangeError(`the tree has no node ${index} at level ${level}`);
    return rootOf(extend(emptyRange, under));
  };
}
