import { type Random, seededRandom } from '../../src/demo/traffic/random.ts';
import { normal } from '../support/normal.ts';
import type { World } from './worlds.ts';

export type Request = { readonly user: number; readonly failed: boolean; readonly seconds: number };

const users = 4000;
const sessionsPerSecond = 2;
/** Between two requests of a session, in seconds. */
const pause = 4;
const badSessions = 0.1;
const failsInBad = 0.5;
const incidentSeconds = 60;
const failsInIncident = 0.3;

type User = { readonly hash: number; readonly wait: number; readonly isProne: boolean };

/** Users with habits of their own, who come in sessions, second by second. */
export class Traffic {
  readonly #world: World;
  readonly #random: Random;
  readonly #users: readonly User[];
  readonly #lasts: number;
  /** By second: who asks, and whether in a bad session. */
  readonly #due = new Map<number, { readonly user: number; readonly isBad: boolean }[]>();
  readonly #incidents: readonly number[];

  /** `lasts`: seconds of the whole. */
  constructor(world: World, seed: number, lasts: number) {
    const random = seededRandom(seed);
    this.#world = world;
    this.#random = random;
    this.#lasts = lasts;
    this.#users = Array.from({ length: users * (world.times ?? 1) }, () => ({
      hash: random(),
      wait: 0.08 * Math.exp(0.5 * normal(random)),
      isProne: random() < world.proneUsers,
    }));
    const count = poisson((world.incidentsPerHour * lasts) / 3600, random);
    this.#incidents = Array.from({ length: count }, () => random() * lasts);
  }

  isCanary(user: number, weight: number): boolean {
    return (this.#users[user]?.hash ?? 1) < weight;
  }

  /** The requests of this second; each second MUST be asked for once, in order. */
  second(at: number): readonly Request[] {
    const load = 1 + this.#world.swing * Math.sin((2 * Math.PI * at) / this.#lasts);
    const busy = this.#world.times ?? 1;
    const sessions = poisson((busy * sessionsPerSecond * load * 6) / this.#world.burst, this.#random);
    for (let n = 0; n < sessions; n += 1) this.#begin(at);
    const due = this.#due.get(at) ?? [];
    this.#due.delete(at);
    return due.map(({ user, isBad }) => this.#request({ at, user, isBad, load }));
  }

  #begin(at: number): void {
    const random = this.#random;
    const user = Math.floor(random() * this.#users.length);
    const isBad = (this.#users[user]?.isProne ?? false) && random() < badSessions;
    let time = at;
    do {
      const second = Math.floor(time);
      const due = this.#due.get(second) ?? [];
      due.push({ user, isBad });
      this.#due.set(second, due);
      time += -pause * Math.log(1 - random());
    } while (random() < 1 - 1 / this.#world.burst);
  }

  #request(of: { at: number; user: number; isBad: boolean; load: number }): Request {
    const random = this.#random;
    const isIncident = this.#incidents.some((begin) => of.at >= begin && of.at < begin + incidentSeconds);
    const chance = this.#world.fails * of.load + (isIncident ? failsInIncident : 0);
    const failed = random() < (of.isBad ? failsInBad : chance);
    const wait = (this.#users[of.user]?.wait ?? 0) * Math.exp(0.4 * normal(random));
    return { user: of.user, failed, seconds: wait * of.load * (isIncident ? 3 : 1) };
  }
}

/** Knuth's, for means that are small. */
function poisson(mean: number, random: Random): number {
  const least = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > least; product *= random()) count += 1;
  return count;
}
