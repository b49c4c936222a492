import { z } from 'zod';
import type { MetricSeries } from '../../../domain/metric-series.ts';
import { printable } from '../../../domain/printable.ts';

/*
 * The answer of /api/v1/query to a range selector: https://prometheus.io/docs/prometheus/latest/querying/api/
 */

const sample = z.tuple([z.number(), z.string().max(64)]);
const series = z.object({
  metric: z.record(z.string(), z.string()),
  values: z.array(sample).optional(),
  histograms: z.array(z.unknown()).optional(),
});
const warnings = z.array(z.string()).default([]);
const success = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.literal('matrix'), result: z.array(series) }),
  warnings,
});
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

/** Throws RangeError for what is not whole, or nothing that this API answers. */
export function readAnswer(text: string): readonly MetricSeries[] {
  const data = parsed(text);
  const read = success.safeParse(data);
  if (!read.success) {
    const told = toldBy(data);
    throw new RangeError(told ?? `it is no answer of the Prometheus API (${where(read.error)})`);
  }
  const [warning] = read.data.warnings;
  if (warning !== undefined)
    throw new RangeError(`it is not the whole answer: it warns ${JSON.stringify(shown(warning))}`);
  return read.data.data.result.map(({ metric, values, histograms }) => {
    if (histograms !== undefined)
      throw new RangeError('it holds native histograms, which are not read: name one with buckets by le');
    return { labels: metric, samples: (values ?? []).map(([at, value]) => [at, numberOf(value)] as const) };
  });
}

/** What the server itself says is wrong; undefined: nothing that could be read. */
export function toldBy(data: unknown): string | undefined {
  const read = failure.safeParse(data);
  return read.success
    ? `it says ${JSON.stringify(shown(`${read.data.errorType}: ${read.data.error}`))}`
    : undefined;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Go's spelling of floats. What is no number stays none: nothing is known of that moment. */
function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text.trim() === '' ? Number.NaN : Number(text);
}

function where(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined
    ? 'unreadable'
    : `${issue.path.slice(0, 6).join('.')}: ${issue.message}`.slice(0, 200);
}

function shown(text: string): string {
  return printable(text).slice(0, 300);
}
