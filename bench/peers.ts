// The decision rules of Flagger, Argo Rollouts and Kayenta beside autoland's, in the same simulated traffic: 20,000 users of very
// different habits, 500 requests a second. Each peer as documented, and at the setting of a grid which harms the fewest users among
// those that roll back at most alpha of the healthy rollouts and promote 95 % of them. In two worlds: one service, of whose requests
// 0.3 % fail on any day; and four services by turns, of whose requests 0.02 to 3 % fail, and where once an hour 5 % fail for a minute
// in both versions. A fault that is promoted harms for a quarter of an hour more. autoland by the demo's plan, alpha .1 %. The peers' rules
// are ours, made from their documentation. Prints one JSON object.
// --runs N: rollouts of each kind (60).
import { parseArgs } from 'node:util';
import { Rollout } from './demo-statistics/rollout.ts';
import { type Background, demoWorld, type Fault, type World } from './demo-statistics/setting.ts';
import { type ArgoSettings, argo, argoDocumented } from './peers/argo.ts';
import { compared, type Ending, fewerOf, grid, type Rule, resultOf } from './peers/compare.ts';
import { type FlaggerSettings, flagger, flaggerDocumented } from './peers/flagger.ts';
import { type KayentaSettings, kayenta, kayentaDocumented } from './peers/kayenta.ts';
import { Stream } from './peers/stream.ts';

const alpha = 0.01;
/** The demo's, with ten minutes for each step: a service of which little fails takes longer to tell. */
const plan = {
  ...demoWorld.plan,
  steps: demoWorld.plan.steps.map((step) => ({ ...step, limitSeconds: 600 })),
};
/** Until somebody notices what was promoted. */
const secondsAfter = 900;
const failing = (proneFails: number, othersFail: number): Background => ({
  proneUsers: 0.02,
  proneFails,
  othersFail,
});
const usual = failing(0.1, 0.001);
const services = [failing(0.005, 0.0001), usual, failing(0.3, 0.004), failing(0.6, 0.02)];
/** By the seed of the rollout. */
type Worlds = (seed: number) => World;
const worlds: Readonly<Record<string, Worlds>> = {
  'one service': () => ({ plan, background: usual, incidentsPerHour: 0 }),
  'four services, with incidents': (seed) => ({
    plan,
    background: services[seed % services.length] ?? usual,
    incidentsPerHour: 1,
  }),
};
const faults = [0.6, 0.25, 0.1, 0.05, 0.02];
const target = { fewerHarmed: 10 };

const { values } = parseArgs({ options: { runs: { type: 'string', default: '60' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 20)
  throw new Error(`expected --runs N from 20, found ${values.runs}`);

const trials = {
  runs,
  alpha,
  faults: faults.map((fails) => ({ label: { fails }, fault: { fails, arms: 'canary' } as const })),
};

const flaggerGrid = grid<FlaggerSettings>({
  min: [90, 95, 97, 98, 99, 99.5],
  intervalSeconds: [10, 60],
  threshold: [1, 2, 3, 5, 10],
  weights: [[0.01, 0.1, 0.5], [0.05, 0.25, 0.5], flaggerDocumented.weights],
});
const argoGrid = grid<ArgoSettings>({
  least: [0.9, 0.95, 0.97, 0.98, 0.99],
  intervalSeconds: [10, 60, 300],
  failureLimit: [1, 2, 3],
  weights: [[0.01, 0.1, 0.5], argoDocumented.weights],
  pauseSeconds: [300, 600],
});
const kayentaGrid = grid<KayentaSettings>({
  pointSeconds: [10, 60],
  pointsPerRun: [50, 60],
  runs: [1, 3],
  weight: [0.01, 0.05],
});

const found = Object.entries(worlds).map(([name, world]) => [name, comparedIn(world)] as const);
console.log(JSON.stringify({ target, alpha, runs, worlds: Object.fromEntries(found) }));

function comparedIn(world: Worlds) {
  const autoland = resultOf((seed, fault) => landed(seed, fault, world(seed)), trials);
  const peers = {
    Flagger: compared(by(flagger, world), { documented: flaggerDocumented, all: flaggerGrid }, trials),
    'Argo Rollouts': compared(by(argo, world), { documented: argoDocumented, all: argoGrid }, trials),
    Kayenta: compared(by(kayenta, world), { documented: kayentaDocumented, all: kayentaGrid }, trials),
  };
  const each = Object.values(peers);
  const fewerHarmed = {
    asDocumented: fewerOf(
      autoland,
      each.map(({ documented }) => documented),
    ),
    tuned: fewerOf(
      autoland,
      each.flatMap(({ tuned }) => tuned ?? []),
    ),
  };
  return { fewerHarmed, autoland, peers };
}

function by<Settings>(
  rule: (stream: Stream, settings: Settings) => 'promote' | 'rollback',
  world: Worlds,
): (settings: Settings) => Rule<Fault> {
  return (settings) => (seed, fault) => {
    const stream = new Stream(seed, fault, world(seed));
    const word = rule(stream, settings);
    const { secondsOfFault } = stream;
    if (word === 'promote') stream.pass(secondsAfter, 1);
    return { word, secondsOfFault, usersHarmed: stream.usersHarmed };
  };
}

function landed(seed: number, fault: Fault | undefined, world: World): Ending {
  const { decision, secondsOfFault, harmed } = new Rollout(seed, fault, world).run();
  const word = decision.kind === 'promote' || decision.kind === 'rollback' ? decision.kind : 'hold';
  return {
    word,
    secondsOfFault,
    usersHarmed: word === 'promote' ? afterPromotion(seed, fault, world) : harmed,
  };
}

/** Whoever met it before meets it again. */
function afterPromotion(seed: number, fault: Fault | undefined, world: World): number {
  const stream = new Stream(seed, fault, world);
  stream.pass(secondsAfter, 1);
  return stream.usersHarmed;
}
