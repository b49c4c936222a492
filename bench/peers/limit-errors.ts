import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { goodRequestsFirst, requestsPerSecond } from '../demo-statistics/setting.ts';
import { failingShare } from './crowds.ts';
import { limitOf, pickerOf, randomOf, type Telling } from './limit.ts';
import type { Worlds } from './worlds.ts';

/**
 * What is known beside the fault. `users`: how often each of them fails on any day, and who asks. `shares`: how often requests fail in
 * all, as who sets a threshold must. `coins`: nothing of that; whose failures show canary more often than the weight says, as autoland asks.
 */
export type Known = 'users' | 'shares' | 'coins';
type Asked = {
  readonly knows: Known;
  readonly world: Worlds;
  readonly weight: number;
  readonly fails: number;
};

export function limitOfErrors(
  asked: Omit<Asked, 'fails'>,
  faults: readonly number[],
  bounds: { readonly alpha: number; readonly runs: number },
) {
  const told = faults.map((fails) => ({
    label: { fails },
    telling: (seed: number) => tellingOf(seed, { ...asked, fails }),
  }));
  return limitOf(told, bounds);
}

function tellingOf(seed: number, asked: Asked): Telling {
  return asked.knows === 'coins' ? coinsOf(seed, asked) : canarysOf(seed, asked);
}

/** Of all requests those that fail, as if nobody failed twice. */
function coinsOf(seed: number, { world, weight, fails }: Asked): Telling {
  const random = randomOf(seed);
  const { background, incidentsPerHour } = world(seed);
  const [failing, incidents] = [failingShare(background, seed), new Incidents(incidentsPerHour, random)];
  const since = -Math.log(1 - random()) / requestsPerSecond;
  const ask = (time: number) => {
    const usual = Math.min(1, failing + incidents.at(time));
    const isCanary = random() < weight;
    const isSpoiled = isCanary && random() < fails;
    const harmed = isSpoiled ? {} : undefined;
    if (!isSpoiled && random() >= usual) return { logRatio: 0, harmed };
    const worse = usual + (1 - usual) * fails;
    const ofFailures = (weight * worse) / (weight * worse + (1 - weight) * usual);
    const logRatio = isCanary ? Math.log(ofFailures / weight) : Math.log((1 - ofFailures) / (1 - weight));
    return { logRatio, harmed };
  };
  return { rate: requestsPerSecond, since, random, ask };
}

function canarysOf(seed: number, asked: Asked): Telling {
  const random = randomOf(seed);
  const incidents = new Incidents(asked.world(seed).incidentsPerHour, random);
  const { rate, pick } = canaryOf(seed, asked, random);
  let since = 0;
  for (let n = 0; n < goodRequestsFirst; n += 1) since -= Math.log(1 - random()) / rate;
  const ask = (time: number) => {
    const user = pick();
    const usual = Math.min(1, user.fails + incidents.at(time));
    const worse = usual + (1 - usual) * asked.fails;
    const isSpoiled = random() < asked.fails;
    const isFailure = isSpoiled || random() < usual;
    const logRatio = isFailure ? Math.log(worse / usual) : Math.log((1 - worse) / (1 - usual));
    return { logRatio, harmed: isSpoiled ? user : undefined };
  };
  return { rate, since, random, ask };
}

function canaryOf(seed: number, { knows, world, weight }: Asked, random: () => number) {
  const { background } = world(seed);
  if (knows === 'users') return pickerOf(new Crowd(randomFrom(seed), background).exposed(weight), random);
  const habit = { share: weight, fails: failingShare(background, seed) };
  // A user of whom nothing is known is another one each time.
  return { rate: requestsPerSecond * weight, pick: () => ({ ...habit }) };
}
