import type { Stream } from './stream.ts';

export type ArgoSettings = {
  /** successCondition: result >= this. */
  readonly least: number;
  readonly intervalSeconds: number;
  /** So many measurements below it end the analysis. */
  readonly failureLimit: number;
  readonly weights: readonly number[];
  readonly pauseSeconds: number;
};

/** The documented background analysis: every five minutes, 95 %, three failures, 20 % more every ten minutes (argo-rollouts docs/features/analysis.md). */
export const argoDocumented: ArgoSettings = {
  least: 0.95,
  intervalSeconds: 300,
  failureLimit: 3,
  weights: [0.2, 0.4, 0.6, 0.8],
  pauseSeconds: 600,
};

/** Measures the whole interval, where `irate` takes two samples: that is kinder to it. No requests is no measurement. */
export function argo(stream: Stream, settings: ArgoSettings): 'promote' | 'rollback' {
  const { least, intervalSeconds, failureLimit, weights, pauseSeconds } = settings;
  let failures = 0;
  for (const weight of weights) {
    for (let seconds = 0; seconds < pauseSeconds; seconds += intervalSeconds) {
      const { canary } = stream.pass(intervalSeconds, weight);
      if (canary.requests > 0 && 1 - canary.failed / canary.requests < least) failures += 1;
      if (failures >= failureLimit) return 'rollback';
    }
  }
  return 'promote';
}
