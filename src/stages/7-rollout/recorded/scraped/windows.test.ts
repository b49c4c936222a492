import { describe, expect, it } from 'vitest';
import { ScrapedWindows, windowEnds } from './windows.ts';

const grown = (at: number, bounds: readonly number[], counts: readonly number[]) => ({
  key: 'k',
  at,
  bounds,
  counts,
});

function scraped(from: number, ends: readonly number[]): ScrapedWindows {
  const windows = new ScrapedWindows(from, ends, 60);
  for (const end of ends) for (const arm of ['canary', 'baseline'] as const) windows.scraped(arm, end);
  return windows;
}

describe('ScrapedWindows', () => {
  it('sorts growth by the end of its window, and leaves out what was before and after', () => {
    const windows = scraped(100, [160, 220]);
    for (const at of [99, 100, 101, 160, 161, 221]) windows.add('canary', at === 160, grown(at, [], [1]));
    const of = { kind: 'request-window', seconds: 60 };
    expect(windows.records()).toEqual([
      { ...of, t: 160, arm: 'canary', requests: 2, failed: 1 },
      { ...of, t: 160, arm: 'baseline', requests: 0, failed: 0 },
      { ...of, t: 220, arm: 'canary', requests: 1, failed: 0 },
      { ...of, t: 220, arm: 'baseline', requests: 0, failed: 0 },
    ]);
  });

  it('tells nothing of an arm that was not scraped for too long', () => {
    const windows = new ScrapedWindows(0, [60, 120, 180], 90);
    for (const at of [-10, 55, 130]) windows.scraped('canary', at);
    windows.scraped('baseline', 40);
    expect(windows.records().map(({ t, arm }) => `${arm} ${t}`)).toEqual([
      'canary 60',
      'baseline 60',
      'canary 120',
      'baseline 120',
      'canary 180',
    ]);
  });

  it('adds up buckets at the bounds that all series have', () => {
    const windows = scraped(0, [60]);
    windows.add('canary', false, grown(1, [0.1, 0.5, 1], [1, 2, 4, 8]));
    windows.add('canary', false, grown(2, [0.1, 1, 5], [10, 20, 40, 80]));
    expect(windows.records()).toMatchObject([
      { arm: 'canary', latency: { bounds: [0.1, 1], counts: [11, 26, 128] } },
      { arm: 'baseline', latency: { bounds: [0.1, 1], counts: [0, 0, 0] } },
    ]);
  });

  it('tells no latency where no bound is common, and throws at too many kinds of buckets', () => {
    const windows = scraped(0, [60]);
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
