import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { Incidents } from '../demo-statistics/incidents.ts';
import { type Fault, goodRequestsFirst, requestsPerSecond, type World } from '../demo-statistics/setting.ts';
import { poisson } from './poisson.ts';

export type Counts = { requests: number; failed: number };
/** What came of a stretch of time. */
export type Seen = { readonly canary: Counts; readonly baseline: Counts };

/** The same crowd as the demo's, routed request by request as meshes do; counted, since who has asked is not known to the peers. */
export class Stream {
  readonly #random: () => number;
  readonly #crowd: Crowd;
  readonly #incidents: Incidents;
  readonly #failing: number;
  readonly #spoils: number;
  readonly #harmed = new Set<number>();
  #good = 0;
  #seconds = 0;
  #faultSince: number | undefined;

  constructor(seed: number, fault: Fault | undefined, world: World) {
    this.#random = randomFrom(seed);
    this.#crowd = new Crowd(this.#random, world.background);
    this.#incidents = new Incidents(world.incidentsPerHour, this.#random);
    this.#failing = this.#crowd.failingShare();
    this.#spoils = fault?.fails ?? 0;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** From the first request that the fault could spoil; undefined: there was none. */
  get secondsOfFault(): number | undefined {
    return this.#faultSince === undefined ? undefined : this.#seconds - this.#faultSince;
  }

  /** Users whose request the fault spoiled. */
  get usersHarmed(): number {
    return this.#harmed.size;
  }

  pass(seconds: number, weight: number): Seen {
    const seen = { canary: { requests: 0, failed: 0 }, baseline: { requests: 0, failed: 0 } };
    for (let second = 0; second < seconds; second += 1) {
      this.#meetCanary(seen.canary, poisson(this.#random, requestsPerSecond * weight));
      const requests = poisson(this.#random, requestsPerSecond * (1 - weight));
      seen.baseline.requests += requests;
      seen.baseline.failed += poisson(this.#random, requests * this.#failingNow());
      this.#seconds += 1;
    }
    return seen;
  }

  /** The share that would have failed of fewer requests. */
  shareOfFewer({ requests, failed }: Counts, fewer: number): number {
    return fewer === 0 || requests === 0 ? 0 : poisson(this.#random, (fewer * failed) / requests) / fewer;
  }

  #failingNow(): number {
    return this.#failing + this.#incidents.at(this.#seconds);
  }

  #meetCanary(canary: Counts, requests: number): void {
    canary.requests += requests;
    canary.failed += poisson(this.#random, requests * this.#failingNow());
    const good = Math.min(requests, goodRequestsFirst - this.#good);
    this.#good += good;
    if (this.#spoils === 0 || requests === good) return;
    this.#faultSince ??= this.#seconds;
    const spoiled = Math.min(requests - good, poisson(this.#random, (requests - good) * this.#spoils));
    canary.failed = Math.min(canary.requests, canary.failed + spoiled);
    for (let n = 0; n < spoiled; n += 1) this.#harmed.add(this.#crowd.pick());
  }
}
