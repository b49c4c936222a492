import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLockfile } from '../../../domain/lockfile.ts';
import { sampleEntry, sampleProject } from '../../../testing/npm-samples.ts';
import type { UpdateRules } from '../choose/rules.ts';
import { newlyLocked, waitsFor } from './transitive-age.ts';

const asOf = new Date('2026-01-08T00:00:00Z');
const rules: UpdateRules = { updates: ['patch'], ignore: [], minimumAgeDays: 7, asOf, remembered: [] };
const version = (name: string, publishedAt: string | undefined) => ({ name, version: '1.0.0', publishedAt });

describe('waitsFor', () => {
  it.each([
    ['2026-01-01T00:00:00Z', undefined],
    ['2026-01-01T00:00:00.001Z', '2026-01-08T00:00:00.001Z'],
    ['2026-01-09T00:00:00Z', '2026-01-16T00:00:00.000Z'],
  ])('published at %s: until %s', (publishedAt, until) => {
    expect(waitsFor([version('a', publishedAt)], rules)?.until).toBe(until);
  });

  it.each([undefined, '', 'soon'])('waits without end for what was published at %j', (publishedAt) => {
    const found = waitsFor([version('old', '2020-01-01T00:00:00Z'), version('a', publishedAt)], rules);
    expect(found).toEqual({
      code: 'dependency.age-unknown',
      reason: 'It brings a@1.0.0, and when that was published is unknown.',
    });
  });

  it('names what is waited for, and waits for the youngest', () => {
    const found = waitsFor(
      [
        version('a', '2026-01-03T00:00:00Z'),
        version('b', '2026-01-05T00:00:00Z'),
        version('c', '2020-01-01T00:00:00Z'),
      ],
      rules,
    );
    expect(found).toEqual({
      code: 'dependency.brings-too-young',
      reason: 'It brings b@1.0.0, a@1.0.0, less than 7 days old; it waits until 2026-01-12T00:00:00.000Z.',
      until: '2026-01-12T00:00:00.000Z',
    });
  });

  it('is over at the time that it says, and not before', () => {
    const at = fc.date({
      min: new Date('2025-12-25T00:00:00Z'),
      max: new Date('2026-01-20T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(fc.array(at, { maxLength: 8 }), fc.nat(30), (dates, minimumAgeDays) => {
        const brought = dates.map((date, n) => version(`p${n}`, date.toISOString()));
        const own = { ...rules, minimumAgeDays };
        const until = waitsFor(brought, own)?.until;
        if (until === undefined) return;
        const then = Date.parse(until);
        expect(waitsFor(brought, { ...own, asOf: new Date(then) })).toBeUndefined();
        expect(waitsFor(brought, { ...own, asOf: new Date(then - 1) })?.until).toBe(until);
      }),
    );
  });
});

describe('newlyLocked', () => {
  const lock = (packages: Record<string, ReturnType<typeof sampleEntry>>) =>
    parseLockfile(sampleProject({}, packages)['package-lock.json']);

  it('is what no place had before, once', () => {
    const before = lock({
      'node_modules/a': sampleEntry('a', '1.0.0'),
      'node_modules/b': sampleEntry('b', '1.0.0'),
    });
    const after = lock({
      'node_modules/a': sampleEntry('a', '1.1.0'),
      // It only lies elsewhere now.
      'node_modules/a/node_modules/b': sampleEntry('b', '1.0.0'),
      'node_modules/c': sampleEntry('c', '2.0.0'),
      'node_modules/a/node_modules/c': sampleEntry('c', '2.0.0'),
    });
    expect(newlyLocked(before, after)).toEqual([
      { name: 'a', version: '1.1.0' },
      { name: 'c', version: '2.0.0' },
    ]);
    expect(newlyLocked(after, after)).toEqual([]);
  });
});
