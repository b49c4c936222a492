import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countStates, type TestRun, type TestState } from '../../../domain/test-comparison.ts';
import { flakesOf, quarantinedAt, withoutQuarantined } from './quarantine.ts';

type Test = { readonly name: string; readonly state: TestState };

function ran(tests: readonly Test[], over: { code?: number; complete?: boolean } = {}) {
  const failed = tests.some(({ state }) => state === 'not-ok');
  const { code = failed ? 1 : 0, complete = true } = over;
  const report = { tests, counts: countStates(tests), complete, format: 'tap', documents: 1 } as const;
  return { kind: 'ran', code, report, tail: '', ms: 1 } as const satisfies TestRun;
}

const tests = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    state: fc.constantFrom<TestState>('ok', 'not-ok', 'skip', 'todo'),
  }),
);

describe('withoutQuarantined', () => {
  it('is green when the quarantined alone failed', () => {
    const run = ran([
      { name: 'flaky', state: 'not-ok' },
      { name: 'firm', state: 'ok' },
    ]);
    expect(withoutQuarantined(run, new Set(['flaky']))).toMatchObject({
      code: 0,
      report: { counts: { ok: 1 } },
    });
    expect(withoutQuarantined(run, new Set(['firm']))).toMatchObject({ code: 1 });
  });

  it('explains no exit code that no failing test explains, nor one of a report that was cut', () => {
    const names = new Set(['flaky']);
    expect(withoutQuarantined(ran([{ name: 'flaky', state: 'ok' }], { code: 1 }), names)).toMatchObject({
      code: 1,
    });
    const cut = ran([{ name: 'flaky', state: 'not-ok' }], { complete: false });
    expect(withoutQuarantined(cut, names)).toMatchObject({ code: 1 });
  });

  it('never hides a failure of another test', () => {
    fc.assert(
      fc.property(tests, fc.array(fc.constantFrom('a', 'b', 'c')), (list, quarantined) => {
        const names = new Set(quarantined);
        const fails = list.some(({ name, state }) => state === 'not-ok' && !names.has(name));
        const seen = withoutQuarantined(ran(list), names);
        if (fails) expect(seen).toMatchObject({ code: 1 });
      }),
    );
  });
});

describe('quarantinedAt', () => {
  const list = [{ test: 'a', until: '2026-02-01T00:00:00Z' }];
  it.each([
    ['2026-01-31T23:59:59Z', 1],
    ['2026-02-01T00:00:00Z', 0],
  ])('at %s holds %i', (now, size) => {
    expect(quarantinedAt(list, new Date(now)).size).toBe(size);
  });

  it('does not hold until a day that is none', () => {
    expect(quarantinedAt([{ test: 'a', until: 'for ever' }], new Date()).size).toBe(0);
  });
});

describe('flakesOf', () => {
  it('names what fails in one run and passes in the other', () => {
    const one = ran([
      { name: 'a', state: 'not-ok' },
      { name: 'b', state: 'not-ok' },
    ]);
    const other = ran([
      { name: 'a', state: 'ok' },
      { name: 'b', state: 'not-ok' },
    ]);
    expect(flakesOf(one, other)).toEqual(['a']);
    expect(flakesOf(one, undefined)).toEqual([]);
  });
});
