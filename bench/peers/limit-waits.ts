import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { requestsPerSecond } from '../demo-statistics/setting.ts';
import { limitOf, pickerOf, randomOf, type Telling } from './limit.ts';
import { type SlowWorlds, twice } from './slow-stream.ts';
import { asFast, logDensity, type Slowness, wait } from './waits.ts';

/**
 * What tells, to who knows the fault and how long users wait. `requests`: each request of the canary. `coins`: each user's first request,
 * by which version it met, as autoland asks; `tolerate`: of a rule that must let be what is slower by this factor.
 */
type Asked = {
  readonly world: SlowWorlds;
  readonly weight: number;
  readonly by: { readonly knows: 'requests' } | { readonly knows: 'coins'; readonly tolerate: number };
};

/** Of users who wait longer, from the first of them on. */
export function limitOfWaits(
  asked: Asked,
  faults: readonly { readonly label: object; readonly fault: Slowness }[],
  bounds: { readonly alpha: number; readonly runs: number },
) {
  const { by } = asked;
  const told = faults.map(({ label, fault }) => ({
    label,
    telling: (seed: number) =>
      by.knows === 'requests'
        ? requestsOf(seed, fault, asked)
        : coinsOf(seed, fault, { ...asked, tolerate: by.tolerate }),
  }));
  return limitOf(told, bounds);
}

function requestsOf(seed: number, fault: Slowness, { world, weight }: Asked): Telling {
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

/** As if nobody came twice; the canary's waits divided by what is tolerated, as the router counts them. */
function coinsOf(
  seed: number,
  fault: Slowness,
  { world, weight, tolerate }: Asked & { readonly tolerate: number },
): Telling {
  const random = randomOf(seed);
  const { middle, incidentsPerHour } = world(seed);
  const incidents = new Incidents(incidentsPerHour, random);
  const ask = (time: number) => {
    const isCanary = random() < weight;
    const usual = { ...asFast, times: incidents.at(time) > 0 ? twice.times : 1 };
    const slow = { ...fault, times: usual.times * fault.times };
    const { seconds, isTail } = wait(random, middle, isCanary ? slow : usual);
    const counted = isCanary ? seconds / tolerate : seconds;
    const tail = { ...slow.tail, seconds: slow.tail.seconds / tolerate };
    const less = { times: slow.times / tolerate, tail };
    const g = Math.exp(logDensity(counted, middle, less) - logDensity(counted, middle, usual));
    const logRatio = (isCanary ? Math.log(g) : 0) - Math.log1p(weight * (g - 1));
    return { logRatio, harmed: isCanary && (fault.times > 1 || isTail) ? {} : undefined };
  };
  return { rate: requestsPerSecond, since: 0, random, ask };
}
