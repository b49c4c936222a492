import { z } from 'zod';

/*
 * What both encodings come to: https://opentelemetry.io/docs/specs/otlp/ and
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/. Unknown keys are passed over.
 */

/** 64 bits, as a number or a decimal string. */
const bits64 = z
  .union([z.number().int().min(0), z.string().regex(/^\d{1,20}$/)])
  .transform((value) => BigInt(value));
const count = bits64.pipe(z.bigint().max(BigInt(Number.MAX_SAFE_INTEGER))).transform(Number);
/** proto3's JSON names what is no number by a string; a proto's number may be that itself. */
const double = z.union([
  z.number(),
  z.nan(),
  z.literal([Infinity, -Infinity]),
  z.enum(['NaN', 'Infinity', '-Infinity']),
]);

const value = z
  .object({
    stringValue: z.string().optional(),
    intValue: z.union([z.number(), z.string()]).optional(),
    boolValue: z.boolean().optional(),
    doubleValue: double.optional(),
  })
  .transform((any) => any.stringValue ?? any.intValue ?? any.boolValue ?? any.doubleValue);
const attribute = z.object({ key: z.string().default(''), value: value.optional() });
const attributes = z.array(attribute).max(1000).default([]);
const traceId = z.string().max(64).default('');
const exemplars = z.array(z.object({ traceId })).max(10_000).default([]);
const common = {
  attributes,
  startTimeUnixNano: bits64.default(0n),
  timeUnixNano: bits64.default(0n),
  count: count.default(0),
  flags: z.number().default(0),
  exemplars,
};
const mostBuckets = 1000;
const counts = z.array(count).max(mostBuckets).default([]);
const explicitPoint = z.object({
  ...common,
  bucketCounts: counts,
  explicitBounds: z.array(z.number()).max(mostBuckets).default([]),
});
const exponentialPoint = z.object({
  ...common,
  scale: z.int().min(-20).max(30).default(0),
  zeroCount: count.default(0),
  positive: z
    .object({ offset: z.int().default(0), bucketCounts: counts })
    .default({ offset: 0, bucketCounts: [] }),
});
const temporality = z
  .union([z.literal([1, 2]), z.enum(['AGGREGATION_TEMPORALITY_DELTA', 'AGGREGATION_TEMPORALITY_CUMULATIVE'])])
  .transform((told) => (told === 1 || told === 'AGGREGATION_TEMPORALITY_DELTA' ? 'delta' : 'cumulative'));
const metric = z.object({
  name: z.string().default(''),
  unit: z.string().default(''),
  // Read only where the name is ours: others are many, and none of our business.
  histogram: z.unknown().optional(),
  exponentialHistogram: z.unknown().optional(),
});

export const explicitHistogram = z.object({
  aggregationTemporality: temporality,
  dataPoints: z.array(explicitPoint).default([]),
});
export const exponentialHistogram = z.object({
  aggregationTemporality: temporality,
  dataPoints: z.array(exponentialPoint).default([]),
});
export type Metric = z.infer<typeof metric>;
export type Temporality = z.infer<typeof temporality>;
export type ExplicitPoint = z.infer<typeof explicitPoint>;
export type ExponentialPoint = z.infer<typeof exponentialPoint>;
export type Attributes = z.infer<typeof attributes>;

const scopeMetrics = z.object({ metrics: z.array(metric).default([]) });
export const metricsBody = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(scopeMetrics).default([]) })).default([]),
});

/** SPAN_KIND_SERVER, STATUS_CODE_ERROR; JSON may name them too. */
const kind = z.union([z.int(), z.string()]).transform((told) => told === 2 || told === 'SPAN_KIND_SERVER');
const code = z.union([z.int(), z.string()]).transform((told) => told === 2 || told === 'STATUS_CODE_ERROR');
/** Read only of a span that failed: others are many. */
const events = z.array(z.unknown()).default([]);
export const exceptionEvent = z.object({ name: z.literal('exception'), attributes });
const span = z.object({
  traceId,
  kind: kind.default(false),
  attributes,
  events,
  status: z.object({ code: code.default(false) }).default({ code: false }),
});
const scopeSpans = z.object({ spans: z.array(span).default([]) });
/** Asked only of those who report for many: whoever reports for itself is known by its socket. */
const resource = z.object({ attributes }).default({ attributes: [] });
export const tracesBody = z.object({
  resourceSpans: z.array(z.object({ resource, scopeSpans: z.array(scopeSpans).default([]) })).default([]),
});
export type Span = z.infer<typeof span>;

/** SEVERITY_NUMBER_ERROR and what is worse; JSON may name it. A record without one may be an error. */
const isSevere = z
  .union([z.int(), z.string()])
  .transform((told) =>
    typeof told === 'number'
      ? told === 0 || told >= 17
      : /^SEVERITY_NUMBER_(ERROR|FATAL|UNSPECIFIED)/.test(told),
  );
const logRecord = z.object({
  traceId,
  attributes,
  eventName: z.string().default(''),
  severityNumber: isSevere.default(true),
});
const scopeLogs = z.object({ logRecords: z.array(logRecord).default([]) });
export const logsBody = z.object({
  resourceLogs: z.array(z.object({ resource, scopeLogs: z.array(scopeLogs).default([]) })).default([]),
});
