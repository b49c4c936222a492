import { decodeEntry } from './entry.ts';
import { type Hash, hexOf, leafHash, sameHash } from './merkle.ts';
import { decodeBundle, decodeTile, type TileAddress, tilePath, tilesOf, tileWidth } from './tiles.ts';
import { type Broken, broken, type LogFiles, missing } from './verification.ts';

/** The leaf hashes, after every entry was seen to be well-formed and at its place. */
export function readLeaves(files: LogFiles['files'], size: number): readonly Hash[] | Broken {
  const leaves: Hash[] = [];
  for (const address of tilesOf(size).filter(({ level }) => level === 'entries')) {
    const bundle = readBundle(files, address);
    if ('kind' in bundle) return bundle;
    leaves.push(...bundle);
  }
  return leaves;
}

function readBundle(files: LogFiles['files'], address: TileAddress): readonly Hash[] | Broken {
  const [path, first] = [tilePath(address), address.index * tileWidth];
  const bytes = files.get(path);
  if (bytes === undefined) return missing(path);
  const { leaves, rest } = decodeBundle(bytes);
  const tile = decodeTile(files.get(tilePath({ ...address, level: 0 })) ?? new Uint8Array());
  for (const [at, leaf] of leaves.slice(0, address.width).entries()) {
    const fault = checkEntry(leaf, first + at, tile?.[at]);
    if (fault) return fault;
  }
  if (leaves.length !== address.width || rest > 0) {
    const found = `${leaves.length} entries and ${rest} bytes over, from entry ${first} on`;
    const place = leaves.length < address.width ? { entry: first + leaves.length } : { file: path };
    return broken(place, 'bundle.malformed', [`${address.width} whole entries in ${path}`, found]);
  }
  return leaves.map(leafHash);
}

function checkEntry(leaf: Uint8Array, index: number, inTile: Hash | undefined): Broken | undefined {
  const named = indexOf(leaf);
  if (named === index) return undefined;
  if (named !== undefined) {
    return broken({ entry: index }, 'entry.misplaced', [`entry ${index}`, `entry ${named} in its place`]);
  }
  return (
    checkLeaf(leafHash(leaf), index, inTile) ??
    broken({ entry: index }, 'entry.invalid', ['an entry as this program writes it', 'other bytes'])
  );
}

export function checkLeaf(digest: Hash, index: number, inTile: Hash | undefined): Broken | undefined {
  if (inTile === undefined || sameHash(digest, inTile)) return undefined;
  return broken({ entry: index }, 'entry.altered', [`leaf hash ${hexOf(inTile)}`, hexOf(digest)]);
}

function indexOf(leaf: Uint8Array): number | undefined {
  try {
    return decodeEntry(leaf).index;
  } catch {
    return undefined;
  }
}
