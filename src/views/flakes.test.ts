import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import { classified, concluded, finished, journal, proposed, type Told } from '../testing/told-journal.ts';
import { quietAfter, viewFlakes } from './flakes.ts';

const ran = { kind: 'ran', code: 0 };
const checked = (change: string, evidence: JsonObject = {}): Told =>
  finished(change, 'guardrails', {
    verdict: 'pass',
    results: [{ name: 'tests', evidence: { base: ran, head: ran, ...evidence } }],
  });
const flaked = (change: string, head: readonly string[], base: readonly string[] = []): Told =>
  checked(change, { headFlakes: head, baseFlakes: base });
const now = new Date('2026-02-01T00:00:00Z');
const view = (told: readonly Told[], quarantine: Parameters<typeof viewFlakes>[1] = []) =>
  viewFlakes(journal(...told), quarantine, now);

describe('viewFlakes', () => {
  it('counts runs, sides and changes, the most frequent first', () => {
    const { runs, flakes } = view([
      proposed('a'),
      flaked('a', ['x'], ['x', 'y']),
      flaked('a', ['x']),
      checked('b'),
      flaked('c', ['z', 'x']),
    ]);
    expect(runs).toBe(4);
    expect(flakes.map(({ test, times }) => [test, times])).toEqual([
      ['x', 3],
      ['z', 1],
      ['y', 1],
    ]);
    expect(flakes[0]).toEqual({
      test: 'x',
      times: 3,
      onBase: 1,
      onHead: 3,
      first: '2026-01-01T01:00:00.000Z',
      last: '2026-01-01T04:00:00.000Z',
      changes: ['c', 'a'],
      changeCount: 2,
      quietRuns: 0,
      quarantinedUntil: null,
    });
  });

  it('suggests what flaked lately and counts, until 30 days from now', () => {
    const later = Array.from({ length: quietAfter }, (_, at) => checked(`c${at}`));
    const told = [flaked('a', ['old']), ...later, flaked('b', ['mine', 'held', 'x'.repeat(1000)])];
    const { suggestion, flakes } = view(told, [
      { test: 'held', until: '2026-02-01T00:00:00.001Z' },
      { test: 'held', until: '2025-02-01T00:00:00.000Z' },
      { test: 'mine', until: '2026-02-01T00:00:00.000Z' },
    ]);
    expect(suggestion.filter((line) => /test:|until:/.test(line))).toEqual([
      '    - test: "mine"',
      '      until: 2026-03-03',
    ]);
    expect(flakes.find(({ test }) => test === 'held')?.quarantinedUntil).toBe('2026-02-01T00:00:00.001Z');
  });

  it.each<[string, number, readonly string[]]>([
    ['2026-01-31T00:00:00Z', 0, ['ended']],
    ['2026-02-07T00:00:00Z', 0, ['ends-soon']],
    ['2026-02-09T00:00:00Z', 0, []],
    ['2026-02-09T00:00:00Z', quietAfter, ['quiet']],
    ['2026-02-07T00:00:00Z', quietAfter, ['ends-soon', 'quiet']],
  ])('tells of a quarantine until %s after %i quiet runs', (until, quiet, notes) => {
    const told = [flaked('a', ['x']), ...Array.from({ length: quiet }, (_, at) => checked(`c${at}`))];
    expect(view(told, [{ test: 'x', until }]).quarantine[0]).toMatchObject({ notes, quietRuns: quiet });
  });

  it('calls nothing quiet where no test ran', () => {
    const broken = finished('a', 'guardrails', { results: [{ name: 'tests', evidence: {} }] });
    const { runs, quarantine } = view(Array(50).fill(broken), [{ test: 'x', until: '2027-01-01T00:00:00Z' }]);
    expect({ runs, notes: quarantine[0]?.notes }).toEqual({ runs: 0, notes: [] });
  });

  const test = fc.array(fc.nat(0xffff), { maxLength: 9 }).map((codes) => String.fromCharCode(...codes));
  const told = fc
    .tuple(fc.constantFrom('a', 'b', 'c'), fc.array(test, { maxLength: 3 }), fc.array(test, { maxLength: 3 }))
    .map(([change, head, base]) => flaked(change, head, base));
  const unrelated = fc
    .constantFrom('a', 'b')
    .chain((change) => fc.constantFrom(proposed(change), classified(change), concluded(change, 'landed')));

  it('does not depend on the order of entries, nor on unrelated ones', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(told, unrelated)), fc.infiniteStream(fc.nat()), (list, numbers) => {
        const entries = journal(...list);
        const whole = viewFlakes(entries, [], now);
        const order = new Map(entries.map((entry) => [entry, numbers.next().value]));
        const shuffled = [...entries].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
        expect(viewFlakes(shuffled, [], now)).toEqual(whole);
        const related = entries.filter(({ data }) => data.stage === 'guardrails');
        expect(viewFlakes(related, [], now)).toEqual(whole);
        for (const { times, onBase, onHead, changes } of whole.flakes) {
          expect(times).toBeGreaterThanOrEqual(Math.max(onBase, onHead, changes.length));
          expect(times).toBeLessThanOrEqual(onBase + onHead);
        }
      }),
    );
  });

  it('is bounded however much flakes', () => {
    const many = Array.from({ length: 300 }, (_, at) => flaked(`c${at}`, [`${at}`, 'x'.repeat(5000)]));
    const { flakes, omitted, suggestion } = view(many);
    expect([flakes.length, omitted, flakes[0]?.changes.length]).toEqual([100, 201, 10]);
    expect(suggestion.length).toBeLessThan(200);
  });
});
