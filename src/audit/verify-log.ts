import { type CheckpointCheck, openCheckpoint, type TreeHead } from './checkpoint.ts';
import { type CompactRange, emptyRange, extend, type Hash, hexOf, rootOf, sameHash } from './merkle.ts';
import type { NoteKey } from './note.ts';
import { checkLeaf, readLeaves } from './read-leaves.ts';
import { decodeTile, type TileAddress, tilePath, tileRoot, tilesOf, tileWidth } from './tiles.ts';
import {
  type Anchor,
  type Broken,
  broken,
  type LogFiles,
  type LogVerification,
  missing,
  type Truncation,
} from './verification.ts';

export type { Anchor, BrokenCode, BrokenPlace, LogFiles, LogVerification } from './verification.ts';

/** Everything that is checked, already read. `journal`: the leaf hashes of the database, to see whether it and the published log agree. */
export type LogEvidence = LogFiles & {
  readonly key: NoteKey;
  readonly anchors: readonly Anchor[];
  readonly journal?: readonly Hash[];
};

/** Reads every entry and every hash again; reports the first thing that is wrong, by the entry's index where there is one. */
export function verifyLog(evidence: LogEvidence): LogVerification {
  const opened = headOf(evidence);
  if (opened.kind === 'broken') {
    const code = evidence.checkpoint === undefined ? 'checkpoint.missing' : 'checkpoint.invalid';
    return broken({ file: 'checkpoint' }, code, [opened.expected, opened.found]);
  }
  const { head } = opened;
  const leaves = readLeaves(evidence.files, head.size);
  if ('kind' in leaves) return leaves;
  return (
    locate(evidence.files, leaves, checkRoots(leaves, head, evidence.anchors)) ??
    checkTiles(evidence.files, leaves) ??
    checkJournal(leaves, evidence.journal) ?? {
      kind: 'ok',
      size: head.size,
      root: hexOf(head.root),
      truncation: truncationOf(evidence.anchors, head.size),
    }
  );
}

function headOf({ checkpoint, key }: LogEvidence): CheckpointCheck {
  if (checkpoint === undefined)
    return { kind: 'broken', expected: `a checkpoint of ${key.name}`, found: 'no file' };
  return openCheckpoint(checkpoint, key);
}

/** Names the entry that makes a root differ, when the tiles were not recomputed to fit it. */
function locate(
  files: LogFiles['files'],
  leaves: readonly Hash[],
  fault: Broken | undefined,
): Broken | undefined {
  if (fault === undefined || fault.code === 'anchor.truncated') return fault;
  for (const address of tilesOf(leaves.length).filter(({ level }) => level === 0)) {
    const first = address.index * tileWidth;
    const tile = decodeTile(files.get(tilePath(address)) ?? new Uint8Array()) ?? [];
    for (const [at, leaf] of leaves.slice(first, first + address.width).entries()) {
      const altered = checkLeaf(leaf, first + at, tile[at]);
      if (altered) return altered;
    }
  }
  return fault;
}

function checkJournal(leaves: readonly Hash[], journal: readonly Hash[] | undefined): Broken | undefined {
  if (journal === undefined) return undefined;
  const index = leaves.findIndex((leaf, at) => !sameHash(leaf, journal[at] ?? new Uint8Array()));
  if (index < 0) return undefined;
  const found = journal[index];
  return broken({ entry: index }, 'journal.differs', [
    `leaf hash ${hexOf(leaves[index] ?? new Uint8Array())}, as published`,
    found === undefined ? 'no such entry in the journal' : `${hexOf(found)} in the journal`,
  ]);
}

/** Recomputes every tile from the leaves. */
function checkTiles(files: LogFiles['files'], leaves: readonly Hash[]): Broken | undefined {
  let level: readonly Hash[] = leaves;
  for (const address of tilesOf(leaves.length).filter((tile) => tile.level !== 'entries')) {
    if (address.level !== 0 && address.index === 0) level = parentsOf(level);
    const first = address.index * tileWidth;
    const fault = checkTile(files, address, level.slice(first, first + address.width));
    if (fault) return fault;
  }
  return undefined;
}

function parentsOf(level: readonly Hash[]): readonly Hash[] {
  return Array.from({ length: Math.floor(level.length / tileWidth) }, (_, at) =>
    tileRoot(level.slice(at * tileWidth, (at + 1) * tileWidth)),
  );
}

function checkTile(
  files: LogFiles['files'],
  address: TileAddress,
  hashes: readonly Hash[],
): Broken | undefined {
  const path = tilePath(address);
  const bytes = files.get(path);
  if (bytes === undefined) return missing(path);
  if (sameHash(bytes, Buffer.concat(hashes))) return undefined;
  const expected = `the ${hashes.length} hashes that the entries below it give`;
  return broken({ file: path }, 'tile.altered', [expected, `${bytes.length} other bytes`]);
}

/** The tree at the checkpoint and at every anchor, in one pass over the leaves. */
function checkRoots(leaves: readonly Hash[], head: TreeHead, anchors: readonly Anchor[]): Broken | undefined {
  const beyond = anchors.find((anchor) => anchor.size > head.size);
  if (beyond) {
    const expected = `at least ${beyond.size} entries, as ${beyond.source} has seen`;
    return broken({ from: head.size, to: beyond.size }, 'anchor.truncated', [
      expected,
      `${head.size} entries`,
    ]);
  }
  const sorted = [...anchors].sort((a, b) => a.size - b.size);
  let range: CompactRange = emptyRange;
  for (const anchor of sorted) {
    const next = extend(range, leaves.slice(range.size, anchor.size));
    if (!sameHash(rootOf(next), anchor.root)) return rewritten(range.size, anchor, rootOf(next));
    range = next;
  }
  const root = rootOf(extend(range, leaves.slice(range.size)));
  if (sameHash(root, head.root)) return undefined;
  // Anchors narrow it down: up to the last of them the entries are as they were.
  const place = { from: range.size, to: head.size };
  return broken(place, 'root.differs', [`root ${hexOf(head.root)}, as signed`, hexOf(root)]);
}

function rewritten(from: number, anchor: Anchor, root: Hash): Broken {
  const expected = `root ${hexOf(anchor.root)} at size ${anchor.size}, as ${anchor.source} has seen`;
  return broken({ from, to: anchor.size }, 'anchor.rewritten', [expected, hexOf(root)]);
}

function truncationOf(anchors: readonly Anchor[], size: number): Truncation {
  // An anchor at size 0 says nothing about any entry.
  const largest = anchors.reduce<Anchor | undefined>(
    (best, one) => (one.size > (best?.size ?? 0) ? one : best),
    undefined,
  );
  if (largest === undefined) return 'not excluded';
  return `excluded up to ${largest.size} of ${size} entries (${largest.source})`;
}
