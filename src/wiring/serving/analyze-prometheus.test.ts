import { describe, expect, it } from 'vitest';
import { planForWeights } from '../../config/recorded-plan.ts';
import type { MetricsSource } from '../../ports/metrics-source.ts';
import { Concluding } from '../../stages/7-rollout/recorded/conclusion.ts';
import { RecordedRollout } from '../../stages/7-rollout/recorded/recorded-rollout.ts';
import { type ScrapedWish, scrapedRollout } from './analyze-prometheus.ts';

const every = 30;
const wish: ScrapedWish = {
  metric: { name: 'requests_total', kind: 'counter' },
  matchers: { canary: ['version="2"'], baseline: ['version="1"'] },
  errors: ['status="500"'],
  from: 10_000,
  to: 11_000,
  every,
  steps: [{ at: 10_500, weight: 0.01 }],
};

/** Two targets that are scraped every so many seconds, and serve some requests in between; the canary as long as `until`. */
function store(scrapeSeconds: number, canaryUntil: number): MetricsSource {
  return {
    samples: async ({ selector, from, to }) => {
      if (selector.includes('500')) return [];
      const isCanary = selector.includes('version="2"');
      const times = Array.from(
        { length: Math.ceil(1200 / scrapeSeconds) },
        (_, n) => 9900 + n * scrapeSeconds,
      );
      const samples = times
        .filter((at) => at > from && at <= to && (!isCanary || at <= canaryUntil))
        .map((at) => [at, (isCanary ? 1 : 9) * (at - 9000)] as const);
      return samples.length === 0 ? [] : [{ labels: { version: isCanary ? '2' : '1' }, samples }];
    },
  };
}

async function analyzed(source: MetricsSource) {
  const { records, notes } = await scrapedRollout(wish, source);
  const rollout = new RecordedRollout({ plan: planForWeights([0.01]), every });
  const concluding = new Concluding();
  for (const look of [...records.flatMap((record) => rollout.take(record)), ...rollout.end()])
    concluding.see(look);
  return { notes, end: concluding.conclusion()?.look.decision };
}

describe('what was scraped', () => {
  it('has no gap while both arms are scraped, and tells how often', async () => {
    const { notes, end } = await analyzed(store(15, 12_000));
    expect(notes).toMatchObject({ canary: { everySeconds: 15 }, baseline: { everySeconds: 15 } });
    expect(end).toMatchObject({ kind: 'hold', code: 'rollout.requests' });
    expect(end?.reason).not.toContain('was recorded');
  });

  it('names the gap where the canary is scraped no more', async () => {
    const { end } = await analyzed(store(15, 10_700));
    expect(end?.reason).toMatch(/nothing was recorded of the canary in the window that ends at 810 s/);
  });
});
