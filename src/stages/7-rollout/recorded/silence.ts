import type { Arm } from '../../../domain/rollout-tally.ts';

/** By chance alone an arm is not heard of for so long once in some 500 million times. */
const logChance = -20;

/** An arm from which nothing comes, while so much of the other does that chance does not explain it. */
export class Silence {
  #weight = 0;
  #heard: Arm | undefined;
  #since = 0;
  #units = 0;

  /** undefined: no step has begun, or no arm is silent. */
  get of(): { readonly arm: Arm; readonly since: number; readonly units: number } | undefined {
    if (this.#heard === undefined || this.#weight === 0) return undefined;
    const share = this.#heard === 'canary' ? this.#weight : 1 - this.#weight;
    if (this.#units * Math.log(share) > logChance) return undefined;
    const arm = this.#heard === 'canary' ? 'baseline' : 'canary';
    return { arm, since: this.#since, units: this.#units };
  }

  beginStep(weight: number): void {
    this.#weight = weight;
    this.#heard = undefined;
  }

  /** Users, or requests, of one arm alone. */
  heard(arm: Arm, units: number, t: number): void {
    if (this.#heard !== arm) {
      this.#heard = arm;
      this.#since = t;
      this.#units = 0;
    }
    this.#units += units;
  }

  heardBoth(): void {
    this.#heard = undefined;
  }
}
