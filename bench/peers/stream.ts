import { randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { type Fault, goodRequestsFirst, requestsPerSecond, type World } from '../demo-statistics/setting.ts';
import { failingShare, usersOf } from './crowds.ts';
import { poisson } from './poisson.ts';

export type Counts = { requests: number; failed: number };
/** What came of a stretch of time. */
export type Seen = { readonly canary: Counts; readonly baseline: Counts };

/**
 * The same crowd as the demo's, routed request by request as meshes do; counted, since who has asked is not known to the peers.
 * Requests come independently of each other, so of any stretch of time those of each kind are a Poisson number.
 */
export class Stream {
  readonly #random: () => number;
  readonly #incidents: Incidents;
  readonly #failing: number;
  readonly #spoils: number;
  #good = 0;
  #spoiled = 0;
  #seconds = 0;
  #faultSince: number | undefined;

  constructor(seed: number, fault: Fault | undefined, world: World) {
    this.#random = randomFrom(seed);
    this.#incidents = new Incidents(world.incidentsPerHour, this.#random);
    this.#failing = failingShare(world.background, seed);
    this.#spoils = fault?.fails ?? 0;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** From the last request that the fault could not spoil; undefined: it has not come. */
  get secondsOfFault(): number | undefined {
    return this.#faultSince === undefined ? undefined : this.#seconds - this.#faultSince;
  }

  /** Users whose request the fault spoiled: as many as so many requests come from. */
  get usersHarmed(): number {
    return usersOf(this.#spoiled);
  }

  pass(seconds: number, weight: number): Seen {
    const seen = { canary: { requests: 0, failed: 0 }, baseline: { requests: 0, failed: 0 } };
    const until = this.#seconds + seconds;
    this.#meet(seen.baseline, requestsPerSecond * (1 - weight), [this.#seconds, until]);
    const rate = requestsPerSecond * weight;
    const since = this.#spoils === 0 ? this.#seconds : this.#meetGood(seen.canary, rate, until);
    if (since < until) this.#meet(seen.canary, rate, [since, until], this.#spoils);
    this.#seconds = until;
    return seen;
  }

  /** The share that would have failed of fewer requests. */
  shareOfFewer({ requests, failed }: Counts, fewer: number): number {
    return fewer === 0 || requests === 0 ? 0 : poisson(this.#random, (fewer * failed) / requests) / fewer;
  }

  #meet(counts: Counts, rate: number, [from, to]: readonly [number, number], spoils = 0): void {
    const expected = rate * (to - from);
    const fails = this.#failing + this.#incidents.within(from, to);
    const spoiled = spoils === 0 ? 0 : poisson(this.#random, expected * spoils);
    const failed = spoiled + poisson(this.#random, expected * (1 - spoils) * fails);
    counts.failed += failed;
    counts.requests += failed + poisson(this.#random, expected * (1 - spoils) * (1 - fails));
    this.#spoiled += spoiled;
  }

  /** One by one, the requests that the fault cannot spoil yet; answers when the last of them has come. */
  #meetGood(counts: Counts, rate: number, until: number): number {
    let at = this.#seconds;
    while (this.#good < goodRequestsFirst) {
      at -= Math.log(1 - this.#random()) / rate;
      if (at >= until) return until;
      counts.requests += 1;
      if (this.#random() < this.#failing + this.#incidents.at(at)) counts.failed += 1;
      this.#good += 1;
    }
    this.#faultSince ??= at;
    return at;
  }
}
