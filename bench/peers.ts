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
import { type FlaggerSettings, flagger, flaggerDocumented } from './peers/flagger.ts';
import { type KayentaSettings, kayenta, kayentaDocumented } from './peers/kayenta.ts';
import { Stream } from './peers/stream.ts';
import { median, rounded } from './support/figures.ts';

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

type Ending = {
  readonly word: 'promote' | 'rollback' | 'hold';
  readonly secondsOfFault: number | undefined;
  readonly usersHarmed: number;
};
type Rule = (seed: number, fault: Fault | undefined) => Ending;

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
  const autoland = resultOf((seed, fault) => landed(seed, fault, world(seed)));
  const peers = {
    Flagger: compared(flagger, world, { documented: flaggerDocumented, all: flaggerGrid }),
    'Argo Rollouts': compared(argo, world, { documented: argoDocumented, all: argoGrid }),
    Kayenta: compared(kayenta, world, { documented: kayentaDocumented, all: kayentaGrid }),
  };
  const fewer = (of: readonly { readonly usersHarmed: number }[]) =>
    of.length === 0
      ? null
      : rounded(Math.min(...of.map(({ usersHarmed }) => usersHarmed)) / autoland.usersHarmed, 1);
  const each = Object.values(peers);
  const fewerHarmed = {
    asDocumented: fewer(each.map(({ documented }) => documented)),
    tuned: fewer(each.flatMap(({ tuned }) => tuned ?? [])),
  };
  return { fewerHarmed, autoland, peers };
}

function compared<Settings>(
  rule: (stream: Stream, settings: Settings) => 'promote' | 'rollback',
  world: Worlds,
  { documented, all }: { readonly documented: Settings; readonly all: readonly Settings[] },
) {
  const by =
    (settings: Settings): Rule =>
    (seed, fault) => {
      const stream = new Stream(seed, fault, world(seed));
      const word = rule(stream, settings);
      const { secondsOfFault } = stream;
      if (word === 'promote') stream.pass(secondsAfter, 1);
      return { word, secondsOfFault, usersHarmed: stream.usersHarmed };
    };
  const fit = all.filter((settings) => isFit(by(settings)));
  const results = fit.map((settings) => ({ settings, ...resultOf(by(settings)) }));
  const [tuned] = results.toSorted((one, other) => one.usersHarmed - other.usersHarmed);
  return {
    documented: resultOf(by(documented)),
    tuned: tuned ?? null,
    settingsTried: all.length,
    fit: fit.length,
  };
}

/** Looked at on the healthy rollouts first, and given up as soon as it cannot be. */
function isFit(rule: Rule): boolean {
  let [falseRollbacks, notPromoted] = [0, 0];
  for (let seed = 1; seed <= runs; seed += 1) {
    const { word } = rule(seed, undefined);
    if (word === 'rollback') falseRollbacks += 1;
    if (word !== 'promote') notPromoted += 1;
    if (falseRollbacks > alpha * runs || notPromoted > 0.05 * runs) return false;
  }
  return true;
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

/** `usersHarmed`: in the mean over all faults, also of those that were promoted. `missed`: the share of those. */
function resultOf(rule: Rule) {
  const seeds = Array.from({ length: runs }, (_, at) => at + 1);
  const healthy = seeds.map((seed) => rule(seed, undefined));
  const each = faults.map((fails, at) => {
    const endings = seeds.map((seed) => rule(1000 * (at + 1) + seed, { fails, arms: 'canary' }));
    const found = endings.filter(({ word }) => word === 'rollback');
    return {
      fails,
      rolledBack: found.length / runs,
      promoted: endings.filter(({ word }) => word === 'promote').length / runs,
      secondsToRollback: found.length === 0 ? null : rounded(median(found.map(secondsOf)), 1),
      usersHarmed: rounded(mean(endings.map(({ usersHarmed }) => usersHarmed)), 1),
    };
  });
  return {
    falseRollbacks: healthy.filter(({ word }) => word === 'rollback').length / runs,
    healthyPromoted: healthy.filter(({ word }) => word === 'promote').length / runs,
    missed: rounded(mean(each.map(({ promoted }) => promoted)), 3),
    usersHarmed: rounded(mean(each.map(({ usersHarmed }) => usersHarmed)), 1),
    faults: each,
  };
}

function secondsOf({ secondsOfFault }: Ending): number {
  return secondsOfFault ?? 0;
}

function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / all.length;
}

/** Every combination. */
function grid<Settings extends object>(
  all: { readonly [Key in keyof Settings]: readonly Settings[Key][] },
): Settings[] {
  let made: object[] = [{}];
  for (const [key, choices] of Object.entries(all) as [string, readonly unknown[]][])
    made = made.flatMap((one) => choices.map((choice) => ({ ...one, [key]: choice })));
  return made as Settings[];
}
