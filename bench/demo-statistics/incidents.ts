/** Of all requests, in both versions alike. */
const fails = 0.05;
const seconds = 60;
const longest = 4 * 3600;

/** What a database or a network does to every version of a service now and then. */
export class Incidents {
  readonly #begins: number[] = [];

  constructor(perHour: number, random: () => number) {
    const gap = () => (-3600 / perHour) * Math.log(1 - random());
    if (perHour > 0) for (let at = gap(); at < longest; at += gap()) this.#begins.push(at);
  }

  /** The share of requests that fails for it. */
  at(time: number): number {
    return this.#begins.some((begin) => time >= begin && time < begin + seconds) ? fails : 0;
  }

  /** The share of requests that fails for it, in the mean of a stretch of time; incidents that overlap count twice. */
  within(from: number, to: number): number {
    const met = this.#begins.reduce(
      (sum, begin) => sum + Math.max(0, Math.min(to, begin + seconds) - Math.max(from, begin)),
      0,
    );
    return met === 0 ? 0 : (fails * met) / (to - from);
  }
}
