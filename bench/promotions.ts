// How often a step is passed whose canary is exactly as bad as what the step excludes, looked at after each failing user; and how many
// users it takes to pass one that is as good as baseline. By the steps of the demo, which is looked at with beta 5 %. Seeds are fixed.
// --runs N: steps of each kind (2000). Prints one JSON object.
import { parseArgs } from 'node:util';
import { type Random, seededRandom } from '../src/demo/traffic/random.ts';
import { logEvidenceBelowRatio, logEvidenceOfSafety } from '../src/stats/non-inferiority.ts';
import { quantile, rounded } from './support/figures.ts';

const beta = 0.05;
const ceiling = 0.05;
const steps = [
  { weight: 0.01, margin: 20 },
  { weight: 0.1, margin: 3 },
  { weight: 0.5, margin: 2 },
];
/** Users of both arms together, in the whole of a step's limit. */
const most = 40_000;
/** Of baseline's users, so that the canary stands exactly at the margin: at the ceiling too, or far above it. */
const failing = { 'at the ceiling': ceiling, 'above the ceiling': 4 * ceiling };

const { values } = parseArgs({ options: { runs: { type: 'string', default: '2000' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`expected --runs N, found ${values.runs}`);

const boundary = steps.flatMap((step) =>
  Object.entries(failing).map(([where, canary]) => {
    const passes = Array.from({ length: runs }, (_, run) => pass(step, canary, canary / step.margin, run));
    const share = (holds: (one: Passed) => boolean) => rounded(passes.filter(holds).length / runs, 4);
    return {
      ...step,
      canaryFails: canary,
      where,
      passed: share(({ users }) => users !== undefined),
      byRatioAlone: share(({ byRatio }) => byRatio),
    };
  }),
);
const healthy = steps.map((step) => {
  const users = Array.from({ length: runs }, (_, run) => pass(step, 0.01, 0.01, run).users ?? most);
  const passed = rounded(users.filter((count) => count < most).length / runs, 4);
  return { ...step, fails: 0.01, passed, users: { p50: quantile(users, 0.5), p95: quantile(users, 0.95) } };
});
console.log(JSON.stringify({ target: 'passed at most beta', beta, ceiling, runs, most, boundary, healthy }));

type Passed = { readonly users: number | undefined; readonly byRatio: boolean };

/** `users`: of both arms, until it is passed; undefined: it is not. */
function pass(
  { weight, margin }: { weight: number; margin: number },
  canaryFails: number,
  baselineFails: number,
  run: number,
): Passed {
  const random = seededRandom(Math.round(1e6 * weight + 1e4 * canaryFails) + 7919 * run);
  const units = { canary: 0, failing: { weight, canary: 0, baseline: 0 } };
  let users: number | undefined;
  let byRatio = false;
  for (let user = 1; user <= most && (users === undefined || !byRatio); user += 1) {
    const isNews = meet(units, random, { canaryFails, baselineFails });
    if (!isNews && user % 200 !== 0) continue;
    const input = { failing: units.failing, canaryUnits: units.canary, margin, ceiling };
    byRatio ||= logEvidenceBelowRatio(units.failing, margin) >= -Math.log(beta);
    if (users === undefined && logEvidenceOfSafety(input) >= -Math.log(beta)) users = user;
  }
  return { users, byRatio };
}

type Units = { canary: number; readonly failing: { weight: number; canary: number; baseline: number } };

/** Answers whether the user failed. */
function meet(
  units: Units,
  random: Random,
  { canaryFails, baselineFails }: { canaryFails: number; baselineFails: number },
): boolean {
  const isCanary = random() < units.failing.weight;
  if (isCanary) units.canary += 1;
  const hasFailed = random() < (isCanary ? canaryFails : baselineFails);
  if (hasFailed) units.failing[isCanary ? 'canary' : 'baseline'] += 1;
  return hasFailed;
}
