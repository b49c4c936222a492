// What share of one core it takes to look at 1,000 rollouts each second. Prints one JSON object.
import { planForWeights } from '../src/config/recorded-plan.ts';
import { latencyBounds } from '../src/domain/latency.ts';
import type { BucketCoins, StepTally } from '../src/domain/rollout.ts';
import { analyze } from '../src/stages/7-rollout/analyze.ts';
import { healthy, input, observation } from '../src/testing/rollout-fixtures.ts';
import { median, rounded } from './support/figures.ts';

const looks = 1000;
const rounds = 15;
const plan = planForWeights([0.01, 0.1, 0.5]);
const seen = observation([0, 1, 2].map((step) => ({ ...healthy(step, 6000), latencies: waits(step) })));

/** New users, and those of each step before, in a third of the buckets. */
function waits(step: number): StepTally['latencies'] {
  const counts = (most: number) =>
    [...latencyBounds, Infinity].map((_, j) =>
      j >= 8 && j < 27 ? Math.ceil(most / (1 + Math.abs(j - 15))) : 0,
    );
  const of = (after: number): BucketCoins => ({ after, canary: counts(5), baseline: counts(500) });
  return [0, ...plan.steps.slice(0, step).map(({ weight }) => weight)].map(of);
}

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
