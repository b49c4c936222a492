// How often a version that alters nothing is rolled back, over hours in which it is looked at every second (how long users wait: every
// minute), by what can happen to a service meanwhile; and how often the watch after it sounds an alarm. What a look finds is
// not obeyed, so that each rollout meets all of it. Seeds are fixed. --runs N: rollouts of each world (300). Prints one JSON object.
import { parseArgs } from 'node:util';
import { planForWeights } from '../src/config/recorded-plan.ts';
import { Seconds } from '../src/domain/busy-seconds.ts';
import { RolloutTally } from '../src/domain/rollout-tally.ts';
import { findings } from '../src/stages/7-rollout/findings.ts';
import { judgeWatch } from '../src/stages/7-rollout/watch.ts';
import { observation } from '../src/testing/rollout-fixtures.ts';
import { Traffic } from './false-rollbacks/traffic.ts';
import { type World, worlds } from './false-rollbacks/worlds.ts';
import { rounded } from './support/figures.ts';

const weights = [0.01, 0.05, 0.25, 0.5];
const alphas = [0.05, 0.01];
const [secondsBefore, secondsOfStep, secondsOfWatch] = [120, 3600, 900];
const begin = secondsBefore;
const end = begin + weights.length * secondsOfStep;
const plan = { ...planForWeights(weights), latency: { tolerate: 1 } };

const { values } = parseArgs({ options: { runs: { type: 'string', default: '300' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`expected --runs N, found ${values.runs}`);

const measured = worlds.map((world, at) => {
  const each = Array.from({ length: runs }, (_, run) => rollout(world, 100_000 * at + run));
  const share = (holds: (one: Rollout) => boolean) => rounded(each.filter(holds).length / runs, 4);
  process.stderr.write(`${world.name}\n`);
  return {
    world: world.name,
    rolledBack: alphas.map((alpha) => ({
      alpha,
      share: share(({ errors, waits }) => Math.max(errors, waits) >= Math.log(3 / alpha)),
    })),
    alarmInTheWatch: share(({ watch }) => watch),
  };
});
console.log(
  JSON.stringify({ runs, hours: (end - begin) / 3600, weights, target: 'at most alpha', worlds: measured }),
);

/** The highest evidence of each test at any look. */
type Rollout = { errors: number; waits: number; watch: boolean };

function rollout(world: World, seed: number): Rollout {
  const traffic = new Traffic(world, seed, end + secondsOfWatch);
  const tally = new RolloutTally(10_000);
  const seconds = new Seconds();
  const found: Rollout = { errors: 0, waits: 0, watch: false };
  let before: ReturnType<Seconds['level']> = null;
  let weight = 0;
  for (let at = 0; at < end + secondsOfWatch; at += 1) {
    const step = Math.floor((at - begin) / secondsOfStep);
    if (at === begin) before = seconds.level(at * 1000);
    if (at >= begin && at < end && (at - begin) % secondsOfStep === 0) {
      weight = weights[step] ?? 0;
      tally.beginStep(step, weight);
    }
    const failures = meet(traffic, at, { tally, seconds, weight: at < end ? weight : 0 });
    if (at >= begin && at < end) look(tally, { step, at, isNew: failures > 0 }, found);
    if (at >= end && at % 10 === 0) found.watch ||= isAlarmed(seconds, before, at);
  }
  return found;
}

type Counting = { readonly tally: RolloutTally; readonly seconds: Seconds; readonly weight: number };

/** Answers how many requests failed. */
function meet(traffic: Traffic, at: number, { tally, seconds, weight }: Counting): number {
  let failures = 0;
  for (const { user, failed, seconds: waited } of traffic.second(at)) {
    const name = `${user}`;
    seconds.answered(name, failed, at * 1000);
    if (failed) failures += 1;
    if (weight === 0) continue;
    const ticket = tally.evaluated(name, traffic.isCanary(user, weight) ? 'canary' : 'baseline');
    if (ticket !== undefined) tally.answered(ticket, failed ? 'server-error' : 'ok', waited);
  }
  return failures;
}

/** Nothing else than a failure changes the evidence of errors. */
function look(
  tally: RolloutTally,
  { step, at, isNew }: { step: number; at: number; isNew: boolean },
  found: Rollout,
): void {
  const isMinute = at % 60 === 0;
  if (!isNew && !isMinute) return;
  const { steps } = tally.counts();
  const { latency, ...others } = plan;
  const seen = findings(isMinute ? plan : others, step, observation(steps, { seconds: [] }));
  found.errors = Math.max(found.errors, seen.rollback['server-error'].logE);
  found.waits = Math.max(found.waits, seen.latency?.logE ?? 0);
}

function isAlarmed(seconds: Seconds, before: ReturnType<Seconds['level']>, at: number): boolean {
  const now = new Date(at * 1000);
  const totals = { at: now.toISOString(), ...seconds.all(at * 1000) };
  const since = new Date(end * 1000);
  const watch = { seconds: secondsOfWatch, falseAlarmsPerMonth: 1 };
  return judgeWatch({ plan: watch, ceiling: plan.ceiling, before, totals, since, now }).kind === 'alarm';
}
