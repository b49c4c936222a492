// How many coins the rollback test needs to find a canary that fails more, over the least that any test could need; and how
// often it finds one that fails as baseline does, looked at after each coin of a ramp. Seeds are fixed, so the figures repeat.
// --runs N: simulations of each (400). Prints one JSON object.
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/demo/traffic/random.ts';
import { logEvidenceOfExcess } from '../src/stats/tilted-coin.ts';
import { rounded } from './support/figures.ts';

const alpha = 0.001;
const weights = [0.01, 0.1, 0.5];
const ratios = [1.3, 1.5, 2, 3, 5, 10, 20, 50, 100];
/** Of 2 to 50 times as many errors; elsewhere. */
const target = { between2And50: 1.5, elsewhere: 1.7, falseAlarms: 'alpha' };

const { values } = parseArgs({ options: { runs: { type: 'string', default: '400' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`expected --runs N, found ${values.runs}`);

const detection = weights.flatMap((weight) => ratios.map((ratio) => detect(weight, ratio)));
const falseAlarms = [0.05, 0.01].map((level) => alarmsAt(level));
const worst = (isIn: (ratio: number) => boolean) =>
  Math.max(...detection.filter(({ ratio }) => isIn(ratio)).map(({ coinsOverLimit }) => coinsOverLimit));
const isBetween = (ratio: number) => ratio >= 2 && ratio <= 50;
const found = { between2And50: worst(isBetween), elsewhere: worst((ratio) => !isBetween(ratio)) };
console.log(JSON.stringify({ target, alpha, runs, worst: found, detection, falseAlarms }));

/** The limit: log(1/alpha) over the Kullback-Leibler divergence of a toss. A look after each 300th of it, or each coin. */
function detect(weight: number, ratio: number) {
  const random = seededRandom(Math.round(1000 * weight + 7 * ratio));
  const chance = (ratio * weight) / (1 - weight + ratio * weight);
  const divergence =
    chance * Math.log(chance / weight) + (1 - chance) * Math.log((1 - chance) / (1 - weight));
  const limit = Math.log(1 / alpha) / divergence;
  const every = Math.max(1, Math.floor(limit / 300));
  let coins = 0;
  for (let run = 0; run < runs; run += 1) {
    const tally = { weight, canary: 0, baseline: 0 };
    do {
      for (let n = 0; n < every; n += 1) tally[random() < chance ? 'canary' : 'baseline'] += 1;
    } while (logEvidenceOfExcess([tally]) < Math.log(1 / alpha));
    coins += tally.canary + tally.baseline;
  }
  return { weight, ratio, limit: rounded(limit, 1), coinsOverLimit: rounded(coins / runs / limit) };
}

/** Errors as baseline has them: 500 first errors in each step of a ramp. */
function alarmsAt(level: number) {
  const random = seededRandom(Math.round(1000 * level));
  let alarms = 0;
  const rollouts = runs * 10;
  for (let run = 0; run < rollouts; run += 1) {
    const tallies = weights.map((weight) => ({ weight, canary: 0, baseline: 0 }));
    if (tallies.some((tally) => rises(tally, tallies, level, random))) alarms += 1;
  }
  return { alpha: level, rollouts, share: rounded(alarms / rollouts, 4) };
}

type Tally = { readonly weight: number; canary: number; baseline: number };

function rises(tally: Tally, tallies: readonly Tally[], level: number, random: () => number): boolean {
  for (let n = 0; n < 500; n += 1) {
    tally[random() < tally.weight ? 'canary' : 'baseline'] += 1;
    if (logEvidenceOfExcess(tallies) >= Math.log(1 / level)) return true;
  }
  return false;
}
