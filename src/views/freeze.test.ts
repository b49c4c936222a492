import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/config.ts';
import { sampleProposal } from '../testing/stage-bench.ts';
import { frozenReason } from './freeze.ts';
import { emptyLedger, type Ledger, type LedgerChange } from './ledger.ts';
import { releasesToKeep } from './retention.ts';

const now = new Date('2026-01-07T12:00:00Z');
const hours = (count: number) => new Date(now.getTime() - count * 3_600_000).toISOString();
const limitsOf = (yaml: string) => parseConfig(`version: 1\nlimits: ${yaml}`, 'test.yaml').limits;

const line = (id: string, over: Partial<LedgerChange>): LedgerChange => ({
  id,
  proposal: sampleProposal,
  proposedAt: hours(100),
  class: null,
  packages: [],
  tree: null,
  merge: null,
  mergedAt: null,
  releases: [],
  proved: false,
  codeFlags: [],
  conclusion: null,
  concludedAt: null,
  ...over,
});
const ledgerOf = (changes: readonly LedgerChange[], over: Partial<Ledger> = {}): Ledger => ({
  ...emptyLedger,
  ...over,
  changes: new Map(changes.map((change) => [change.id, change])),
});
const mergedAt = (...ages: readonly number[]) =>
  ledgerOf(
    ages.map((age, n) => line(`chg_${n}`, { merge: { commit: 'm', onto: 'b' }, mergedAt: hours(age) })),
  );

describe('frozenReason', () => {
  const two = limitsOf('{ perDay: 2 }');

  it.each([
    [[], false],
    [[1], false],
    [[1, 2], true],
    [[1, 23.9], true],
    [[1, 24.1], false],
    [[25, 26, 27, 1], false],
  ])('with merges %j hours ago', (ages, frozen) => {
    const reason = frozenReason(two, mergedAt(...ages), now, 'chg_new');
    expect(reason !== undefined).toBe(frozen);
  });

  it('does not count a change against itself', () => {
    expect(frozenReason(two, mergedAt(1, 2), now, 'chg_1')).toBeUndefined();
    expect(frozenReason(two, mergedAt(1, 2, 3), now, 'chg_1')).toMatch(/cap of 2/);
  });

  it('says when the next window opens', () => {
    const limits = limitsOf('{ windows: [{ days: [thu], from: "09:00", to: "10:00" }] }');
    expect(frozenReason(limits, emptyLedger, now, 'a')).toContain('2026-01-08T09:00:00.000Z');
    expect(frozenReason(limits, emptyLedger, new Date('2026-01-08T09:30:00Z'), 'a')).toBeUndefined();
  });

  it('never thaws by one more merge', () => {
    const age = fc.double({ min: 0, max: 48, noNaN: true });
    fc.assert(
      fc.property(fc.array(age, { maxLength: 5 }), age, (ages, more) => {
        const before = frozenReason(two, mergedAt(...ages), now, 'chg_new');
        const after = frozenReason(two, mergedAt(...ages, more), now, 'chg_new');
        if (before !== undefined) expect(after).toBeDefined();
      }),
    );
  });
});

describe('releasesToKeep', () => {
  const landed = { outcome: 'landed', code: 'x.y', reasons: [] } as const;
  const old = (id: string, days: number) =>
    line(id, {
      releases: [{ service: 'shop', digest: `d-${id}` }],
      conclusion: landed,
      concludedAt: hours(24 * days),
    });
  const kept = (changes: readonly LedgerChange[], over: Partial<Ledger> = {}) =>
    [...releasesToKeep(ledgerOf(changes, over), { releases: 2, days: 30 }, now)].sort((a, b) =>
      a < b ? -1 : 1,
    );

  it('keeps the newest few and all that are young', () => {
    expect(kept([old('1', 90), old('2', 80), old('3', 70), old('4', 60)])).toEqual(['d-3', 'd-4']);
    expect(kept([old('1', 29), old('2', 80), old('3', 70), old('4', 60)])).toEqual(['d-1', 'd-3', 'd-4']);
  });

  it('keeps what runs, what ran before it, and what is under way, however old', () => {
    const stable = { service: 'shop', commit: 'c', tree: 't', digest: 'd-1' };
    const changes = [
      old('1', 90),
      old('2', 80),
      line('3', { releases: [{ service: 'shop', digest: 'd-3' }] }),
      old('4', 70),
      old('5', 60),
    ];
    expect(
      kept(changes, { production: new Map([['shop', { stable, previous: { ...stable, digest: 'd0' } }]]) }),
    ).toEqual(['d-1', 'd-3', 'd-4', 'd-5', 'd0']);
  });

  it('counts only changes that were built', () => {
    expect(kept([old('1', 90), line('2', { conclusion: landed, concludedAt: hours(1) })])).toEqual(['d-1']);
  });

  it('never lets go of the stable version, and keeps no less when it may keep more', () => {
    const days = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(
        fc.array(days, { maxLength: 8 }),
        fc.nat(7),
        fc.integer({ min: 2, max: 6 }),
        (ages, at, most) => {
          const changes = ages.map((age, n) => old(String(n), age));
          const digest = `d-${at}`;
          const stable = { service: 'shop', commit: 'c', tree: 't', digest };
          const ledger = ledgerOf(changes, { production: new Map([['shop', { stable, previous: null }]]) });
          const few = releasesToKeep(ledger, { releases: most, days: 10 }, now);
          const more = releasesToKeep(ledger, { releases: most + 1, days: 20 }, now);
          expect(few.has(digest)).toBe(true);
          expect([...few].every((one) => more.has(one))).toBe(true);
        },
      ),
    );
  });
});
