// What the distance is made of between the users whom autoland's rollback test harms and the fewest whom any rule could harm that asks
// what it asks: whether users' failures show canary more often than the weight says. In the service of `peers`, at the first step of the
// demo's plan, with its faults; as if nobody failed twice. Each line gives one thing more away. Seeds are fixed, so the figures repeat.
// --runs N: simulations of each fault (400). Prints one JSON object.
import { parseArgs } from 'node:util';
import { planOfStart } from '../src/stages/7-rollout/analysis-input.ts';
import { rollbackThreshold } from '../src/stages/7-rollout/coins.ts';
import { type CoinTally, logEvidenceOfExcess } from '../src/stats/tilted-coin.ts';
import { randomFrom } from './demo-statistics/crowd.ts';
import { answerSeconds, lookSeconds, requestsPerSecond } from './demo-statistics/setting.ts';
import { mean } from './peers/compare.ts';
import { failingShare } from './peers/crowds.ts';
import { limitOfErrors } from './peers/limit-errors.ts';
import { oneService, plan } from './peers/worlds.ts';
import { rounded } from './support/figures.ts';

const faults = [0.6, 0.25, 0.1, 0.05, 0.02];
const { alpha } = plan;
const weight = plan.steps[0]?.weight ?? 0;
const { values } = parseArgs({ options: { runs: { type: 'string', default: '400' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 20)
  throw new Error(`expected --runs N from 20, found ${values.runs}`);

type Test = {
  /** The log odds ratio of the fault is what it is told; it may ignore it. */
  readonly logE: (tally: CoinTally, logOddsRatio: number) => number;
  readonly logBar: number;
  /** undefined: after each failure. */
  readonly lookSeconds?: number;
};
const known = ({ canary, baseline }: CoinTally, psi: number) =>
  psi * canary - (canary + baseline) * Math.log1p(weight * Math.expm1(psi));
const sure = Math.log(1 / alpha);
const logBar = rollbackThreshold(planOfStart(plan, 1));
const tests: Readonly<Record<string, Test>> = {
  'knows the fault; a bar of 1 / alpha, so that what is beyond it is lost': { logE: known, logBar: sure },
  '… looks when autoland does': { logE: known, logBar: sure, lookSeconds },
  '… shares alpha with other tests and later starts': { logE: known, logBar, lookSeconds },
  '… does not know the fault': { logE: (tally) => logEvidenceOfExcess([tally]), logBar, lookSeconds },
};

const least = limitOfErrors({ knows: 'coins', world: oneService(), weight }, faults, { alpha, runs });
const parts = [
  { test: 'knows the fault; a bar that uses alpha up', usersHarmed: least.usersHarmed },
  ...Object.entries(tests).map(([name, test]) => ({ test: name, usersHarmed: harmOf(test) })),
];
console.log(JSON.stringify({ alpha, weight, runs, parts }));

function harmOf(test: Test): number {
  const each = faults.map((fails, at) => {
    const seeds = Array.from({ length: runs }, (_, run) => 100_000 * (at + 1) + run);
    return mean(seeds.map((seed) => harmed(seed, fails, test)));
  });
  return rounded(mean(each));
}

/** Until the test answers: failures alone are drawn, as no other request tells anything. */
function harmed(seed: number, fails: number, { logE, logBar: bar, lookSeconds: every }: Test): number {
  const random = randomFrom(seed + 1e6);
  const usual = failingShare(oneService()(seed).background, seed);
  const rates = {
    spoiled: weight * fails,
    canary: weight * (1 - fails) * usual,
    baseline: (1 - weight) * usual,
  };
  const all = rates.spoiled + rates.canary + rates.baseline;
  const psi = Math.log((rates.spoiled + rates.canary) / rates.baseline) - Math.log(weight / (1 - weight));
  const tally = { weight, canary: 0, baseline: 0 };
  let [users, time, look] = [0, 0, 0];
  for (;;) {
    time -= Math.log(1 - random()) / (requestsPerSecond * all);
    if (every !== undefined)
      while (look + every < time) {
        look += every;
        if (logE(tally, psi) >= bar) return users + requestsPerSecond * rates.spoiled * answerSeconds;
      }
    const drawn = random() * all;
    if (drawn < rates.spoiled) users += 1;
    tally[drawn < rates.spoiled + rates.canary ? 'canary' : 'baseline'] += 1;
    if (every === undefined && logE(tally, psi) >= bar) return users;
  }
}
