import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { problemsOf } from './judge-report.ts';

const limitMs = 180_000;

it(
  'lands each change once, and forgets nothing, through 100 kills',
  async () => {
    const seed = randomInt(2 ** 31);
    console.log(`seed ${seed}; the same kills: npm run faults -- 100 ${seed}`);
    const report = await runCampaign({ seed, kills: 100, landingLimitMs: 60_000 });
    const { landings, kills, totalKills, unkilledMs, medianMs, controlPlaneStarts, crowd } = report;
    const figures = { landings: landings.length, kills, unkilledMs, medianMs, controlPlaneStarts, crowd };
    console.log(JSON.stringify(figures));
    expect(problemsOf(report)).toEqual([]);
    expect(totalKills).toBeGreaterThanOrEqual(100);
    expect(totalKills / (landings.length - 1)).toBeGreaterThanOrEqual(10);
  },
  limitMs,
);
