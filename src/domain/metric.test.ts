import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricBounds, metricBucket, metricKinds, parseReports } from './metric.ts';

describe('parseReports', () => {
  it('reads events and numbers', () => {
    expect(parseReports('checkout-failed, search-empty=0 ,cart-value=37.5,loss=-2e3')).toEqual([
      { name: 'checkout-failed', value: undefined },
      { name: 'search-empty', value: 0 },
      { name: 'cart-value', value: 37.5 },
      { name: 'loss', value: -2000 },
    ]);
  });

  it.each(['', 'Cart=1', 'a=', 'a=NaN', 'a=Infinity', 'a=1=2', 'a=0x10', 'a=1e999', '=1', 'a b=1', '-a'])(
    'passes %j over',
    (text) => {
      expect(parseReports(text)).toEqual([]);
    },
  );

  it('takes at most ten, whatever a version writes', () => {
    expect(parseReports('a,'.repeat(1000))).toHaveLength(10);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { value } of parseReports(text))
          expect(value === undefined || Number.isFinite(value)).toBe(true);
      }),
    );
  });
});

describe('metricBucket', () => {
  it('puts each value of a kind into one bucket, rising with it', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(finite, finite, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const [a = -1, b = -1] = [metricBucket('histogram', low), metricBucket('histogram', high)];
        expect(a).toBeLessThanOrEqual(b);
        expect(a).toBeGreaterThanOrEqual(0);
        expect(b).toBeLessThanOrEqual(metricBounds.histogram.length);
      }),
    );
  });

  it('answers nothing for a value of another kind', () => {
    expect(metricKinds.map((kind) => metricBucket(kind, undefined))).toEqual([0, undefined, undefined]);
    expect(metricKinds.map((kind) => metricBucket(kind, 0.5))).toEqual([undefined, undefined, 76]);
    expect([0, 1].map((value) => metricBucket('ratio', value))).toEqual([0, 1]);
  });
});
