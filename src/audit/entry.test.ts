import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import { decodeEntry, encodeEntry, maxLeafBytes } from './entry.ts';

const entry: Entry = {
  index: 3,
  at: '2026-01-02T03:04:05.678Z',
  type: 'change.proposed',
  change: 'chg_0123456789ab',
  actor: 'agent:docs',
  data: { z: 1, a: ['\u00e9'] },
};

describe('encodeEntry', () => {
  it('writes canonical JSON, with the version, and no member for what is absent', () => {
    const { change: _, ...without } = entry;
    expect(encodeEntry(entry).toString()).toBe(
      '{"actor":"agent:docs","at":"2026-01-02T03:04:05.678Z","change":"chg_0123456789ab","data":{"a":["\u00e9"],"z":1},"index":3,"type":"change.proposed","v":1}',
    );
    expect(encodeEntry(without).toString()).not.toContain('"change":');
  });

  it('takes exactly 65,535 bytes and refuses one more', () => {
    const room = maxLeafBytes - encodeEntry({ ...entry, data: { text: '' } }).length;
    expect(encodeEntry({ ...entry, data: { text: 'x'.repeat(room) } })).toHaveLength(maxLeafBytes);
    expect(() => encodeEntry({ ...entry, data: { text: 'x'.repeat(room + 1) } })).toThrow(
      expect.objectContaining({ code: 'journal.too-large' }),
    );
  });

  it('is undone by decodeEntry', () => {
    expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
  });
});

describe('decodeEntry', () => {
  it.each([
    '',
    '[]',
    '{"v":1}',
    '{"v":2,"index":0}',
    'null',
    '{',
    ` ${encodeEntry(entry)}`,
    encodeEntry(entry).toString().replace('"v":1', '"v":1,"w":1'),
  ])('refuses %j', (text) => {
    expect(() => decodeEntry(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'journal.corrupt' }),
    );
  });

  it('accepts bytes only if they are what encodeEntry writes', () => {
    fc.assert(
      fc.property(fc.nat(encodeEntry(entry).length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bytes = encodeEntry(entry);
        bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
        let read: Entry;
        try {
          read = decodeEntry(bytes);
        } catch {
          return;
        }
        expect(encodeEntry(read).equals(bytes)).toBe(true);
      }),
    );
  });
});
