import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, distance } from './suggest.ts';

describe('closest', () => {
  it('finds the key that was meant', () => {
    expect(closest('autonmoy', ['agents', 'autonomy', 'branch'])).toBe('autonomy');
    expect(closest('memoryMib', ['memoryMiB', 'processes'])).toBe('memoryMiB');
  });

  it('stays silent when nothing is near', () => {
    expect(closest('kubernetes', ['agents', 'autonomy', 'branch'])).toBeUndefined();
  });

  it('measures a metric-like distance', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, b) === 0).toBe(a === b);
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
