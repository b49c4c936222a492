import type { Stream } from './stream.ts';

export type FlaggerSettings = {
  /** thresholdRange.min of request-success-rate, in percent. */
  readonly min: number;
  readonly intervalSeconds: number;
  /** Failed checks before rollback. */
  readonly threshold: number;
  /** Shares of all requests, one after the other. */
  readonly weights: readonly number[];
};

/** The documented example: every minute, ten failed checks, in steps of 2 % to 50 % (fluxcd/flagger docs/gitbook/usage/deployment-strategies.md), and 99 % (…/metrics.md). */
export const flaggerDocumented: FlaggerSettings = {
  min: 99,
  intervalSeconds: 60,
  threshold: 10,
  weights: Array.from({ length: 25 }, (_, at) => 0.02 * (at + 1)),
};

/** A check that fails halts the advancement and is counted; no data is a failed check. The count is never taken back. */
export function flagger(stream: Stream, settings: FlaggerSettings): 'promote' | 'rollback' {
  const { min, intervalSeconds, threshold, weights } = settings;
  let [failed, at] = [0, 0];
  while (failed < threshold && at < weights.length) {
    const { canary } = stream.pass(intervalSeconds, weights[at] ?? 1);
    const rate = canary.requests === 0 ? 0 : 100 * (1 - canary.failed / canary.requests);
    if (rate < min) failed += 1;
    else at += 1;
  }
  return failed < threshold ? 'promote' : 'rollback';
}
