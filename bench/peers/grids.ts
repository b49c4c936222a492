import { type ArgoSettings, argoDocumented } from './argo.ts';
import { type FlaggerSettings, flaggerDocumented } from './flagger.ts';
import { type KayentaSettings, kayentaDocumented } from './kayenta.ts';
import type { ArgoLatency, FlaggerLatency, KayentaLatency } from './latency-rules.ts';
import { grid } from './tune.ts';

/** Shares of the requests that must succeed, in percent. */
const least = [50, 60, 70, 80, 85, 90, 92, 94, 95, 96, 97, 98, 98.5, 99, 99.3, 99.5, 99.7];
/** What all but one in a hundred may wait for, in ms. */
const most = [50, 75, 100, 150, 200, 225, 250, 300, 350, 400, 450, 500, 600, 800, 1000, 1500, 2000, 3000];
/** One look at each weight, or more of them, which takes longer and harms fewer at the first. */
const looks = [1, 3, 6, 12, 24];

/** `first`: the least share of the requests at which they may begin. Flagger's weights are whole percents, so below 1 % it is another program. */
export function flaggerGrid(first: readonly number[]): readonly FlaggerSettings[] {
  return grid<FlaggerSettings>({
    min: least,
    intervalSeconds: [10, 20, 30, 60],
    threshold: [1, 2, 3, 4, 5, 7, 10],
    weights: [...ramps(first), [0.05, 0.25, 0.5], flaggerDocumented.weights],
  });
}

function ramps(first: readonly number[]): readonly (readonly number[])[] {
  return first.flatMap((weight) => looks.map((times) => [...Array<number>(times).fill(weight), 0.1, 0.5]));
}

export function argoGrid(first: readonly number[]): readonly ArgoSettings[] {
  return grid<ArgoSettings>({
    least: least.map((percent) => percent / 100),
    intervalSeconds: [5, 10, 20, 30, 60, 300],
    failureLimit: [1, 2, 3, 4, 5, 7],
    weights: [...first.map((weight) => [weight, 0.1, 0.5]), argoDocumented.weights],
    pauseSeconds: [60, 300, 600],
  });
}

/** As if all that is counted were known each second, where telemetry comes every few seconds at best. */
export function argoEverySecond(first: readonly number[]): readonly ArgoSettings[] {
  return grid<ArgoSettings>({
    least: least.map((percent) => percent / 100),
    intervalSeconds: [1],
    failureLimit: [2, 3, 4, 5, 6, 7, 8, 10],
    weights: first.map((weight) => [weight, 0.1, 0.5]),
    pauseSeconds: [30, 60, 120],
  });
}

export function kayentaGrid(first: readonly number[]): readonly KayentaSettings[] {
  return grid<KayentaSettings>({
    pointSeconds: [10, 30, 60],
    pointsPerRun: [50, 60],
    runs: [1, 2, 3],
    weight: [...first, kayentaDocumented.weight],
    allowedIncrease: [1, 2, 5],
  });
}

export function flaggerLatencyGrid(first: readonly number[]): readonly FlaggerLatency[] {
  return flaggerGrid(first).flatMap(({ min, ...others }) =>
    min === least[0] ? most.map((each) => ({ ...others, most: each })) : [],
  );
}

export function argoLatencyGrid(first: readonly number[]): readonly ArgoLatency[] {
  return argoGrid(first).flatMap(({ least: share, ...others }) =>
    100 * share === least[0] ? most.map((each) => ({ ...others, most: each })) : [],
  );
}

/** A fifth more besides: of waits that is little enough to find what is slow, and more than chance makes of as fast a version. */
export function kayentaLatencyGrid(first: readonly number[]): readonly KayentaLatency[] {
  return kayentaGrid(first).flatMap((each) => {
    const allowed = each.allowedIncrease === 1 ? [1, 1.2] : [each.allowedIncrease];
    return allowed.flatMap((allowedIncrease) => [
      { ...each, allowedIncrease, of: 'mean' as const },
      { ...each, allowedIncrease, of: 'p99' as const },
    ]);
  });
}
