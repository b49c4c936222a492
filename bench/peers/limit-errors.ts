import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { goodRequestsFirst, requestsPerSecond } from '../demo-statistics/setting.ts';
import { failingShare } from './crowds.ts';
import { limitOf, pickerOf, randomOf, type Telling } from './limit.ts';
import type { Worlds } from './worlds.ts';

type Asked = {
  /** `users`: how often each of them fails on any day, and who asks; `shares`: how often requests fail in all, as the peers see them. */
  readonly knows: 'users' | 'shares';
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
