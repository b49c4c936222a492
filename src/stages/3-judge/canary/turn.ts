import type { CanaryKind } from '../../../domain/canary.ts';
import type { Draw } from './defects.ts';

/** Misses are what must not happen, and so what most of them look for. */
const goodShare = 0.25;

/**
 * What a judged change is followed by, so that no author can tell when the judge is measured. Until it has earned its standing each one is,
 * as there is no other way to earn it; then `share` of them. undefined: nothing.
 */
export function nextCanary(earned: boolean, share: number, draw: Draw): CanaryKind | undefined {
  // 0 switches it off, also where nothing was ever measured: it then stays without standing.
  if (share === 0) return undefined;
  if (earned && draw() >= share) return undefined;
  return canaryKind(draw);
}

export function canaryKind(draw: Draw): CanaryKind {
  return draw() < goodShare ? 'good' : 'seeded';
}
