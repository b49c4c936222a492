import { type Hash, nodeHash, sameHash } from './merkle.ts';

/** The hash of the perfect subtree of 2^level leaves that begins at leaf index * 2^level. */
export type NodeSource = (level: number, index: number) => Hash;

/** RFC 6962 section 2.1.1: the siblings from leaf `index` up to the root of the first `size` leaves. */
export function inclusionProof(nodes: NodeSource, index: number, size: number): readonly Hash[] {
  assertOrder(index + 1, size);
  return path(nodes, index, [0, size]);
}

/** RFC 6962 section 2.1.2: that the tree of `size` leaves continues the tree of `from` leaves. [] when they are equal or `from` is 0. */
export function consistencyProof(nodes: NodeSource, from: number, size: number): readonly Hash[] {
  assertOrder(from, size);
  return from === 0 ? [] : subproof(nodes, from, [0, size], true);
}

/** Folds a proof as RFC 9162 section 2.1.3.2 does. */
export function verifyInclusion(claim: {
  index: number;
  size: number;
  leaf: Hash;
  proof: readonly Hash[];
  root: Hash;
}): boolean {
  if (!isIndex(claim.index) || !isIndex(claim.size) || claim.index >= claim.size) return false;
  let [at, last, node] = [claim.index, claim.size - 1, claim.leaf];
  for (const sibling of claim.proof) {
    if (last === 0 || sibling.length !== 32) return false;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(sibling, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      node = nodeHash(node, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && sameHash(node, claim.root);
}

/** Folds a proof as RFC 9162 section 2.1.4.2 does. Refuses `from` 0: every tree continues the empty one, so it proves nothing. */
export function verifyConsistency(claim: {
  from: number;
  size: number;
  fromRoot: Hash;
  root: Hash;
  proof: readonly Hash[];
}): boolean {
  const { from, size, proof } = claim;
  if (!isIndex(from) || !isIndex(size) || from < 1 || from > size) return false;
  if (proof.some((node) => node.length !== 32)) return false;
  if (from === size) return proof.length === 0 && sameHash(claim.fromRoot, claim.root);
  const [first, ...rest] = isPowerOfTwo(from) ? [claim.fromRoot, ...proof] : proof;
  if (first === undefined) return false;
  const folded = foldConsistency(first, rest, [from, size]);
  return folded !== undefined && sameHash(folded.from, claim.fromRoot) && sameHash(folded.to, claim.root);
}

function foldConsistency(
  first: Hash,
  rest: readonly Hash[],
  [from, size]: readonly [number, number],
): { from: Hash; to: Hash } | undefined {
  let [at, last] = [from - 1, size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      [old, now] = [nodeHash(sibling, old), nodeHash(sibling, now)];
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      now = nodeHash(now, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? { from: old, to: now } : undefined;
}

type Span = readonly [start: number, end: number];

function path(nodes: NodeSource, index: number, [start, end]: Span): readonly Hash[] {
  if (end - start === 1) return [];
  const split = start + largestPowerBelow(end - start);
  return index < split
    ? [...path(nodes, index, [start, split]), subtree(nodes, [split, end])]
    : [...path(nodes, index, [split, end]), subtree(nodes, [start, split])];
}

function subproof(nodes: NodeSource, from: number, [start, end]: Span, whole: boolean): readonly Hash[] {
  if (from === end) return whole ? [] : [subtree(nodes, [start, end])];
  const split = start + largestPowerBelow(end - start);
  return from <= split
    ? [...subproof(nodes, from, [start, split], whole), subtree(nodes, [split, end])]
    : [...subproof(nodes, from, [split, end], false), subtree(nodes, [start, split])];
}

function subtree(nodes: NodeSource, [start, end]: Span): Hash {
  const leaves = end - start;
  if (isPowerOfTwo(leaves)) return nodes(Math.log2(leaves), start / leaves);
  const split = start + largestPowerBelow(leaves);
  return nodeHash(subtree(nodes, [start, split]), subtree(nodes, [split, end]));
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

function half(count: number): number {
  return Math.floor(count / 2);
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function assertOrder(smaller: number, larger: number): void {
  if (!isIndex(smaller) || !isIndex(larger) || smaller > larger) {
    throw new RangeError(`expected a tree of at least ${smaller} leaves, found ${larger}`);
  }
}
