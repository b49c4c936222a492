import { createHash } from 'node:crypto';
import { z } from 'zod';

/*
 * OTLP/HTTP JSON metrics, of which only http.server.request.duration is kept.
 * https://opentelemetry.io/docs/specs/otlp/ and https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */

const METRIC = 'http.server.request.duration';
/** One service's distinct attribute sets; more are ignored, and counted as such. */
const MOST_SERIES = 2000;
/** One attribute set as JSON; a series with a larger one is ignored, and counted as such. */
const LARGEST_SET = 4096;

const count = z.union([z.int().min(0), z.string().regex(/^\d{1,15}$/)]).transform(Number);
const attribute = z.object({ key: z.string(), value: z.unknown().optional() });
const point = z.object({
  attributes: z.array(attribute).default([]),
  // It is kept for each series: a service must not make it long.
  startTimeUnixNano: z
    .union([z.string().regex(/^\d{1,20}$/), z.number()])
    .transform(String)
    .default('0'),
  count: count.default(0),
});
const temporality = z.union([
  z.int(),
  z.enum(['AGGREGATION_TEMPORALITY_DELTA', 'AGGREGATION_TEMPORALITY_CUMULATIVE']),
]);
const histogram = z.object({ dataPoints: z.array(point).default([]), aggregationTemporality: temporality });
const metric = z.object({
  name: z.string(),
  histogram: histogram.optional(),
  exponentialHistogram: histogram.optional(),
});
const scope = z.object({ metrics: z.array(metric).default([]) });
const payload = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(scope).default([]) })).default([]),
});

/** Requests by their own account of an instance: it may roll back or hold, never promote. */
export type SelfReport = {
  readonly requests: number;
  readonly errors: number;
  readonly ignoredSeries: number;
};

type Series = { readonly start: string; readonly count: number };

export class SelfReports {
  readonly #series = new Map<string, Series>();
  #requests = 0;
  #errors = 0;
  #ignored = 0;

  /** Takes one export; throws on what is not OTLP. */
  take(body: unknown): void {
    for (const { scopeMetrics } of payload.parse(body).resourceMetrics) {
      for (const { name, histogram: explicit, exponentialHistogram } of scopeMetrics.flatMap(
        (one) => one.metrics,
      )) {
        if (name !== METRIC) continue;
        for (const points of [explicit, exponentialHistogram]) if (points !== undefined) this.#points(points);
      }
    }
  }

  report(): SelfReport {
    return { requests: this.#requests, errors: this.#errors, ignoredSeries: this.#ignored };
  }

  #points({ dataPoints, aggregationTemporality }: z.infer<typeof histogram>): void {
    const delta = aggregationTemporality === 1 || aggregationTemporality === 'AGGREGATION_TEMPORALITY_DELTA';
    for (const one of dataPoints) {
      const grown = delta ? one.count : this.#growth(one);
      this.#requests += grown;
      if (one.attributes.some(({ key }) => key === 'error.type')) this.#errors += grown;
    }
  }

  /** Of a cumulative series; one that began anew, or fell, counts from zero. */
  #growth(one: z.infer<typeof point>): number {
    const set = JSON.stringify(one.attributes.toSorted((a, b) => (a.key < b.key ? -1 : 1)));
    if (set.length > LARGEST_SET) return this.#ignore();
    // The hash alone is kept: what a service sends must not decide how much memory the supervisor takes.
    const key = createHash('sha256').update(set).digest('base64');
    const before = this.#series.get(key);
    if (before === undefined && this.#series.size >= MOST_SERIES) return this.#ignore();
    this.#series.set(key, { start: one.startTimeUnixNano, count: one.count });
    const goesOn =
      before !== undefined && before.start === one.startTimeUnixNano && one.count >= before.count;
    return goesOn ? one.count - before.count : one.count;
  }

  #ignore(): number {
    this.#ignored += 1;
    return 0;
  }
}
