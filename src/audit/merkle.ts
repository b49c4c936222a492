import { hash } from 'node:crypto';

/** 32 bytes. */
export type Hash = Uint8Array;

const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

/** RFC 6962 section 2.1: SHA-256(0x00 || leaf). */
export function leafHash(leaf: Uint8Array): Hash {
  return hash('sha256', Buffer.concat([leafPrefix, leaf]), 'buffer');
}

/** RFC 6962 section 2.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');
}

/**
 * The perfect subtrees that a tree of `size` leaves consists of, largest (leftmost) first: one for each set bit
 * of `size`. All that an append or a root needs, in O(log size).
 */
export type CompactRange = { readonly size: number; readonly hashes: readonly Hash[] };

export const emptyRange: CompactRange = { size: 0, hashes: [] };

/** Adds leaves by their hashes; amortised O(1) hashing for each. */
export function extend(range: CompactRange, leaves: readonly Hash[]): CompactRange {
  const hashes = [...range.hashes];
  let size = range.size;
  for (const leaf of leaves) {
    let node = leaf;
    for (let merged = size; merged % 2 === 1; merged = Math.floor(merged / 2)) {
      node = nodeHash(taken(hashes.pop()), node);
    }
    hashes.push(node);
    size += 1;
  }
  return { size, hashes };
}

/** The Merkle tree hash; that of no leaves is SHA-256 of nothing. */
export function rootOf(range: CompactRange): Hash {
  const last = range.hashes.at(-1);
  if (last === undefined) return hash('sha256', Buffer.alloc(0), 'buffer');
  return range.hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** How many perfect subtrees a tree of this size consists of. */
export function rangeLength(size: number): number {
  return size.toString(2).replaceAll('0', '').length;
}

export function sameHash(a: Hash, b: Hash): boolean {
  return Buffer.compare(a, b) === 0;
}

export function hexOf(value: Hash): string {
  return Buffer.from(value).toString('hex');
}

function taken(node: Hash | undefined): Hash {
  if (node === undefined) throw new RangeError('the compact range does not match its size');
  return node;
}
