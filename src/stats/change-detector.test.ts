import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomial } from './binomial.ts';
import { detectRise, type Sample, wilsonUpper } from './change-detector.ts';

const second = (at: number, trials: number, failures: number): Sample => ({
  at: new Date(1000 * at),
  trials,
  failures,
});
const samples = fc
  .array(fc.tuple(fc.nat(500), fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 30 })
  .map((rows) => rows.map(([trials, share], at) => second(at, trials, Math.round(trials * share * share))));

describe('detectRise', () => {
  it('stays quiet at the level, and says since when it does not', () => {
    const quiet = Array.from({ length: 60 }, (_, at) => second(at, 450, 4));
    expect(detectRise(quiet, 0.015, 12).since).toBeUndefined();
    const storm = Array.from({ length: 10 }, (_, at) => second(60 + at, 450, 60));
    expect(detectRise([...quiet, ...storm], 0.015, 12).since).toEqual(new Date(60_000));
  });

  it('ends its alarm within seconds of the harm', () => {
    const storm = Array.from({ length: 30 }, (_, at) => second(at, 450, 200));
    const calm = Array.from({ length: 5 }, (_, at) => second(30 + at, 450, 4));
    expect(detectRise(storm, 0.015, 12).since).toBeDefined();
    expect(detectRise([...storm, ...calm], 0.015, 12).since).toBeUndefined();
  });

  it('learns nothing from seconds without users', () => {
    fc.assert(
      fc.property(samples, (rows) => {
        const once = detectRise([...rows, second(rows.length, 0, 0)], 0.02, 12);
        const often = [1, 2, 3, 4].map((later) => second(rows.length + later, 0, 0));
        const twice = detectRise([...rows, second(rows.length, 0, 0), ...often], 0.02, 12);
        expect(twice).toEqual(once);
      }),
    );
  });

  it('never calms down because one more user failed', () => {
    const picked = samples
      .filter((rows) => rows.length > 0)
      .chain((rows) => fc.tuple(fc.constant(rows), fc.nat(rows.length - 1)));
    fc.assert(
      fc.property(picked, ([rows, index]) => {
        const worse = rows.map((row, at) =>
          at === index ? { ...row, failures: Math.min(row.trials, row.failures + 1) } : row,
        );
        const before = detectRise(rows, 0.02, 12);
        const after = detectRise(worse, 0.02, 12);
        expect(after.logValue).toBeGreaterThanOrEqual(before.logValue - 1e-9);
        if (before.since !== undefined)
          expect(after.since?.getTime()).toBeLessThanOrEqual(before.since.getTime());
      }),
    );
  });

  it('keeps its promise about false alarms: exact over every course of 6 samples of 4 trials', () => {
    const level = 0.2;
    const threshold = 8;
    const alarms = chanceOfAlarm([], { level, logThreshold: Math.log(threshold), samples: 6, trials: 4 });
    expect(alarms).toBeGreaterThan(0);
    expect(alarms).toBeLessThanOrEqual(6 / threshold);
  });

  it('is finite for any counts and levels', () => {
    for (const level of [1e-6, 0.01, 0.999])
      for (const [trials, failures] of [[1e9, 0] as const, [1e9, 1e9] as const])
        expect(Number.isFinite(detectRise([second(0, trials, failures)], level, 12).logValue)).toBe(true);
  });

  it('refuses what is no count or level', () => {
    expect(() => detectRise([second(0, 3, 4)], 0.1, 12)).toThrow(RangeError);
    expect(() => detectRise([second(0, Number.NaN, 0)], 0.1, 12)).toThrow(RangeError);
    expect(() => detectRise([], 1, 12)).toThrow(RangeError);
  });
});

type Course = { level: number; logThreshold: number; samples: number; trials: number };

function chanceOfAlarm(past: readonly Sample[], course: Course): number {
  if (detectRise(past, course.level, course.logThreshold).since !== undefined) return 1;
  if (past.length === course.samples) return 0;
  return binomial(course.trials, course.level).reduce(
    (sum, { hits, share }) =>
      sum + share * chanceOfAlarm([...past, second(past.length, course.trials, hits)], course),
    0,
  );
}

describe('wilsonUpper', () => {
  it('solves the score equation: the observed share lies z standard errors below it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trials, part) => {
          const failures = Math.floor(trials * part);
          const upper = wilsonUpper(failures, trials, 3);
          const error = Math.sqrt((upper * (1 - upper)) / trials);
          expect(upper - failures / trials).toBeCloseTo(3 * error, 9);
        },
      ),
    );
  });

  it('knows nothing from nothing', () => {
    expect(wilsonUpper(0, 0, 3)).toBe(1);
  });
});
