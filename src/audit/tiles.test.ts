import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRange, extend, type Hash, hexOf, leafHash, rootOf } from './merkle.ts';
import { inclusionProof, verifyInclusion } from './proofs.ts';
import {
  decodeBundle,
  decodeTile,
  encodeBundle,
  encodeTile,
  nodesOfTiles,
  tilePath,
  tileRoot,
  tilesOf,
} from './tiles.ts';

describe('tilePath', () => {
  it.each([
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 0, index: 1_234_067, width: 8 }, 'tile/0/x001/x234/067.p/8'],
    [{ level: 'entries', index: 0, width: 255 }, 'tile/entries/000.p/255'],
    [{ level: 2, index: 999, width: 256 }, 'tile/2/999'],
    [{ level: 2, index: 1000, width: 256 }, 'tile/2/x001/000'],
  ] as const)('%j', (address, path) => {
    expect(tilePath(address)).toBe(path);
  });
});

describe('tilesOf', () => {
  it('names the files of the example in the specification: a tree of 70,000', () => {
    const tiles = tilesOf(70_000).filter(({ level }) => level !== 'entries');
    const partial = tiles.filter(({ width }) => width < 256).map(tilePath);
    expect(tiles.filter(({ level, width }) => level === 0 && width === 256)).toHaveLength(273);
    expect(partial).toEqual(['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1']);
    expect(tilesOf(256).map(tilePath)).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
    expect(tilesOf(0)).toEqual([]);
  });

  it('names, of a grown tree, exactly the files that the smaller one had not', () => {
    fc.assert(
      fc.property(fc.nat(140_000), fc.nat(1000), (from, more) => {
        const before = new Set(tilesOf(from).map(tilePath));
        const expected = tilesOf(from + more)
          .map(tilePath)
          .filter((path) => !before.has(path));
        expect(tilesOf(from + more, from).map(tilePath)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe('bundles and tiles', () => {
  it('read back as they were written', () => {
    const leaf = fc.uint8Array({ maxLength: 700 });
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 20 }), (leaves) => {
        const { leaves: read, rest } = decodeBundle(encodeBundle(leaves));
        expect(rest).toBe(0);
        expect(read.map((one) => [...one])).toEqual(leaves.map((one) => [...one]));
      }),
    );
    const hashes = [leafHash(Buffer.of(1)), leafHash(Buffer.of(2))];
    expect(decodeTile(encodeTile(hashes))?.map(hexOf)).toEqual(hashes.map(hexOf));
    expect(decodeTile(Buffer.alloc(33))).toBeUndefined();
  });

  it('never reads past a cut', () => {
    const bytes = encodeBundle([Buffer.from('first'), Buffer.from('second')]);
    for (let length = 0; length < bytes.length; length += 1) {
      const { leaves, rest } = decodeBundle(bytes.subarray(0, length));
      expect(leaves.length).toBe(length < 7 ? 0 : 1);
      expect(rest).toBe(length < 7 ? length : length - 7);
    }
  });

  it('refuses an entry that the length prefix cannot hold', () => {
    expect(encodeBundle([Buffer.alloc(65_535)])).toHaveLength(65_537);
    expect(() => encodeBundle([Buffer.alloc(65_536)])).toThrow(
      expect.objectContaining({ code: 'journal.too-large' }),
    );
  });
});

describe('nodesOfTiles', () => {
  it('gives proofs out of tiles, across levels', () => {
    const size = 70_000;
    const leaves = Array.from({ length: size }, (_, at) => leafHash(Buffer.from(String(at))));
    const levels: (readonly Hash[])[] = [leaves];
    for (let level = leaves; level.length >= 256; ) {
      level = Array.from({ length: Math.floor(level.length / 256) }, (_, at) =>
        tileRoot(level.slice(at * 256, at * 256 + 256)),
      );
      levels.push(level);
    }
    const nodes = nodesOfTiles((level, index) => (levels[level] ?? []).slice(index * 256, index * 256 + 256));
    const root = rootOf(extend(emptyRange, leaves));
    for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
      const leaf = leaves[index] ?? Buffer.alloc(32);
      expect(verifyInclusion({ index, size, leaf, proof: inclusionProof(nodes, index, size), root })).toBe(
        true,
      );
    }
    expect(() => nodes(17, 0)).toThrow(RangeError);
  });
});
