// What share of one core it takes to look at 1,000 rollouts each second. Prints one JSON object.
import { planForWeights } from '../src/config/recorded-plan.ts';
import { analyze } from '../src/stages/7-rollout/analyze.ts';
import { healthy, input, observation } from '../src/testing/rollout-fixtures.ts';
import { median, rounded } from './support/figures.ts';

const looks = 1000;
const rounds = 15;
const plan = planForWeights([0.01, 0.1, 0.5]);
const seen = observation([healthy(0, 6000), healthy(1, 6000), healthy(2, 6000)]);

const seconds: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const started = process.cpuUsage();
  for (let n = 0; n < looks; n += 1) analyze({ ...input(seen, { step: 2 }), plan });
  const { user, system } = process.cpuUsage(started);
  seconds.push((user + system) / 1e6);
}
console.log(
  JSON.stringify({ looksPerSecond: looks, steps: plan.steps.length, shareOfCore: rounded(median(seconds)) }),
);
