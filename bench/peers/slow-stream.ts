import { randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { requestsPerSecond } from '../demo-statistics/setting.ts';
import { normal } from '../support/normal.ts';
import { usersOf } from './crowds.ts';
import { poisson } from './poisson.ts';
import { asFast, momentsOf, type Slowness, sharesBy } from './waits.ts';

/** Where a rollout happens, as far as users wait there. */
export type SlowWorld = {
  /** Half of the requests wait for no longer, in seconds. */
  readonly middle: number;
  /** Each a minute in which users of both versions wait twice as long. */
  readonly incidentsPerHour: number;
};

/** By the seed of the rollout. */
export type SlowWorlds = (seed: number) => SlowWorld;

/** Istio's, of istio_request_duration_milliseconds; in seconds. */
export const istioBounds = [
  0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800, 3600,
] as const;

export type Waits = { requests: number; seconds: number; readonly buckets: number[] };
export type SeenWaits = { readonly canary: Waits; readonly baseline: Waits };

export const twice: Slowness = { ...asFast, times: 2 };

/** How long the demo's crowd waits, routed request by request as meshes do; counted, since who has asked is not known to the peers. */
export class SlowStream {
  readonly #random: () => number;
  readonly #incidents: Incidents;
  readonly #world: SlowWorld;
  readonly #slowness: Slowness;
  readonly #isFaulty: boolean;
  /** By the factor, of the canary's and of baseline's. */
  readonly #shares = new Map<Slowness, Map<number, readonly number[]>>();
  #slowed = 0;
  #seconds = 0;

  constructor(seed: number, fault: Slowness | undefined, world: SlowWorld) {
    this.#random = randomFrom(seed);
    this.#incidents = new Incidents(world.incidentsPerHour, this.#random);
    this.#world = world;
    this.#slowness = fault ?? asFast;
    this.#isFaulty = fault !== undefined;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** The version is slow from its first request on. */
  get secondsOfFault(): number | undefined {
    return this.#isFaulty ? this.#seconds : undefined;
  }

  get usersHarmed(): number {
    return usersOf(this.#slowed);
  }

  /** Baseline is drawn only where a rule looks at it. */
  pass(seconds: number, weight: number, looksAt: 'canary' | 'both' = 'canary'): SeenWaits {
    const seen = { canary: noWaits(), baseline: noWaits() };
    // Where an incident may begin in between, ten seconds at a time.
    const longest = this.#world.incidentsPerHour > 0 ? 10 : seconds;
    for (let left = seconds; left > 0; left -= longest) {
      const now = Math.min(longest, left);
      const isIncident = this.#incidents.at(this.#seconds) > 0;
      const requests = this.#meet(seen.canary, now * requestsPerSecond * weight, [
        this.#slowness,
        isIncident,
      ]);
      if (looksAt === 'both')
        this.#meet(seen.baseline, now * requestsPerSecond * (1 - weight), [asFast, isIncident]);
      this.#slow(requests);
      this.#seconds += now;
    }
    return seen;
  }

  /** Everybody has the version, and nobody looks. */
  promote(seconds: number): void {
    this.#slow(poisson(this.#random, seconds * requestsPerSecond));
  }

  /** The mean wait of fewer requests: a baseline as small as the canary, whose means vary as much. */
  meanOfFewer({ requests, seconds }: Waits, fewer: number): number {
    if (fewer === 0 || requests === 0) return 0;
    const { deviation } = momentsOf(this.#world.middle, 1);
    return seconds / requests + (deviation / Math.sqrt(fewer)) * normal(this.#random);
  }

  #meet(waits: Waits, mean: number, [slowness, isIncident]: readonly [Slowness, boolean]): number {
    const { middle } = this.#world;
    const longer = isIncident ? twice.times : 1;
    const own = { ...slowness, times: longer * slowness.times };
    const shares = this.#sharesOf(slowness, longer);
    let requests = 0;
    for (const [j, share] of shares.entries()) {
      const count = poisson(this.#random, mean * share);
      waits.buckets[j] = (waits.buckets[j] ?? 0) + count;
      requests += count;
    }
    const { mean: each, deviation } = momentsOf(middle, own.times);
    const tail = own.tail.share === 0 ? 0 : poisson(this.#random, requests * own.tail.share);
    const spread = Math.sqrt(requests) * deviation * normal(this.#random);
    waits.requests += requests;
    waits.seconds += Math.max(0, requests * each + spread) + tail * own.tail.seconds;
    return requests;
  }

  #slow(requests: number): void {
    if (!this.#isFaulty) return;
    const { times, tail } = this.#slowness;
    this.#slowed += times > 1 ? requests : poisson(this.#random, requests * tail.share);
  }

  #sharesOf(slowness: Slowness, times: number): readonly number[] {
    const own = this.#shares.get(slowness) ?? new Map<number, readonly number[]>();
    this.#shares.set(slowness, own);
    const known =
      own.get(times) ??
      sharesBy(istioBounds, this.#world.middle, { ...slowness, times: times * slowness.times });
    own.set(times, known);
    return known;
  }
}

function noWaits(): Waits {
  return { requests: 0, seconds: 0, buckets: [] };
}

/** As PromQL's histogram_quantile has it: linear within the bucket; the highest bound where it is beyond. NaN of nothing. */
export function quantileOf(share: number, { buckets }: Waits): number {
  const all = buckets.reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [j, count] of buckets.entries()) {
    if (count > 0 && below + count >= share * all) {
      const [from, to] = [istioBounds[j - 1] ?? 0, istioBounds[j] ?? istioBounds.at(-1) ?? 0];
      return from + ((to - from) * (share * all - below)) / count;
    }
    below += count;
  }
  return Number.NaN;
}
