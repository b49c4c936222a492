import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/config.ts';
import { countingFlakes, flakeEvidence, flakesIn, quarantineYaml } from './flakes.ts';
import { printable } from './printable.ts';

const now = new Date('2026-03-04T12:00:00Z');
const name = fc
  .array(fc.nat(0xffff), { minLength: 1, maxLength: 90 })
  .map((codes) => String.fromCharCode(...codes));
const names = fc.array(name, { maxLength: 5 });

describe('quarantineYaml', () => {
  it('is lines for a narrow terminal, until 30 days from now', () => {
    const long = 'src/totals.test.ts > totals > rounds half a cent to the even cent';
    expect(quarantineYaml([long, 'b'], now)).toEqual([
      'tests:',
      '  quarantine:',
      '    - test: "src/totals.test.ts > totals > rounds half a',
      '        cent to the even cent"',
      '      until: 2026-04-03',
      '    - test: "b"',
      '      until: 2026-04-03',
    ]);
    expect(quarantineYaml([], now)).toEqual([]);
  });

  it('names the very tests when it is pasted, and nothing that a terminal obeys', () => {
    const blanks = fc.array(fc.constantFrom('a', ' ', '  ', '"', '\\', '#', ': ', '\n', 'word'.repeat(8)), {
      minLength: 1,
      maxLength: 30,
    });
    const spaced = fc.array(
      blanks.map((parts) => parts.join('')),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.oneof(names, spaced), (list) => {
        const lines = quarantineYaml(list, now);
        for (const line of lines) expect(printable(line)).toBe(line);
        const { tests } = parseConfig(`version: 1\n${lines.join('\n')}\n`, 'pasted');
        expect(tests.quarantine.map(({ test }) => test)).toEqual(list);
      }),
    );
  });
});

describe('flakesIn', () => {
  it('reads back what was told', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 9 }), (list) => {
        const evidence = flakeEvidence({ base: list, head: list.slice(1) }, new Set(list.slice(2)));
        expect(flakesIn(evidence)).toEqual({ base: list, head: list.slice(1) });
        expect(countingFlakes(evidence)).toEqual(list.slice(0, 2));
      }),
    );
    expect(flakesIn({ flakes: ['of an older journal'] })).toEqual({
      base: [],
      head: ['of an older journal'],
    });
  });

  it('is bounded, whatever the evidence is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('baseFlakes', 'headFlakes'), fc.jsonValue()), (evidence) => {
        const { base, head } = flakesIn(evidence as Parameters<typeof flakesIn>[0]);
        for (const name of [...base, ...head]) expect(typeof name).toBe('string');
      }),
    );
    const much = { baseFlakes: Array.from({ length: 50 }, (_, at) => `${at}`.padEnd(5000)) };
    expect(flakesIn(much).base.map(({ length }) => length)).toEqual(Array(10).fill(1000));
  });
});
