import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import { checkpointText } from './checkpoint.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import { emptyRange, extend, hexOf, leafHash, rootOf } from './merkle.ts';
import { encodeNote } from './note.ts';
import { encodeBundle, encodeTile, tilePath, tileRoot, tilesOf } from './tiles.ts';
import type { Anchor, LogFiles, LogVerification } from './verification.ts';
import { verifyLog } from './verify-log.ts';

const recorder = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const key = { name: 'autoland', publicKey: recorder.publicKey };

const entryAt = (index: number, text = 'as it was'): Entry => ({
  index,
  at: '2026-01-02T03:04:05.678Z',
  type: 'note.made',
  actor: 'recorder',
  data: { text },
});
const leavesOf = (size: number): Buffer[] =>
  Array.from({ length: size }, (_, at) => encodeEntry(entryAt(at)));
const rootAt = (leaves: readonly Uint8Array[], size = leaves.length): Uint8Array =>
  rootOf(extend(emptyRange, leaves.slice(0, size).map(leafHash)));
const anchorOf = (leaves: readonly Uint8Array[], size: number, source = 'gate attestation'): Anchor => ({
  source,
  size,
  root: rootAt(leaves, size),
});

/** A log as its recorder would have written it, computed here from the definitions. */
function publish(leaves: readonly Uint8Array[], privateKey: KeyObject = recorder.privateKey): LogFiles {
  const levels = [leaves.map(leafHash)];
  for (let level = levels[0] ?? []; level.length >= 256; levels.push(level)) {
    level = Array.from({ length: Math.floor(level.length / 256) }, (_, at) =>
      tileRoot(level.slice(at * 256, at * 256 + 256)),
    );
  }
  const files = new Map(
    tilesOf(leaves.length).map((address) => {
      const [from, to] = [address.index * 256, address.index * 256 + address.width];
      const bytes =
        address.level === 'entries'
          ? encodeBundle(leaves.slice(from, to))
          : encodeTile((levels[address.level] ?? []).slice(from, to));
      return [tilePath(address), bytes] as const;
    }),
  );
  const text = checkpointText({ origin: key.name, size: leaves.length, root: rootAt(leaves) });
  return { files, checkpoint: encodeNote(text, key, sign(null, Buffer.from(text), privateKey)) };
}

/** Only the bundles are as the tamperer wants them; tiles and checkpoint stay. */
function withEntries(log: LogFiles, leaves: readonly Uint8Array[]): LogFiles {
  const bundles = [...publish(leaves).files].filter(([path]) => path.startsWith('tile/entries/'));
  const kept = [...log.files].filter(([path]) => !path.startsWith('tile/entries/'));
  // A bundle is found under the name that the checkpoint's size gives it.
  const names = [...log.files.keys()].filter((path) => path.startsWith('tile/entries/'));
  return {
    ...log,
    files: new Map([
      ...kept,
      ...names.map((name, at) => [name, bundles[at]?.[1] ?? Buffer.alloc(0)] as const),
    ]),
  };
}

const check = (log: LogFiles, anchors: readonly Anchor[] = []): LogVerification =>
  verifyLog({ ...log, key, anchors });

