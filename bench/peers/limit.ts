import { type Habit, randomFrom } from '../demo-statistics/crowd.ts';
import { requestsPerSecond } from '../demo-statistics/setting.ts';
import { rounded } from '../support/figures.ts';
import { mean } from './compare.ts';

/** A request of the canary: how much likelier its answer is if the fault is there, as a log; who was harmed by it, if anybody. */
type Told = { readonly logRatio: number; readonly harmed: object | undefined };
/** What the requests of the canary tell, one by one, in a rollout that has the fault. `since`: the first that tells anything. */
export type Telling = {
  readonly rate: number;
  readonly since: number;
  readonly random: () => number;
  readonly ask: (time: number) => Told;
};
/** The evidence, each time that it was higher than ever before, with who had been harmed by then. */
type Path = readonly { readonly logE: number; readonly harmed: number; readonly seconds: number }[];

/**
 * The fewest users whom any rule can harm, at this weight, that knows no more and rolls back at most `alpha` of the healthy rollouts.
 * `usersHarmed`: by the test that knows what is usual, when incidents are and what the fault does, and asks only whether it is there: the
 * likelihood ratio, with a bar that uses alpha up. Of all tests that go on until they are sure none needs fewer requests. `atLeast`:
 * whatever the rule, and however soon it gives up looking at a healthy version, by Wald's inequality: the evidence that it has in the mean
 * when it rolls back is log(1 / alpha) at least, and each bit of that costs as many users as it costs the test.
 */
export function limitOf(
  faults: readonly { readonly label: object; readonly telling: (seed: number) => Telling }[],
  { alpha, runs }: { readonly alpha: number; readonly runs: number },
) {
  const sure = Math.log(1 / alpha);
  const each = faults.map(({ label, telling }, at) => {
    const seeds = Array.from({ length: runs }, (_, run) => 100_000 * (at + 1) + run);
    const paths = seeds.map((seed) => pathOf(telling(seed), sure));
    const { logBar, ends } = sharpest(paths, alpha);
    const usersHarmed = mean(ends.map(({ harmed }) => harmed));
    return {
      ...label,
      usersHarmed: rounded(usersHarmed),
      atLeast: rounded((usersHarmed * sure) / mean(ends.map(({ logE }) => logE))),
      seconds: rounded(mean(ends.map(({ seconds }) => seconds)), 1),
      bar: rounded(Math.exp(logBar), 0),
    };
  });
  const meanOf = (key: 'usersHarmed' | 'atLeast') => rounded(mean(each.map((one) => one[key])));
  return { usersHarmed: meanOf('usersHarmed'), atLeast: meanOf('atLeast'), faults: each };
}

/** Until the evidence is beyond every bar that is asked for. */
function pathOf({ rate, since, random, ask }: Telling, until: number): Path {
  const [path, harmed]: [Path[number][], Set<object>] = [[], new Set()];
  let time = since;
  for (let logE = 0, most = 0; most < until; most = Math.max(most, logE)) {
    time -= Math.log(1 - random()) / rate;
    const told = ask(time);
    if (told.harmed !== undefined) harmed.add(told.harmed);
    logE += told.logRatio;
    if (logE > most) path.push({ logE, harmed: harmed.size, seconds: time - since });
  }
  return path;
}

/**
 * The lowest bar whose false rollbacks are at most alpha. How many they are follows from the harmful rollouts: the chance that
 * evidence ever comes to stand above a bar, where there is no fault, is the mean of 1 / E where it does, if there is one.
 */
function sharpest(paths: readonly Path[], alpha: number) {
  const sure = Math.log(1 / alpha);
  const endsAt = (logBar: number) =>
    paths.map((path) => path.find(({ logE }) => logE >= logBar) ?? { logE: 0, harmed: 0, seconds: 0 });
  const isWithin = (ends: Path) => mean(ends.map(({ logE }) => Math.exp(-logE))) <= alpha;
  let best = { logBar: sure, ends: endsAt(sure) };
  for (let logBar = sure; logBar > 0; logBar -= 0.05) {
    const ends = endsAt(logBar);
    if (!isWithin(ends)) break;
    best = { logBar, ends };
  }
  return best;
}

/** `tenTimesPossible`: whether any rule could harm so many fewer than the best of the peers. */
export function tenTimes(limit: { readonly atLeast: number }, peers: readonly { usersHarmed: number }[]) {
  const tenTimesFewer = Math.min(...peers.map(({ usersHarmed }) => usersHarmed)) / 10;
  return {
    tenTimesFewer: rounded(tenTimesFewer),
    tenTimesPossible: peers.length === 0 || limit.atLeast <= tenTimesFewer,
  };
}

/** Of each request, who it is from: users are many or few, and differ. */
export function pickerOf(users: readonly Habit[], random: () => number) {
  let all = 0;
  const cumulated = users.map(({ share }) => {
    all += share;
    return all;
  });
  const pick = () => {
    const target = random() * all;
    let [low, high] = [0, users.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return users[low] ?? { share: 0, fails: 0 };
  };
  return { rate: requestsPerSecond * all, pick };
}

/** Of the requests, not of the crowd, whose seeds are those of a rollout. */
export function randomOf(seed: number): () => number {
  return randomFrom(seed + 1e6);
}
