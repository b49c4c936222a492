import type { BenchmarkPair } from '../../domain/performance.ts';
import { signedRank } from '../../stats/signed-rank.ts';

/** How many times faster: the middle, and between which bounds, each of which errs with a chance of at most alpha. */
export type Gain = { readonly ratio: number; readonly low: number; readonly high: number };

export type GainRules = {
  /** Chance of claiming a gain where there is none. */
  readonly alpha: number;
  /** In per cent: less is not worth a person's time. */
  readonly leastGain: number;
};

export type Weighing =
  | { readonly kind: 'shown'; readonly gain: Gain }
  /** null: there were too few pairs for any claim. */
  | { readonly kind: 'not-shown'; readonly gain: Gain | null };

/**
 * Whether the head is faster by more than `leastGain`. Ratios, since what slows a machine down slows both sides of a pair; each pair is one
 * observation, however many batches it had, since two processes of the same code differ for good.
 */
export function weighGain(pairs: readonly BenchmarkPair[], { alpha, leastGain }: GainRules): Weighing {
  const found = signedRank(
    pairs.map(({ baseMs, headMs }) => Math.log(baseMs / headMs)),
    alpha,
  );
  if (found === undefined) return { kind: 'not-shown', gain: null };
  const gain = { ratio: Math.exp(found.middle), low: Math.exp(found.low), high: Math.exp(found.high) };
  return { kind: gain.low > 1 + leastGain / 100 ? 'shown' : 'not-shown', gain };
}

export function shownGain({ ratio, low, high }: Gain): string {
  return `${ratio.toFixed(2)} times as fast (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
