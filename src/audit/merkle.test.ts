import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRange, extend, type Hash, hexOf, leafHash, nodeHash, rangeLength, rootOf } from './merkle.ts';
import {
  consistencyProof,
  inclusionProof,
  type NodeSource,
  verifyConsistency,
  verifyInclusion,
} from './proofs.ts';

/** Leaves and roots of the Certificate Transparency reference tests (transparency-dev/merkle, testonly/constants.go). */
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const known = inputs.map((input) => leafHash(Buffer.from(input, 'hex')));
const leavesOf = (size: number): Hash[] =>
  Array.from({ length: size }, (_, at) => leafHash(Buffer.from(`leaf ${at}`)));

describe('the tree', () => {
  it.each(roots.map((root, size) => [size, root] as const))('has the known root at size %i', (size, root) => {
    expect(hexOf(rootOf(extend(emptyRange, known.slice(0, size))))).toBe(root);
  });

  it('has the root of the recursive definition, however the leaves are added', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.nat(600), (a, b) => {
        const leaves = leavesOf(a + b);
        const range = extend(extend(emptyRange, leaves.slice(0, a)), leaves.slice(a));
        expect(range.size).toBe(a + b);
        expect(range.hashes).toHaveLength(rangeLength(a + b));
        expect(hexOf(rootOf(range))).toBe(hexOf(naiveRoot(leaves)));
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a range whose hashes do not match its size', () => {
    expect(() => extend({ size: 1, hashes: [] }, known)).toThrow(RangeError);
  });
});

describe('inclusion proofs', () => {
  it('are those of the recursive definition, and hold for every leaf of every tree up to 40', () => {
    for (let size = 1; size <= 40; size += 1) {
      const leaves = leavesOf(size);
      const root = naiveRoot(leaves);
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(nodesOver(leaves), index, size);
        expect(proof.map(hexOf)).toEqual(naivePath(index, leaves).map(hexOf));
        expect(verifyInclusion({ index, size, leaf: at(leaves, index), proof, root })).toBe(true);
      }
    }
  });

  it('fail for any other leaf, index, size, root, or a proof cut, grown or altered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), (size, pick, choice) => {
        const leaves = leavesOf(size);
        const index = pick % size;
        const proof = inclusionProof(nodesOver(leaves), index, size);
        const claim = { index, size, leaf: at(leaves, index), proof, root: naiveRoot(leaves) };
        const other = leafHash(Buffer.from('other'));
        const spoiled = choice % proof.length;
        const wrong = [
          { ...claim, leaf: other },
          { ...claim, root: other },
          { ...claim, proof: proof.slice(1) },
          { ...claim, proof: [...proof, other] },
          { ...claim, proof: proof.with(spoiled, other) },
          { ...claim, proof: proof.with(spoiled, new Uint8Array(31)) },
          { ...claim, index: size },
          { ...claim, index: -1 },
          { ...claim, size: 0 },
          { ...claim, index: (index + 1) % size },
        ];
        for (const one of wrong) expect(verifyInclusion(one)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

describe('consistency proofs', () => {
  it('are those of the recursive definition, and hold for every pair of sizes up to 40', () => {
    const all = leavesOf(40);
    for (let size = 1; size <= 40; size += 1) {
      const leaves = all.slice(0, size);
      for (let from = 1; from <= size; from += 1) {
        const proof = consistencyProof(nodesOver(leaves), from, size);
        expect(proof.map(hexOf)).toEqual(naiveSubproof(from, leaves, true).map(hexOf));
        const claim = {
          from,
          size,
          fromRoot: naiveRoot(leaves.slice(0, from)),
          root: naiveRoot(leaves),
          proof,
        };
        expect(verifyConsistency(claim)).toBe(true);
      }
    }
  });

  it('fail for a rewritten past, a wrong size, or a proof cut, grown or altered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (size, pick, choice) => {
        const leaves = leavesOf(size);
        const from = 1 + (pick % (size - 1));
        const proof = consistencyProof(nodesOver(leaves), from, size);
        const claim = {
          from,
          size,
          fromRoot: naiveRoot(leaves.slice(0, from)),
          root: naiveRoot(leaves),
          proof,
        };
        const other = leafHash(Buffer.from('other'));
        const spoiled = choice % proof.length;
        const wrong = [
          { ...claim, fromRoot: other },
          { ...claim, root: other },
          { ...claim, from: 0, proof: [] },
          { ...claim, from: size, proof: [] },
          { ...claim, from: size + 1 },
          { ...claim, proof: proof.slice(1) },
          { ...claim, proof: [...proof, other] },
          { ...claim, proof: proof.with(spoiled, other) },
          { ...claim, proof: proof.with(spoiled, new Uint8Array(33)) },
        ];
        for (const one of wrong) expect(verifyConsistency(one)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(String(index));
  return item;
}

function nodesOver(leaves: readonly Hash[]): NodeSource {
  return (level, index) => naiveRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
}

function split(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}

function naiveRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return Buffer.from(at(roots, 0), 'hex');
  if (leaves.length === 1) return at(leaves, 0);
  const k = split(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

function naivePath(index: number, leaves: readonly Hash[]): Hash[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...naivePath(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

function naiveSubproof(from: number, leaves: readonly Hash[], whole: boolean): Hash[] {
  if (from === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = split(leaves.length);
  return from <= k
    ? [...naiveSubproof(from, leaves.slice(0, k), whole), naiveRoot(leaves.slice(k))]
    : [...naiveSubproof(from - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}
