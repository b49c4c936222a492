import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { limitOf, pickerOf, randomOf, type Telling } from './limit.ts';
import { type SlowWorlds, twice } from './slow-stream.ts';
import { asFast, logDensity, type Slowness, wait } from './waits.ts';

type Asked = { readonly world: SlowWorlds; readonly weight: number };

/** Of users who wait longer: each user's requests go to one version, and all of them tell. */
export function limitOfWaits(
  asked: Asked,
  faults: readonly { readonly label: object; readonly fault: Slowness }[],
  bounds: { readonly alpha: number; readonly runs: number },
) {
  const told = faults.map(({ label, fault }) => ({
    label,
    telling: (seed: number) => tellingOf(seed, fault, asked),
  }));
  return limitOf(told, bounds);
}

function tellingOf(seed: number, fault: Slowness, { world, weight }: Asked): Telling {
  const random = randomOf(seed);
  const { middle, incidentsPerHour } = world(seed);
  const incidents = new Incidents(incidentsPerHour, random);
  const { rate, pick } = pickerOf(new Crowd(randomFrom(seed)).exposed(weight), random);
  const ask = (time: number) => {
    const user = pick();
    const times = incidents.at(time) > 0 ? twice.times : 1;
    const slow = { ...fault, times: times * fault.times };
    const { seconds, isTail } = wait(random, middle, slow);
    const logRatio = logDensity(seconds, middle, slow) - logDensity(seconds, middle, { ...asFast, times });
    return { logRatio, harmed: fault.times > 1 || isTail ? user : undefined };
  };
  return { rate, since: 0, random, ask };
}
