// The rules of Flagger, Argo Rollouts and Kayenta for latency beside autoland's, in the crowd of `peers`: a canary that lets all users
// wait 1.5, 2 or 5 times as long, or one request in fifty a second longer. Users wait log-normally (sigma 0.6). In two worlds: one
// service, at which half of them wait for 80 ms; and four by turns (20, 80, 200, 400 ms), where once an hour both versions take twice as
// long for a minute. Each peer as documented, and at the setting of a grid which harms the fewest users among those that roll back at most
// alpha of the healthy rollouts and promote 95 % of them. A slow version that is promoted harms for a quarter of an hour more. A user is
// harmed who waits longer than with the version before. autoland by the demo's plan, alpha .1 %, which tolerates 1.4 times (the default),
// and 1.1 times. The peers' rules are ours, made from their documentation. Prints one JSON object.
// --runs N: rollouts of each kind (60).
import { parseArgs } from 'node:util';
import { Crowd, randomFrom } from './demo-statistics/crowd.ts';
import { demoWorld, requestsPerSecond } from './demo-statistics/setting.ts';
import { compared, type Ending, fewerOf, grid, type Rule, resultOf } from './peers/compare.ts';
import {
  type ArgoLatency,
  argoLatency,
  argoLatencyDocumented,
  type FlaggerLatency,
  flaggerLatency,
  flaggerLatencyDocumented,
  type KayentaLatency,
  kayentaLatency,
  kayentaLatencyDocumented,
} from './peers/latency-rules.ts';
import { SlowRollout } from './peers/slow-rollout.ts';
import { SlowStream, type SlowWorld } from './peers/slow-stream.ts';
import { noTail, type Slowness } from './peers/waits.ts';

const alpha = 0.01;
/** As in `peers`. */
const secondsAfter = 900;
const plan = {
  ...demoWorld.plan,
  steps: demoWorld.plan.steps.map((step) => ({ ...step, limitSeconds: 600 })),
};
const tolerating = (tolerate: number) => ({ ...plan, latency: { tolerate } });
const services = [0.02, 0.08, 0.2, 0.4];
type Worlds = (seed: number) => SlowWorld;
const worlds: Readonly<Record<string, Worlds>> = {
  'one service': () => ({ middle: 0.08, incidentsPerHour: 0 }),
  'four services, with incidents': (seed) => ({
    middle: services[seed % services.length] ?? 0.08,
    incidentsPerHour: 1,
  }),
};
const faults: Readonly<Record<string, Slowness>> = {
  'all 5 times': { times: 5, tail: noTail },
  'all 2 times': { times: 2, tail: noTail },
  'all 1.5 times': { times: 1.5, tail: noTail },
  '2 % 1 s more': { times: 1, tail: { share: 0.02, seconds: 1 } },
};

const { values } = parseArgs({ options: { runs: { type: 'string', default: '60' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 20)
  throw new Error(`expected --runs N from 20, found ${values.runs}`);
const trials = {
  runs,
  alpha,
  faults: Object.entries(faults).map(([slow, fault]) => ({ label: { slow }, fault })),
};

const most = [50, 75, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600, 800, 1000, 2000, 3000];
const flaggerGrid = grid<FlaggerLatency>({
  most,
  intervalSeconds: [10, 60],
  threshold: [1, 2, 3, 5, 10],
  weights: [[0.01, 0.1, 0.5], [0.05, 0.25, 0.5], flaggerLatencyDocumented.weights],
});
const argoGrid = grid<ArgoLatency>({
  most,
  intervalSeconds: [10, 60, 300],
  failureLimit: [1, 2, 3],
  weights: [[0.01, 0.1, 0.5], argoLatencyDocumented.weights],
  pauseSeconds: [300, 600],
});
const kayentaGrid = grid<KayentaLatency>({
  pointSeconds: [10, 60],
  pointsPerRun: [50, 60],
  runs: [1, 3],
  weight: [0.01, 0.05],
  of: ['mean', 'p99'],
});

const found = Object.entries(worlds).map(([name, world]) => [name, comparedIn(world)] as const);
console.log(JSON.stringify({ alpha, runs, worlds: Object.fromEntries(found) }));

function comparedIn(world: Worlds) {
  const autoland = resultOf(landed(world, 1.4), trials);
  const strict = resultOf(landed(world, 1.1), trials);
  const peers = {
    Flagger: compared(
      by(flaggerLatency, world),
      { documented: flaggerLatencyDocumented, all: flaggerGrid },
      trials,
    ),
    'Argo Rollouts': compared(
      by(argoLatency, world),
      { documented: argoLatencyDocumented, all: argoGrid },
      trials,
    ),
    Kayenta: compared(
      by(kayentaLatency, world),
      { documented: kayentaLatencyDocumented, all: kayentaGrid },
      trials,
    ),
  };
  const each = Object.values(peers);
  const fewerHarmed = {
    asDocumented: fewerOf(
      autoland,
      each.map(({ documented }) => documented),
    ),
    tuned: fewerOf(
      strict,
      each.flatMap(({ tuned }) => tuned ?? []),
    ),
  };
  return { fewerHarmed, autoland, strict, peers };
}

function by<Settings>(
  rule: (stream: SlowStream, settings: Settings) => 'promote' | 'rollback',
  world: Worlds,
): (settings: Settings) => Rule<Slowness> {
  return (settings) => (seed, fault) => {
    const stream = new SlowStream(seed, fault, world(seed));
    const word = rule(stream, settings);
    const { secondsOfFault } = stream;
    if (word === 'promote') stream.promote(secondsAfter);
    return { word, secondsOfFault, usersHarmed: stream.usersHarmed };
  };
}

function landed(world: Worlds, tolerate: number): Rule<Slowness> {
  return (seed, fault): Ending => {
    const rollout = new SlowRollout(seed, fault, { world: world(seed), plan: tolerating(tolerate) });
    const { decision, secondsOfFault, harmed } = rollout.run();
    const word = decision.kind === 'promote' || decision.kind === 'rollback' ? decision.kind : 'hold';
    return { word, secondsOfFault, usersHarmed: word === 'promote' ? afterPromotion(seed, fault) : harmed };
  };
}

/** Whoever met it before meets it again. */
function afterPromotion(seed: number, fault: Slowness | undefined): number {
  if (fault === undefined) return 0;
  const share = fault.times > 1 ? 1 : fault.tail.share;
  return new Crowd(randomFrom(seed)).usersOf(secondsAfter * requestsPerSecond * share);
}
