import { checkShare } from './checks.ts';

/**
 * Nats that a user of each arm tells, in the mean, of a coin that shows canary with a chance of 1/2 as long as both fail alike, where the
 * canary's users fail with the chance `canary` and baseline's with `baseline`: log evidence grows by so much a pair, less what the
 * mixture costs. 0 where the canary fails no more often: there is nothing to find.
 */
export function informationOfPair(canary: number, baseline: number): number {
  checkShare('canary', canary / 2);
  if (!(baseline >= 0 && baseline <= 1)) throw new RangeError(`expected a share, found ${baseline}`);
  if (canary <= baseline) return 0;
  const toss = canary / (canary + baseline);
  return (canary + baseline) * (Math.LN2 + timesLog(toss) + timesLog(1 - toss));
}

function timesLog(share: number): number {
  return share === 0 ? 0 : share * Math.log(share);
}