describe('verifyLog', () => {
  it.each([0, 1, 255, 256, 257, 700])(
    'accepts a log of %i entries, and says what it cannot exclude',
    (size) => {
      const leaves = leavesOf(size);
      expect(check(publish(leaves))).toEqual({
        kind: 'ok',
        size,
        root: hexOf(rootAt(leaves)),
        truncation: 'not excluded',
      });
    },
  );

  it('says which anchor excludes a truncation, and up to where', () => {
    const leaves = leavesOf(300);
    const anchors = [
      anchorOf(leaves, 7, 'checkpoint FILE'),
      anchorOf(leaves, 290),
      anchorOf(leaves, 0, 'nothing'),
    ];
    expect(check(publish(leaves), anchors)).toMatchObject({
      kind: 'ok',
      truncation: 'excluded up to 290 of 300 entries (gate attestation)',
    });
    expect(check(publish(leaves), [anchorOf(leaves, 0)])).toMatchObject({ truncation: 'not excluded' });
  });

  it('finds every flipped byte, in every file', () => {
    const log = publish(leavesOf(260));
    const paths = [...log.files.keys()];
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (file, at, mask) => {
        const path = paths[file % paths.length] ?? '';
        const bytes = Buffer.from(log.files.get(path) ?? []);
        const where = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(where) ^ mask, where);
        expect(check({ ...log, files: new Map([...log.files, [path, bytes]]) }).kind).toBe('broken');
      }),
      { numRuns: 400 },
    );
  });

  it('finds every flipped byte of the checkpoint', () => {
    const log = publish(leavesOf(3));
    const note = Buffer.from(log.checkpoint ?? '');
    for (let at = 0; at < note.length; at += 1) {
      for (const mask of [1, 32, 128]) {
        const bytes = Buffer.from(note);
        bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
        expect(check({ ...log, checkpoint: bytes.toString('utf8') })).toMatchObject({
          code: 'checkpoint.invalid',
        });
      }
    }
  });

  it('names the entry that was altered, dropped, or put elsewhere', () => {
    const leaves = leavesOf(300);
    const log = publish(leaves);
    fc.assert(
      fc.property(fc.nat(299), fc.nat(299), (one, other) => {
        const altered = leaves.with(one, encodeEntry(entryAt(one, 'as it is told')));
        expect(check(withEntries(log, altered))).toMatchObject({ code: 'entry.altered', at: { entry: one } });
        const last = one === leaves.length - 1;
        expect(check(withEntries(log, leaves.toSpliced(one, 1)))).toMatchObject({
          code: last ? 'bundle.malformed' : 'entry.misplaced',
          at: { entry: one },
        });
        if (one === other) return;
        const swapped = leaves
          .with(one, leaves[other] ?? Buffer.of())
          .with(other, leaves[one] ?? Buffer.of());
        expect(check(withEntries(log, swapped))).toMatchObject({
          code: 'entry.misplaced',
          at: { entry: Math.min(one, other) },
        });
      }),
      { numRuns: 40 },
    );
  });

  it('names the entry also when what was put elsewhere was numbered anew', () => {
    const leaves = leavesOf(20);
    const renumbered = leaves
      .toSpliced(5, 1)
      .map((leaf, index) =>
        encodeEntry({ ...decodeEntry(leaf), index, data: { text: `was ${decodeEntry(leaf).index}` } }),
      );
    const padded = [...renumbered, leaves[19] ?? Buffer.of()];
    expect(check(withEntries(publish(leaves), padded))).toMatchObject({
      code: 'entry.altered',
      at: { entry: 0 },
    });
  });

  it('does not blame an entry for a tile that was altered', () => {
    const log = publish(leavesOf(4));
    const tile = Buffer.from(log.files.get('tile/0/000.p/4') ?? []).fill(1, 0, 32);
    expect(check({ ...log, files: new Map([...log.files, ['tile/0/000.p/4', tile]]) })).toMatchObject({
      code: 'tile.altered',
      at: { file: 'tile/0/000.p/4' },
    });
  });

  it('names files that are missing', () => {
    const log = publish(leavesOf(260));
    for (const path of log.files.keys()) {
      const files = new Map([...log.files].filter(([name]) => name !== path));
      expect(check({ ...log, files })).toMatchObject({ code: 'file.missing', at: { file: path } });
    }
    expect(check({ ...log, checkpoint: undefined })).toMatchObject({ code: 'checkpoint.missing' });
  });

  it('refuses entries that are not in the form that this program writes', () => {
    expect(check(publish([...leavesOf(2), Buffer.from('{"index": 2}')]))).toMatchObject({
      code: 'entry.invalid',
      at: { entry: 2 },
    });
  });

  it('compares the published entries with those of the journal', () => {
    const leaves = leavesOf(9);
    const journal = [...leaves, encodeEntry(entryAt(9))].map(leafHash);
    expect(verifyLog({ ...publish(leaves), key, anchors: [], journal }).kind).toBe('ok');
    const altered = journal.with(4, leafHash(encodeEntry(entryAt(4, 'in the database only'))));
    for (const one of [altered, journal.slice(0, 4)]) {
      expect(verifyLog({ ...publish(leaves), key, anchors: [], journal: one })).toMatchObject({
        code: 'journal.differs',
        at: { entry: 4 },
      });
    }
  });
});

describe('a tamperer who recomputes the tiles', () => {
  const leaves = leavesOf(300);
  const forged = leaves.with(42, encodeEntry(entryAt(42, 'as it is told')));

  it('cannot sign without the key', () => {
    expect(check(publish(forged, stranger.privateKey))).toMatchObject({ code: 'checkpoint.invalid' });
    const old = { ...publish(forged), checkpoint: publish(leaves).checkpoint };
    expect(check(old)).toMatchObject({ code: 'root.differs', at: { from: 0, to: 300 } });
    expect(check(old, [anchorOf(leaves, 40)])).toMatchObject({
      code: 'root.differs',
      at: { from: 40, to: 300 },
    });
  });

  it('and holds the recorder key is found by an anchor, and by nothing else', () => {
    const log = publish(forged);
    expect(check(log)).toMatchObject({ kind: 'ok', truncation: 'not excluded' });
    expect(check(log, [anchorOf(leaves, 42)])).toMatchObject({
      kind: 'ok',
      truncation: 'excluded up to 42 of 300 entries (gate attestation)',
    });
    expect(check(log, [anchorOf(leaves, 30), anchorOf(leaves, 43)])).toMatchObject({
      kind: 'broken',
      code: 'anchor.rewritten',
      at: { from: 30, to: 43 },
      expected: expect.stringContaining('at size 43, as gate attestation has seen'),
    });
  });

  it('or puts an older signed log back is found by an anchor, and by nothing else', () => {
    const older = publish(leaves.slice(0, 100));
    expect(check(older)).toMatchObject({ kind: 'ok', size: 100, truncation: 'not excluded' });
    expect(check(older, [anchorOf(leaves, 101)])).toMatchObject({
      kind: 'broken',
      code: 'anchor.truncated',
      at: { from: 100, to: 101 },
      expected: 'at least 101 entries, as gate attestation has seen',
      found: '100 entries',
    });
  });
});
