import { logSumExp } from '../../src/stats/log-space.ts';
import { normal } from '../support/normal.ts';

/** What a bad version does to how long its users wait: it multiplies, and lets some wait for a while more. */
export type Slowness = {
  readonly times: number;
  readonly tail: { readonly share: number; readonly seconds: number };
};

export const noTail = { share: 0, seconds: 0 };
export const asFast: Slowness = { times: 1, tail: noTail };

/** Users wait log-normally, around a median that is the service's own. */
const sigma = 0.6;

/** `isTail`: it is one of the few that take longer. */
export function wait(random: () => number, middle: number, { times, tail }: Slowness) {
  const isTail = tail.share > 0 && random() < tail.share;
  const seconds = times * middle * Math.exp(sigma * normal(random)) + (isTail ? tail.seconds : 0);
  return { seconds, isTail };
}

/** Of requests, by upper bounds in seconds; the last has none. */
export function sharesBy(bounds: readonly number[], middle: number, slowness: Slowness): readonly number[] {
  const below = [...bounds.map((bound) => shareBelow(bound, middle, slowness)), 1];
  return below.map((share, j) => share - (below[j - 1] ?? 0));
}

function shareBelow(seconds: number, middle: number, { times, tail }: Slowness): number {
  const of = (least: number) =>
    seconds <= least ? 0 : cumulated(Math.log((seconds - least) / (times * middle)) / sigma);
  return (1 - tail.share) * of(0) + tail.share * of(tail.seconds);
}

/** How likely a wait is, as a log, but for what does not depend on the slowness. */
export function logDensity(seconds: number, middle: number, { times, tail }: Slowness): number {
  const of = (longer: number) => {
    if (seconds <= longer) return -Infinity;
    const z = Math.log((seconds - longer) / (times * middle)) / sigma;
    return (-z * z) / 2 - Math.log(seconds - longer);
  };
  if (tail.share === 0) return of(0);
  return logSumExp([Math.log1p(-tail.share) + of(0), Math.log(tail.share) + of(tail.seconds)]);
}

/** Mean and deviation of one wait without its tail. */
export function momentsOf(middle: number, times: number) {
  const mean = times * middle * Math.exp(sigma ** 2 / 2);
  return { mean, deviation: mean * Math.sqrt(Math.exp(sigma ** 2) - 1) };
}

/** Of the normal distribution: Abramowitz and Stegun 7.1.26, to seven digits. */
function cumulated(x: number): number {
  const [z, t] = [Math.abs(x) / Math.SQRT2, 1 / (1 + 0.3275911 * (Math.abs(x) / Math.SQRT2))];
  const rest =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = (rest * Math.exp(-z * z)) / 2;
  return x < 0 ? half : 1 - half;
}
