import type { ChangeClass } from '../../../domain/change.ts';
import type { RiskFeatures } from './features.ts';

export type RiskBand = 'low' | 'medium' | 'high';

export type Risk = {
  /** 0 to 1. A rank, no probability. */
  readonly score: number;
  readonly band: RiskBand;
  readonly parts: Readonly<Record<RiskPart, number>>;
};

export type RiskPart = 'size' | 'spread' | 'history' | 'criticality' | 'class' | 'packages';

export const bars = { medium: 0.3, high: 0.6 } as const;

/** What a class may do to people when it is wrong: ranks that we chose. */
const ofClass: Readonly<Record<ChangeClass, number>> = {
  revert: 0.05,
  docs: 0.1,
  lint: 0.2,
  'dependency-patch': 0.3,
  'dependency-security': 0.35,
  'flag-removal': 0.4,
  'flag-addition': 0.4,
  'dependency-minor': 0.4,
  'crash-fix': 0.5,
  other: 0.6,
};

/**
 * The factors are those of Kamei et al., "A Large-Scale Empirical Study of Just-in-Time Quality Assurance" (IEEE TSE 39(6),
 * 2013): size, diffusion and history; criticality, class and packages are ours. Nothing is fitted: parts weigh the same.
 * Half of the score is the worst part, so that no crowd of harmless ones waters it down; half is their mean.
 * Law: no feature that grows lowers the score.
 */
export function riskOf(features: RiskFeatures): Risk {
  const parts = partsOf(features);
  const values = Object.values(parts);
  const mean = values.reduce((total, each) => total + each, 0) / values.length;
  const weighed = (Math.max(...values) + mean) / 2;
  const score = features.isCritical ? Math.max(weighed, bars.high) : weighed;
  return { score, band: bandOf(score), parts };
}

function partsOf(features: RiskFeatures): Risk['parts'] {
  const { lines, files, folders, entropy, touches, authors, recency, packages, novelty } = features;
  return {
    size: saturating(lines, 300),
    spread: mean([saturating(files, 10), saturating(folders, 5), saturating(entropy, 3)]),
    history: mean([saturating(touches, 20), saturating(authors, 5), share(recency)]),
    criticality: features.isCritical ? 1 : share(features.criticality),
    class: ofClass[features.class],
    packages: mean([share(novelty), saturating(packages, 5)]),
  };
}

function bandOf(score: number): RiskBand {
  if (score >= bars.high) return 'high';
  return score >= bars.medium ? 'medium' : 'low';
}

/** 0 at 0, a half at `half`, 1 for ever more. What is no number is the worst. */
function saturating(count: number, half: number): number {
  if (count === Number.POSITIVE_INFINITY || Number.isNaN(count)) return 1;
  return Math.max(0, count) / (Math.max(0, count) + half);
}

function share(value: number): number {
  return Number.isNaN(value) ? 1 : Math.min(1, Math.max(0, value));
}

function mean(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0) / values.length;
}
