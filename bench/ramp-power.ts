// How often a ramp finds a canary that fails more, where few users make most of the errors: by each user's first error of the
// rollout, and by those of each step too (docs/adr/0011). Seeds are fixed. --runs N: ramps of each (150). Prints one JSON object.
import { parseArgs } from 'node:util';
import { planForWeights } from '../src/config/recorded-plan.ts';
import { seededRandom } from '../src/demo/traffic/random.ts';
import { noLaterErrors, type StepTally } from '../src/domain/rollout.ts';
import { RolloutTally } from '../src/domain/rollout-tally.ts';
import { findings } from '../src/stages/7-rollout/findings.ts';
import { observation } from '../src/testing/rollout-fixtures.ts';
import { rounded } from './support/figures.ts';

const users = 4000;
/** Of users, and of their requests; of everybody else's requests. */
const prone = { share: 0.02, fails: 0.2, others: 0.0005 };
/** Requests of a user in a step, in the mean; looks at a step. */
const [requests, looks] = [2, 20];
const alpha = 0.05;
const plan = { ...planForWeights([0.01, 0.1, 0.5]), alpha };

const { values } = parseArgs({ options: { runs: { type: 'string', default: '150' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`expected --runs N, found ${values.runs}`);

const each = [1, 2, 3, 5, 10].map((times) => {
  const found = Array.from({ length: runs * (times === 1 ? 4 : 1) }, (_none, run) =>
    ramp(times, 1000 * times + run),
  );
  const share = (of: 'first' | 'each') => rounded(found.filter((one) => one[of]).length / found.length, 3);
  return { times, ramps: found.length, byFirstErrors: share('first'), byErrorsOfEachStep: share('each') };
});
console.log(JSON.stringify({ users, alpha, weights: plan.steps.map(({ weight }) => weight), each }));

type Found = { first: boolean; each: boolean };

function ramp(times: number, seed: number): Found {
  const random = seededRandom(seed);
  const crowd = Array.from({ length: users }, (_none, at) => ({
    name: `${at}`,
    hash: random(),
    fails: random() < prone.share ? prone.fails : prone.others,
    rate: -Math.log(1 - random()) * requests,
  }));
  const tally = new RolloutTally(users);
  const found: Found = { first: false, each: false };
  for (const [step, { weight }] of plan.steps.entries()) {
    tally.beginStep(step, weight);
    for (let look = 0; look < looks; look += 1) {
      for (const { name, hash, fails, rate } of crowd) {
        if (random() >= rate / looks) continue;
        const arm = hash < weight ? 'canary' : 'baseline';
        const ticket = tally.evaluated(name, arm);
        const isFailing = random() < fails * (arm === 'canary' ? times : 1);
        if (ticket !== undefined) tally.answered(ticket, isFailing ? 'server-error' : 'ok');
      }
      const { steps } = tally.counts();
      found.each ||= decides(steps, step);
      found.first ||= decides(
        steps.map((one) => ({ ...one, laterErrors: noLaterErrors })),
        step,
      );
    }
  }
  return found;
}

/** By the rule of a rollout, where errors have half of alpha. */
function decides(steps: readonly StepTally[], step: number): boolean {
  const { logE, logThreshold } = findings(plan, step, observation(steps)).rollback['server-error'];
  return logE >= logThreshold;
}
