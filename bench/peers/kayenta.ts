import { isHigher } from './mann-whitney.ts';
import type { Stream } from './stream.ts';

export type KayentaSettings = {
  readonly pointSeconds: number;
  readonly pointsPerRun: number;
  readonly runs: number;
  /** Of all requests; an equal share goes to its baseline. */
  readonly weight: number;
  /** effectSize.allowedIncrease: the ratio of the means that is still tolerated. */
  readonly allowedIncrease: number;
};

/** The documented starting point: three hours, judged each hour (spinnaker.io/guides/user/canary/best-practices), by the minute. */
export const kayentaDocumented: KayentaSettings = {
  pointSeconds: 60,
  pointsPerRun: 60,
  runs: 3,
  weight: 0.05,
  allowedIncrease: 1,
};

/**
 * Canary and an equally large baseline, point by point: the share of failing requests must not be classified `High` by the
 * Mann-Whitney judge. One metric, so a run scores 0 or 100. Each run looks at all points from the start.
 */
export function kayenta(stream: Stream, settings: KayentaSettings): 'promote' | 'rollback' {
  const { pointSeconds, pointsPerRun, runs, weight, allowedIncrease } = settings;
  const [canary, baseline]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    for (let point = 0; point < pointsPerRun; point += 1) {
      const seen = stream.pass(pointSeconds, weight);
      canary.push(shareOf(seen.canary));
      // Its baseline is as large as the canary, and the shares of it vary as much.
      baseline.push(stream.shareOfFewer(seen.baseline, seen.canary.requests));
    }
    if (isHigher(canary, baseline, allowedIncrease)) return 'rollback';
  }
  return 'promote';
}

function shareOf({ requests, failed }: { requests: number; failed: number }): number {
  return requests === 0 ? 0 : failed / requests;
}
