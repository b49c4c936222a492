// What a smaller share does for a version that is slow until it is warm, which alters nothing else: its first requests take three times as
// long, however they come. In the crowd of `peers` (500 requests a second, half of them wait for 80 ms), alpha .1 %, 1.4 times tolerated,
// for a minute at 1 % of users: where no wait counts for ten seconds, with 1 % of users from the start or a tenth of that in those
// seconds; and where the version was asked before by nobody, so that waits count at once. Told is whom the cold version lets wait, and how
// many of such versions are rolled back for it. Prints one JSON object. --runs N: rollouts of each (100).
import { parseArgs } from 'node:util';
import { latencyBounds } from '../src/domain/latency.ts';
import { RolloutTally } from '../src/domain/rollout-tally.ts';
import { bucketTallies, rollbackThreshold } from '../src/stages/7-rollout/coins.ts';
import { logEvidenceOfSlowing } from '../src/stats/latency-shift.ts';
import { Crowd, randomFrom } from './demo-statistics/crowd.ts';
import { lookSeconds, users } from './demo-statistics/setting.ts';
import { mean } from './peers/compare.ts';
import { asFast, sharesBy, wait } from './peers/waits.ts';
import { planOfSlow } from './peers/worlds.ts';
import { rounded } from './support/figures.ts';

const middle = 0.08;
const slowTimes = 3;
const seconds = 60;
const share = 0.01;
const usual = sharesBy(latencyBounds, middle, asFast).map((part) => Math.round(20_000 * part));
const bar = rollbackThreshold(planOfSlow);

type Way = { readonly first: number; readonly uncounted: number; readonly isWarmed: boolean };
const ways: Readonly<Record<string, Way>> = {
  '1 % for ten seconds': { first: share, uncounted: 10, isWarmed: false },
  '0.1 % for ten seconds': { first: share / 10, uncounted: 10, isWarmed: false },
  'asked by nobody before': { first: share, uncounted: 0, isWarmed: true },
};
/** Until it is warm, so many requests. */
const needs = [5, 20, 40];

const { values } = parseArgs({ options: { runs: { type: 'string', default: '100' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`expected --runs N, found ${values.runs}`);

const found = needs.flatMap((requests) =>
  Object.entries(ways).map(([name, way]) => {
    const all = Array.from({ length: runs }, (_, seed) => courseOf(seed, requests, way));
    return {
      ...{ requests, way: name },
      usersWhoWait: rounded(mean(all.map(({ harmed }) => harmed)), 1),
      rolledBack: rounded(mean(all.map(({ isRolledBack }) => (isRolledBack ? 1 : 0))), 3),
    };
  }),
);
console.log(JSON.stringify({ runs, slowTimes, found }));

function courseOf(seed: number, requests: number, { first, uncounted, isWarmed }: Way) {
  const [crowd, random] = [new Crowd(randomFrom(seed)), randomFrom(seed + 1e6)];
  const tally = new RolloutTally(users, [], 1.4);
  const harmed = new Set<number>();
  let [met, look] = [isWarmed ? requests : 0, lookSeconds];
  tally.beginStep(0, first);
  for (let time = crowd.gap(); time < seconds; time += crowd.gap()) {
    if (time >= uncounted && first < share) tally.beginStep(1, share);
    for (; look <= time; look += lookSeconds)
      if (evidenceOf(tally) >= bar) return { harmed: harmed.size, isRolledBack: true };
    const user = crowd.pick();
    const isCanary = (crowd.bucket[user] ?? 1) < (tally.current?.weight ?? 0);
    const isCold = isCanary && met < requests;
    if (isCanary) met += 1;
    if (isCold) harmed.add(user);
    const waited = wait(random, middle, isCold ? { ...asFast, times: slowTimes } : asFast).seconds;
    const ticket = tally.evaluated(`${user}`, isCanary ? 'canary' : 'baseline');
    if (ticket !== undefined) tally.answered(ticket, 'ok', time < uncounted ? undefined : waited);
  }
  return { harmed: harmed.size, isRolledBack: false };
}

function evidenceOf(tally: RolloutTally): number {
  const tallies = tally.counts().steps.flatMap(({ weight, latencies }) => bucketTallies(weight, latencies));
  return tallies.length === 0 ? 0 : logEvidenceOfSlowing(tallies, latencyBounds, usual);
}
