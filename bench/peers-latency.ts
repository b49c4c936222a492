// The rules of Flagger, Argo Rollouts and Kayenta for latency beside autoland's, in the crowd of `peers`: a canary that lets all users
// wait 1.5, 2 or 5 times as long, or one request in fifty a second longer; and beside the fewest users whom any rule could harm. Users
// wait log-normally (sigma 0.6). In two worlds: one service, at which half of them wait for 80 ms; and four by turns (20, 80, 200, 400
// ms), where once an hour both versions take twice as long for a minute. At one rate of false rollbacks, alpha .1 %, and tuned as in
// `peers`. A slow version that is promoted harms for a quarter of an hour more. A user is harmed who waits longer than with the version
// before. autoland by the demo's plan, as it comes (1.4 times tolerated, no wait counts for ten seconds), and by two that are made for this:
// steps of 30, 20 and 10 s at least, waits that count from the first user on, and 1.1 times tolerated or nothing. The peers' rules are ours,
// made from their documentation. Prints one JSON object.
// --runs N: rollouts of each fault (40). --healthy N: healthy rollouts of autoland (100; 3,000 would show at most alpha, if none is rolled back).
// --bakes 30,60,400: seconds that the steps of these two plans last at least (30,20,10).
// --own: autoland and the limits alone, which takes some two minutes.
import { parseArgs } from 'node:util';
import { fewerOf, type Result, resultOf } from './peers/compare.ts';
import { argoLatencyGrid, flaggerLatencyGrid, kayentaLatencyGrid } from './peers/grids.ts';
import {
  argoLatency,
  argoLatencyDocumented,
  flaggerLatency,
  flaggerLatencyDocumented,
  kayentaLatency,
  kayentaLatencyDocumented,
} from './peers/latency-rules.ts';
import { tenTimes } from './peers/limit.ts';
import { limitOfWaits } from './peers/limit-waits.ts';
import { bySlow, landedSlow } from './peers/slow-rules.ts';
import type { SlowWorlds } from './peers/slow-stream.ts';
import { compared } from './peers/tune.ts';
import { noTail, type Slowness } from './peers/waits.ts';
import { patience, patientPlan, plan, planOfSlow } from './peers/worlds.ts';

const { alpha } = plan;
const firstStep = 0.01;
/** Of the peers: 12 of them show at most alpha. */
const enough = 20_000;
const services = [0.02, 0.08, 0.2, 0.4];
const worlds: Readonly<Record<string, SlowWorlds>> = {
  'one service': () => ({ middle: 0.08, incidentsPerHour: 0 }),
  'four services, with incidents': (seed) => ({
    middle: services[seed % services.length] ?? 0.08,
    incidentsPerHour: 1,
  }),
};
const slow: Readonly<Record<string, Slowness>> = {
  'all 5 times': { times: 5, tail: noTail },
  'all 2 times': { times: 2, tail: noTail },
  'all 1.5 times': { times: 1.5, tail: noTail },
  '2 % 1 s more': { times: 1, tail: { share: 0.02, seconds: 1 } },
};

const faults = Object.entries(slow).map(([name, fault]) => ({ label: { slow: name }, fault }));

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    healthy: { type: 'string', default: '100' },
    own: { type: 'boolean', default: false },
    bakes: { type: 'string', default: patience.join() },
  },
});
const [runs, healthy] = [countOf('runs', values.runs), countOf('healthy', values.healthy)];
const bakes = values.bakes.split(',').map(Number);
if (bakes.length !== patience.length || !bakes.every((seconds) => seconds >= 0))
  throw new Error(`expected --bakes with ${patience.length} numbers of seconds, found ${values.bakes}`);
const own = { seed: 1, healthy, runs, faults };
const asked = {
  alpha,
  tuning: { seed: 2_000_000, healthy: enough, runs: 40, faults },
  trials: { seed: 4_000_000, healthy: enough, runs: 4 * runs, faults },
};

const found = Object.entries(worlds).map(([name, world]) => [name, comparedIn(world)] as const);
console.log(JSON.stringify({ alpha, runs, worlds: Object.fromEntries(found) }));

function comparedIn(world: SlowWorlds) {
  const autoland = resultOf(landedSlow(world, planOfSlow), own);
  const strict = resultOf(landedSlow(world, patientPlan(1.1, bakes)), own);
  const strictest = resultOf(landedSlow(world, patientPlan(1, bakes)), own);
  const peers = values.own ? {} : peersIn(world);
  const each = Object.values(peers);
  const best: readonly Result[] = each.flatMap(({ tuned }) => tuned ?? []);
  const documented = each.map((peer) => peer.documented);
  const fewerHarmed = {
    asDocumented: fewerOf(autoland, documented),
    tuned: fewerOf(strict, best),
    tunedWithoutTolerance: fewerOf(strictest, best),
  };
  return { fewerHarmed, limit: limitsIn(world, best), autoland, strict, strictest, peers };
}

/** By what tells the test of the fault that it knows. */
function limitsIn(world: SlowWorlds, best: readonly Pick<Result, 'usersHarmed'>[]) {
  const limit = (by: Parameters<typeof limitOfWaits>[0]['by']) => {
    const found = limitOfWaits({ world, weight: firstStep, by }, faults, { alpha, runs: 400 });
    return { ...tenTimes(found, best), ...found };
  };
  return {
    requests: limit({ knows: 'requests' }),
    coins: limit({ knows: 'coins', tolerate: 1 }),
    coinsTolerating: limit({ knows: 'coins', tolerate: 1.1 }),
  };
}

type Compared = { readonly documented: Result; readonly tuned: Result | null };

function peersIn(world: SlowWorlds): Readonly<Record<string, Compared>> {
  return {
    Flagger: compared(
      bySlow(flaggerLatency, world),
      { documented: flaggerLatencyDocumented, all: flaggerLatencyGrid([firstStep]) },
      asked,
    ),
    'Argo Rollouts': compared(
      bySlow(argoLatency, world),
      { documented: argoLatencyDocumented, all: argoLatencyGrid([firstStep]) },
      asked,
    ),
    Kayenta: compared(
      bySlow(kayentaLatency, world),
      { documented: kayentaLatencyDocumented, all: kayentaLatencyGrid([firstStep]) },
      asked,
    ),
  };
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 20)
    throw new Error(`expected --${name} N from 20, found ${text}`);
  return count;
}
