// The decision rules of Flagger, Argo Rollouts and Kayenta beside autoland's, in the same simulated traffic: 20,000 users of very
// different habits, 500 requests a second; and beside the fewest users whom any rule could harm there. All at one rate of false
// rollbacks: alpha .1 %. A peer is tried as documented, and at the setting of a grid which harms the fewest users among those that roll
// back at most alpha of 20,000 healthy rollouts and promote 95 % of them; told of are figures from other traffic than it was chosen in.
// In two worlds: one service, of whose requests 0.3 % fail on any day; and four services by turns, of whose requests 0.02 to 3 % fail, and
// where once an hour 5 % fail for a minute in both versions. A fault that is promoted harms for a quarter of an hour more. autoland by the
// demo's plan; and all of them with a first step below 1 % too, where that takes longer. The peers' rules are ours, made from their
// documentation. Prints one JSON object.
// --runs N: rollouts of each fault (400). --healthy N: healthy rollouts of autoland (3,000: none of those shows at most alpha).
import { parseArgs } from 'node:util';
import { argo, argoDocumented } from './peers/argo.ts';
import { fewerOf, type Result, resultOf } from './peers/compare.ts';
import { flagger, flaggerDocumented } from './peers/flagger.ts';
import { argoEverySecond, argoGrid, flaggerGrid, kayentaGrid } from './peers/grids.ts';
import { kayenta, kayentaDocumented } from './peers/kayenta.ts';
import { tenTimes } from './peers/limit.ts';
import { type Known, limitOfErrors } from './peers/limit-errors.ts';
import { by, landed } from './peers/rules.ts';
import { compared, tuned } from './peers/tune.ts';
import { fourServices, oneService, plan, planFrom, type Worlds } from './peers/worlds.ts';

const { alpha } = plan;
const target = { fewerHarmed: 10 };
const shares = [0.6, 0.25, 0.1, 0.05, 0.02];
const faults = shares.map((fails) => ({ label: { fails }, fault: { fails, arms: 'canary' } as const }));
const firstSteps = [0.01, 0.005, 0.001];
/** Of the peers: 12 of them show at most alpha. */
const enough = 20_000;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '400' }, healthy: { type: 'string', default: '3000' } },
});
const [runs, healthy] = [countOf('runs', values.runs), countOf('healthy', values.healthy)];
const of = {
  autoland: { seed: 1, healthy, runs, faults },
  tuning: { seed: 2_000_000, healthy: enough, runs: 60, faults },
  trials: { seed: 4_000_000, healthy: enough, runs, faults },
};

console.log(
  JSON.stringify({
    target,
    alpha,
    runs,
    worlds: {
      'one service': comparedIn(oneService()),
      'four services, with incidents': comparedIn(fourServices),
    },
    everySecond: tuned(by(argo, oneService()), argoEverySecond(firstSteps.slice(0, 1)), asked()),
    firstSteps: firstSteps.slice(1).map(below),
  }),
);

function comparedIn(world: Worlds) {
  const autoland = resultOf(landed(world), of.autoland);
  const first = firstSteps.slice(0, 1);
  const peers = {
    Flagger: compared(
      by(flagger, world),
      { documented: flaggerDocumented, all: flaggerGrid(first) },
      asked(),
    ),
    'Argo Rollouts': compared(by(argo, world), { documented: argoDocumented, all: argoGrid(first) }, asked()),
    Kayenta: compared(
      by(kayenta, world),
      { documented: kayentaDocumented, all: kayentaGrid(first) },
      asked(),
    ),
  };
  const each = Object.values(peers);
  const best = each.flatMap((peer) => peer.tuned ?? []);
  const fewerHarmed = {
    asDocumented: fewerOf(
      autoland,
      each.map(({ documented }) => documented),
    ),
    tuned: fewerOf(autoland, best),
  };
  return { fewerHarmed, limit: limitsIn(world, plan.steps[0]?.weight ?? 0, best), autoland, peers };
}

/** With so little of the users in the first step. */
function below(weight: number) {
  const world = oneService(planFrom(weight));
  const first = firstSteps.filter((other) => other >= weight);
  const peers = {
    Flagger: tuned(by(flagger, world), flaggerGrid(first), asked()),
    'Argo Rollouts': tuned(by(argo, world), argoGrid(first), asked()),
    Kayenta: tuned(by(kayenta, world), kayentaGrid(first), asked()),
  };
  const best = Object.values(peers).flatMap((peer) => peer ?? []);
  const few = Math.ceil(runs / 8);
  const autoland = resultOf(landed(world), { ...of.autoland, healthy: few, runs: few });
  const fewerHarmed = fewerOf(autoland, best);
  return { weight, fewerHarmed, limit: limitsIn(world, weight, best), autoland, peers };
}

function asked() {
  return { alpha, tuning: of.tuning, trials: of.trials };
}

/** By what the test knows beside the fault. */
function limitsIn(world: Worlds, weight: number, peers: readonly Pick<Result, 'usersHarmed'>[]) {
  const bounds = { alpha, runs: 400 };
  const limitOf = (knows: Known) => {
    const limit = limitOfErrors({ knows, world, weight }, shares, bounds);
    return { ...tenTimes(limit, peers), ...limit };
  };
  return { users: limitOf('users'), shares: limitOf('shares'), coins: limitOf('coins') };
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 20)
    throw new Error(`expected --${name} N from 20, found ${text}`);
  return count;
}
