import { type ArgoSettings, argoDocumented } from './argo.ts';
import { type FlaggerSettings, flaggerDocumented } from './flagger.ts';
import { type KayentaSettings, kayentaDocumented } from './kayenta.ts';
import { isHigher } from './mann-whitney.ts';
import { quantileOf, type SlowStream, type Waits } from './slow-stream.ts';

type Word = 'promote' | 'rollback';
type Slowest = {
  /** Of the canary's requests, all but one in a hundred wait for no longer; ms. */
  readonly most: number;
};

export type FlaggerLatency = Omit<FlaggerSettings, 'min'> & Slowest;
export type ArgoLatency = Omit<ArgoSettings, 'least'> & Slowest;
export type KayentaLatency = KayentaSettings & { readonly of: 'mean' | 'p99' };

const milliseconds = 500;

/** request-duration: the 99th percentile, at most 500 ms (fluxcd/flagger docs/gitbook/usage/metrics.md). */
export const flaggerLatencyDocumented: FlaggerLatency = {
  most: milliseconds,
  intervalSeconds: flaggerDocumented.intervalSeconds,
  threshold: flaggerDocumented.threshold,
  weights: flaggerDocumented.weights,
};

/** Its documentation has no condition for latency: the other's, in its own background analysis. */
export const argoLatencyDocumented: ArgoLatency = {
  most: milliseconds,
  intervalSeconds: argoDocumented.intervalSeconds,
  failureLimit: argoDocumented.failureLimit,
  weights: argoDocumented.weights,
  pauseSeconds: argoDocumented.pauseSeconds,
};

export const kayentaLatencyDocumented: KayentaLatency = { ...kayentaDocumented, of: 'mean' };

/** As with the success rate: a check that fails halts the advancement and is counted, no data is a failed check. */
export function flaggerLatency(stream: SlowStream, settings: FlaggerLatency): Word {
  const { most, intervalSeconds, threshold, weights } = settings;
  let [failed, at] = [0, 0];
  while (failed < threshold && at < weights.length) {
    const { canary } = stream.pass(intervalSeconds, weights[at] ?? 1);
    if (isWithin(canary, most)) at += 1;
    else failed += 1;
  }
  return failed < threshold ? 'promote' : 'rollback';
}

export function argoLatency(stream: SlowStream, settings: ArgoLatency): Word {
  const { most, intervalSeconds, failureLimit, weights, pauseSeconds } = settings;
  let failures = 0;
  for (const weight of weights) {
    for (let seconds = 0; seconds < pauseSeconds; seconds += intervalSeconds) {
      const { canary } = stream.pass(intervalSeconds, weight);
      if (canary.requests > 0 && !isWithin(canary, most)) failures += 1;
      if (failures >= failureLimit) return 'rollback';
    }
  }
  return 'promote';
}

/** Canary and an equally large baseline, point by point, by the Mann-Whitney judge. */
export function kayentaLatency(stream: SlowStream, settings: KayentaLatency): Word {
  const { pointSeconds, pointsPerRun, runs, weight, of, allowedIncrease } = settings;
  const [canary, baseline]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    for (let point = 0; point < pointsPerRun; point += 1) {
      const seen = stream.pass(pointSeconds, weight, 'both');
      const { requests, seconds } = seen.canary;
      canary.push(of === 'p99' ? quantileOf(0.99, seen.canary) : seconds / Math.max(1, requests));
      // A percentile of all of baseline varies less than that of as few: that is kinder to it.
      baseline.push(
        of === 'p99' ? quantileOf(0.99, seen.baseline) : stream.meanOfFewer(seen.baseline, requests),
      );
    }
    if (isHigher(canary, baseline, allowedIncrease)) return 'rollback';
  }
  return 'promote';
}

/** Written so that no number is too slow. */
function isWithin(canary: Waits, most: number): boolean {
  return 1000 * quantileOf(0.99, canary) <= most;
}
