// How many users the latency test needs to find a slower canary, over the least that any test could need that is told the same
// buckets; and how often it takes one for slower that is not, looked at after every fifth user of a ramp. Users wait log-normally (median
// 80 ms, sigma 0.6). Once as a router that has just started tests, and once with 20,000 waits from before the rollout. Seeds are fixed, so the figures repeat. --runs N: simulations of each (40). Prints one JSON object.
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/demo/traffic/random.ts';
import { latencyBounds, latencyBucket } from '../src/domain/latency.ts';
import { logEvidenceOfSlowing } from '../src/stats/latency-shift.ts';
import { rounded } from './support/figures.ts';
import { normal } from './support/normal.ts';

const alpha = 0.001;
const weights = [0.01, 0.1, 0.5];
const target = { overLimit: 3, falseAlarms: 'alpha' };
const sampled = 400_000;

type Wait = (random: () => number) => number;
const baseline: Wait = (random) => 0.08 * Math.exp(0.6 * normal(random));
const slower: Readonly<Record<string, Wait>> = {
  'all 1.1 times': (random) => 1.1 * baseline(random),
  'all 1.3 times': (random) => 1.3 * baseline(random),
  'all 2 times': (random) => 2 * baseline(random),
  'all 5 times': (random) => 5 * baseline(random),
  '10 % 3 times': (random) => baseline(random) * (random() < 0.1 ? 3 : 1),
  '2 % 1 s more': (random) => baseline(random) + (random() < 0.02 ? 1 : 0),
};

const { values } = parseArgs({ options: { runs: { type: 'string', default: '40' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`expected --runs N, found ${values.runs}`);

const usual = sharesOf(baseline);
const known = usual.map((share) => Math.round(20_000 * share));
const detection = weights.flatMap((weight) => Object.keys(slower).map((name) => detect(weight, name)));
const falseAlarms = [0.05, 0.01].map(alarmsAt);
const worst = Math.max(...detection.map(({ usersOverLimit }) => usersOverLimit));
const worstUnknown = Math.max(...detection.map(({ withoutUsual }) => withoutUsual));
console.log(JSON.stringify({ target, alpha, runs, worst, worstUnknown, detection, falseAlarms }));

function sharesOf(wait: Wait): readonly number[] {
  const random = seededRandom(1);
  const counts = Array<number>(latencyBounds.length + 1).fill(0);
  for (let n = 0; n < sampled; n += 1) add(counts, latencyBucket(wait(random)));
  return counts.map((count) => count / sampled);
}

/** The limit: log(1/alpha) over what one user tells, arm and bucket, of which of the two it is. A look after each 200th of it. */
function detect(weight: number, name: string) {
  const wait = slower[name] ?? baseline;
  const limit = Math.log(1 / alpha) / divergence(sharesOf(wait), weight);
  const every = Math.max(1, Math.floor(limit / 200));
  const overLimit = (usualWaits: readonly number[]) => {
    const random = seededRandom(Math.round(1000 * weight + name.length));
    let users = 0;
    for (let run = 0; run < runs; run += 1) {
      const tally = emptyTally(weight);
      do {
        for (let n = 0; n < every; n += 1) meet(tally, random, wait);
        users += every;
      } while (logEvidenceOfSlowing([tally], latencyBounds, usualWaits) < Math.log(1 / alpha));
    }
    return rounded(users / runs / limit);
  };
  const told = { usersOverLimit: overLimit(known), withoutUsual: overLimit([]) };
  return { weight, name, limit: rounded(limit, 1), ...told };
}

function divergence(canary: readonly number[], weight: number): number {
  return canary.reduce((sum, share, j) => {
    const other = usual[j] ?? 0;
    const mixed = weight * share + (1 - weight) * other;
    const part = (of: number, chance: number) => (of === 0 ? 0 : chance * of * Math.log(of / mixed));
    return sum + part(share, weight) + part(other, 1 - weight);
  }, 0);
}

/** A ramp of users who wait as on baseline: 500 in each step, of whom those of the steps before come first. */
function alarmsAt(level: number) {
  const random = seededRandom(Math.round(1000 * level));
  const rollouts = runs * 10;
  let alarms = 0;
  for (let run = 0; run < rollouts; run += 1) if (rises(level, random)) alarms += 1;
  return { alpha: level, rollouts, share: rounded(alarms / rollouts, 4) };
}

function rises(level: number, random: () => number): boolean {
  const tallies: Tally[] = [];
  for (const [step, weight] of weights.entries()) {
    const before = weights[step - 1];
    for (const chance of before === undefined ? [weight] : [(weight - before) / (1 - before), weight]) {
      const tally = emptyTally(chance);
      tallies.push(tally);
      for (let n = 0; n < 500; n += 1) {
        meet(tally, random, baseline);
        if (n % 5 === 4 && logEvidenceOfSlowing(tallies, latencyBounds, known) >= Math.log(1 / level))
          return true;
      }
    }
  }
  return false;
}

type Tally = { readonly weight: number; readonly canary: number[]; readonly baseline: number[] };

function emptyTally(weight: number): Tally {
  const none = () => Array<number>(latencyBounds.length + 1).fill(0);
  return { weight, canary: none(), baseline: none() };
}

function meet(tally: Tally, random: () => number, wait: Wait): void {
  if (random() < tally.weight) add(tally.canary, latencyBucket(wait(random)));
  else add(tally.baseline, latencyBucket(baseline(random)));
}

function add(counts: number[], at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}
