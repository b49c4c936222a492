import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricSeries } from '../../../../domain/metric-series.ts';
import { Growth } from './growth.ts';
import { histogramsOf } from './histograms.ts';

type Samples = MetricSeries['samples'];

/** A plain counter of one process; `status` tells its series apart. */
const counter = (samples: Samples, status = '200', instance = 'a:1'): MetricSeries => ({
  labels: { __name__: 'requests_total', job: 'shop', instance, status },
  samples,
});

function grown(...chunks: (readonly MetricSeries[])[]) {
  const growth = new Growth(180);
  const all = chunks.flatMap((series) => growth.take(histogramsOf(series)));
  const total = all.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
  return { total, at: all.map(({ at }) => at), ...growth.notes };
}

describe('Growth', () => {
  it('is what was added since the scrape before, also over two chunks; the first scrape says nothing', () => {
    const chunks = [
      [
        counter([
          [60, 1000],
          [120, 1010],
        ]),
      ],
      [counter([[180, 1030]])],
    ];
    expect(grown(...chunks)).toEqual({ total: 30, at: [120, 180], resets: 0, gaps: 0, torn: 0 });
  });

  it('counts from zero what began anew', () => {
    const samples: Samples = [
      [60, 1000],
      [120, 1010],
      [180, 4],
      [240, 9],
    ];
    expect(grown([counter(samples)])).toMatchObject({ total: 10 + 4 + 5, resets: 1 });
  });

  it('leaves out what grew while nothing was scraped', () => {
    const samples: Samples = [
      [60, 0],
      [120, 10],
      [600, 500],
      [660, 510],
    ];
    expect(grown([counter(samples)])).toMatchObject({ total: 20, at: [120, 660], gaps: 1 });
  });

  it('counts a series that appears late from zero, where its target was scraped before', () => {
    const known = counter([
      [60, 100],
      [120, 200],
      [180, 300],
    ]);
    expect(
      grown([
        known,
        counter(
          [
            [120, 7],
            [180, 9],
          ],
          '500',
        ),
      ]),
    ).toMatchObject({ total: 200 + 9 });
    expect(grown([known], [counter([[240, 3]], '500')])).toMatchObject({ total: 203 });
    expect(
      grown([
        known,
        counter(
          [
            [120, 7],
            [180, 9],
          ],
          '500',
          'b:1',
        ),
      ]),
    ).toMatchObject({ total: 200 + 2 });
  });

  it('counts a series from zero that its restarted process had not yet, also after long', () => {
    const known = counter([60, 120, 180, 240, 300, 360, 420].map((at) => [at, at] as const));
    expect(
      grown([
        known,
        counter(
          [
            [60, 50],
            [420, 60],
          ],
          '500',
        ),
      ]),
    ).toMatchObject({ total: 360 + 60, gaps: 0 });
  });

  it('takes no scrape that came back a moment ago for the time before', () => {
    const all = [
      counter([
        [60, 100],
        [900, 200],
      ]),
      counter(
        [
          [60, 100],
          [901, 200],
        ],
        '500',
      ),
    ];
    expect(grown(all)).toMatchObject({ total: 0, gaps: 2 });
  });

  it('goes on over what is no number, and never counts it from zero', () => {
    expect(
      grown([
        counter([
          [60, 10],
          [120, Number.NaN],
          [180, 14],
        ]),
      ]),
    ).toMatchObject({ total: 4, torn: 1 });
    const first: Samples = [
      [60, Number.NaN],
      [120, 1000],
      [180, 1001],
    ];
    expect(
      grown([
        counter(first),
        counter(
          [
            [60, 1],
            [120, 1],
            [180, 1],
          ],
          '404',
        ),
      ]),
    ).toMatchObject({ total: 1 });
  });

  it('is never more than the counters counted, however restarts, gaps and chunks fall', () => {
    const step = fc.record({
      pause: fc.integer({ min: 6, max: 400 }),
      added: fc.nat(50),
      restarts: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), fc.nat(30), (steps, cut) => {
        let [at, value, all] = [0, 0, 0];
        const samples = steps.map(({ pause, added, restarts }) => {
          at += pause;
          value = restarts ? added : value + added;
          all += added;
          return [at, value] as const;
        });
        const parts = [samples.slice(0, cut), samples.slice(cut)].filter((part) => part.length > 0);
        const whole = grown([counter(samples)]);
        expect(whole.total).toBeLessThanOrEqual(all);
        expect(grown(...parts.map((part) => [counter(part)]))).toEqual(whole);
      }),
    );
  });
});

describe('histogramsOf', () => {
  const bucket = (le: string, samples: Samples): MetricSeries => ({
    labels: { __name__: 'd_bucket', le },
    samples,
  });

  it('puts the buckets of a histogram together, each alone, whatever their order', () => {
    const series = [bucket('+Inf', [[1, 9]]), bucket('0.5', [[1, 8]]), bucket('0.05', [[1, 3]])];
    expect(histogramsOf(series)).toMatchObject([
      { bounds: [0.05, 0.5], samples: [{ at: 1, counts: [3, 5, 1] }] },
    ]);
  });

  it.each<[string, Samples]>([
    ['is missing', []],
    ['is no number', [[1, Number.NaN]]],
    ['is above the next', [[1, 10]]],
  ])('knows nothing of a scrape in which a bucket %s', (_case, samples) => {
    const [found] = histogramsOf([bucket('+Inf', [[1, 9]]), bucket('1', samples)]);
    expect(found?.samples).toEqual([{ at: 1, counts: undefined }]);
  });

  it.each<[string, readonly MetricSeries[]]>([
    ['without a last bucket', [bucket('1', [[1, 1]])]],
    ['with one bucket twice', [bucket('1', []), bucket('1.0', []), bucket('+Inf', [])]],
    ['with a bound that is none', [bucket('much', []), bucket('+Inf', [])]],
    ['with less than nothing', [bucket('+Inf', [[1, -1]])]],
    ['with half a request', [bucket('+Inf', [[1, 0.5]])]],
    ['without end', [bucket('+Inf', [[1, Number.POSITIVE_INFINITY]])]],
  ])('throws at a histogram %s', (_case, series) => {
    expect(() => histogramsOf(series)).toThrow(RangeError);
  });
});
