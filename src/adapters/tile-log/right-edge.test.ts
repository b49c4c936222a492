import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRange, extend, hexOf, leafHash, rootOf } from '../../audit/merkle.ts';
import { tilePath, tilesOf } from '../../audit/tiles.ts';
import { edgeRoot, emptyEdge, extendEdge, partialTiles } from './right-edge.ts';

const leaves = Array.from({ length: 66_500 }, (_, at) => leafHash(Buffer.from(String(at))));

describe('the right edge', () => {
  it('gives the root and exactly the tiles of the tree, in whatever steps it grows', () => {
    // Most near the sizes at which tiles of level 0, 1 and 2 become full.
    const near = (size: number) => fc.integer({ min: Math.max(0, size - 300), max: size + 300 });
    const step = fc.oneof(near(0), near(512), near(65_536));
    fc.assert(
      fc.property(step, step, (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const first = extendEdge(emptyEdge, leaves.slice(0, from));
        const { edge, full } = extendEdge(first.edge, leaves.slice(from, to));
        expect(hexOf(edgeRoot(first.edge))).toBe(hexOf(rootOf(extend(emptyRange, leaves.slice(0, from)))));
        expect(hexOf(edgeRoot(edge))).toBe(hexOf(rootOf(extend(emptyRange, leaves.slice(0, to)))));
        const made = [...first.full, ...full, ...partialTiles(edge)].map(({ address }) => tilePath(address));
        const expected = tilesOf(to).filter(({ level }) => level !== 'entries');
        expect(made).toHaveLength(expected.length);
        expect(new Set(made)).toEqual(new Set(expected.map(tilePath)));
      }),
      { numRuns: 8 },
    );
  });
});
