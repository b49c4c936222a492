import { describe, expect, it } from 'vitest';
import { type CrashBook, type CrashCount, emptyBook } from '../domain/crashes/book.ts';
import { lookNote } from '../domain/exposure.ts';
import { journal, ledgerOf, merged, proposed, released, type Told } from '../testing/told-journal.ts';
import { bySuspicion, shownRelease } from './shown-releases.ts';

const told = (id: string) => [proposed(id), merged(id), released(id)] as const;
const look = (id: string, ...evidence: readonly (readonly [test: string, value: number])[]): Told => {
  const tests = evidence.map(([test, value]) => ({ test, unit: 'log-e', value, threshold: 4, counts: {} }));
  const data = { usersExposed: 100, usersErrored: 3, backgroundErrors: 2, evidence: tests };
  return ['stage.noted', id, { stage: 'rollout', note: lookNote, data }];
};
const shown = (id: string, looks: readonly Told[], book: CrashBook = emptyBook) => {
  const change = ledgerOf(...told(id)).changes.get(id);
  if (change === undefined) throw new Error('not there');
  return shownRelease(change, journal(...told(id), ...looks), { book, service: 'shop' });
};

const met = (digest: string, firstSeen: string): CrashCount => ({
  ...{ digest, commit: 'c', count: 7, firstSeen, lastSeen: firstSeen },
});
const bookOf = (...releases: readonly [CrashCount, ...CrashCount[]]): CrashBook => ({
  dropped: 0,
  crashes: [
    {
      ...{ signature: 's', service: 'shop', errorType: 'TypeError', message: 'm', releases },
      frames: [{ file: 'cart.js', line: 12, column: 1 }],
    },
  ],
});
const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];

describe('what production has shown of a release', () => {
  it('is the rollback test that came nearest at any look, and who met it', () => {
    const looks = [
      look('a', ['rollback.latency', 1], ['rollback.server-error', -2]),
      look('a', ['rollback.server-error', 3], ['promotion', 9]),
      look('a', ['rollback.server-error', 0.5]),
    ];
    expect(shown('a', looks)).toMatchObject({
      nearest: { test: 'rollback.server-error', value: 3, threshold: 4 },
      exposure: { usersExposed: 100, usersErrored: 3, backgroundErrors: 2 },
    });
    expect(shown('a', [])).toMatchObject({ nearest: null, exposure: null, crashes: [] });
  });

  it('is which crashes it was the first to meet, as far as that is known', () => {
    const crashes = (...releases: readonly [CrashCount, ...CrashCount[]]) =>
      shown('a', [], bookOf(...releases))?.crashes;
    const first = [{ errorType: 'TypeError', place: 'cart.js:12', count: 7 }];
    expect(crashes(met('d-a', early), met('d9', late))).toEqual(first);
    expect(crashes(met('d0', early), met('d-a', late))).toEqual([]);
    expect(crashes(met('d9', early))).toEqual([]);
    const five = ['d1', 'd2', 'd3', 'd4'].map((digest) => met(digest, late));
    expect(crashes(met('d-a', early), ...five)).toEqual([]);
  });

  it('is nothing of one that never came to the service', () => {
    const change = ledgerOf(proposed('a'), merged('a')).changes.get('a');
    expect(change && shownRelease(change, [], { book: emptyBook, service: 'shop' })).toBeUndefined();
  });

  it('puts first who met new crashes, then who came near a rollback', () => {
    const near = (id: string, value: number) => shown(id, [look(id, ['rollback.latency', value])]);
    const all = [shown('a', []), near('b', -1), near('c', 2), shown('d', [], bookOf(met('d-d', early)))];
    const order = bySuspicion(all.filter((one) => one !== undefined)).map(({ change }) => change);
    expect(order).toEqual(['d', 'c', 'b', 'a']);
  });
});
