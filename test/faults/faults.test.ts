import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { problemsOf } from './judge-report.ts';

it('lands each change once, and forgets nothing, through 10 kills', async () => {
  const seed = randomInt(2 ** 31);
  console.log(`seed ${seed}; the same kills: npm run faults -- 10 ${seed}`);
  const begun = performance.now();
  const report = await runCampaign({ seed, kills: 10 });
  const { landings, kills, totalKills, unkilledMs, medianMs, controlPlaneStarts, crowd } = report;
  const seconds = Math.round((performance.now() - begun) / 1000);
  const figures = {
    seconds,
    landings: landings.length,
    kills,
    unkilledMs,
    medianMs,
    controlPlaneStarts,
    crowd,
  };
  console.log(JSON.stringify(figures));
  expect(problemsOf(report)).toEqual([]);
  expect(totalKills).toBeGreaterThanOrEqual(10);
  expect(totalKills / (landings.length - 1)).toBeGreaterThanOrEqual(10);
});
