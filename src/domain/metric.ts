import { latencyBucket } from './latency.ts';

/**
 * What a service names of its own. `rate`: whether it happens to a user. `ratio`: whether it is so (1) or not (0), of users whom
 * it was asked of. `histogram`: a number.
 */
export const metricKinds = ['rate', 'ratio', 'histogram'] as const;
export type MetricKind = (typeof metricKinds)[number];

export type Metric = { readonly name: string; readonly kind: MetricKind };

export type MetricPlan = Metric & {
  /** Which way it is harm. */
  readonly worse: 'higher' | 'lower';
  /** Of a histogram: by this factor the canary's may be worse, from 1. */
  readonly tolerate: number;
};

/** What one answer said. `value` undefined: that it happened. */
export type Report = { readonly name: string; readonly value: number | undefined };

export const metricName = /^[a-z][a-z0-9-]{0,39}$/;
export const mostMetrics = 10;

/** Four to a doubling, as an OpenTelemetry exponential histogram of scale 2 has them; from 2^-20 to 2^40. */
const doublings = { least: -20, most: 40, each: 4 };
const numbers = Array.from(
  { length: (doublings.most - doublings.least) * doublings.each + 1 },
  (_, j) => 2 ** (doublings.least + j / doublings.each),
);

/** Upper bounds of all buckets but the last; a rate has one bucket. */
export const metricBounds: { readonly [K in MetricKind]: readonly number[] } = {
  rate: [],
  ratio: [0.5],
  histogram: numbers,
};

/** undefined: no value of that kind. Whatever is not above the least bound is in the first bucket. */
export function metricBucket(kind: MetricKind, value: number | undefined): number | undefined {
  if (kind === 'rate') return value === undefined ? 0 : undefined;
  if (value === undefined || (kind === 'ratio' && value !== 0 && value !== 1)) return undefined;
  return latencyBucket(value, metricBounds[kind]);
}

/** `cart-value=37.5, search-empty=0, checkout-failed`. What is none of that is passed over: a version wrote it. */
export function parseReports(text: string): readonly Report[] {
  return text
    .slice(0, 1000)
    .split(',')
    .slice(0, mostMetrics)
    .flatMap((part): readonly Report[] => {
      const [name = '', value, ...rest] = part.split('=').map((piece) => piece.trim());
      if (!metricName.test(name) || rest.length > 0) return [];
      if (value === undefined) return [{ name, value }];
      const number = /^-?\d{1,20}(\.\d{1,20})?(e[+-]?\d{1,2})?$/i.test(value) ? Number(value) : Number.NaN;
      return Number.isFinite(number) ? [{ name, value: number }] : [];
    });
}
