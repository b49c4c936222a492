import { describe, expect, it } from 'vitest';
import { ScrapedWindows, windowEnds } from './windows.ts';

const grown = (at: number, bounds: readonly number[], counts: readonly number[]) => ({
  key: 'k',
  at,
  bounds,
  counts,
});

describe('ScrapedWindows', () => {
  it('sorts growth by the end of its window, and leaves out what was before and after', () => {
    const windows = new ScrapedWindows(100, [160, 220]);
    for (const at of [99, 100, 101, 160, 161, 221]) windows.add('canary', at === 160, grown(at, [], [1]));
    expect(windows.records()).toEqual([
      { kind: 'request-window', t: 160, arm: 'canary', requests: 2, failed: 1 },
      { kind: 'request-window', t: 160, arm: 'baseline', requests: 0, failed: 0 },
      { kind: 'request-window', t: 220, arm: 'canary', requests: 1, failed: 0 },
      { kind: 'request-window', t: 220, arm: 'baseline', requests: 0, failed: 0 },
    ]);
  });

  it('adds up buckets at the bounds that all series have', () => {
    const windows = new ScrapedWindows(0, [60]);
    windows.add('canary', false, grown(1, [0.1, 0.5, 1], [1, 2, 4, 8]));
    windows.add('canary', false, grown(2, [0.1, 1, 5], [10, 20, 40, 80]));
    expect(windows.records()).toMatchObject([
      { arm: 'canary', latency: { bounds: [0.1, 1], counts: [11, 26, 128] } },
      { arm: 'baseline', latency: { bounds: [0.1, 1], counts: [0, 0, 0] } },
    ]);
  });

  it('tells no latency where no bound is common, and throws at too many kinds of buckets', () => {
    const windows = new ScrapedWindows(0, [60]);
    windows.add('canary', false, grown(1, [0.1], [1, 2]));
    windows.add('baseline', false, grown(1, [0.2], [1, 2]));
    expect(windows.records()[0]).not.toHaveProperty('latency');
    const many = () => {
      for (let n = 1; n < 50; n += 1) windows.add('canary', false, grown(1, [n], [1, 1]));
    };
    expect(many).toThrow(RangeError);
  });

  it('cuts windows where a step begins', () => {
    expect(windowEnds({ from: 0, to: 100, every: 40 }, [-5, 0, 50, 80, 100])).toEqual([40, 50, 80, 100]);
  });
});
