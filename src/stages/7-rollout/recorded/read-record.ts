import { z } from 'zod';
import { AutolandError } from '../../../domain/errors.ts';
import { metricName, type Report } from '../../../domain/metric.ts';
import type { MetricWindow, RolloutRecord } from '../../../domain/rollout-record.ts';
import { outcomeOfStatus } from '../../../domain/rollout-tally.ts';

/** As far as a date goes. */
const t = z.number().min(0).max(8e9);
const arm = z.enum(['canary', 'baseline']);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const mostNamed = 100;
const byMetric = <T>(told: z.ZodType<T>) =>
  z.record(z.string().regex(metricName), told).refine((metrics) => Object.keys(metrics).length <= mostNamed, {
    message: `expected at most ${mostNamed} metrics`,
  });

const weightLine = z.object({ t, weight: z.number().gt(0).lt(1) });
const requestLine = z
  .object({
    t,
    arm,
    user: z.union([z.string().min(1), z.number()]),
    error: z.boolean().optional(),
    status: z.number().int().min(100).max(599).optional(),
    ms: z.number().min(0).max(8e9).optional(),
    metrics: byMetric(z.union([z.literal(true), z.number()])).optional(),
  })
  .refine(({ error, status }) => error !== undefined || status !== undefined, {
    message: 'expected error (true or false) or status',
  })
  .refine(({ error, status }) => error !== false || status === undefined || status < 500, {
    message: 'expected no "error":false beside a status of 5xx: one of the two is wrong',
  });
const windowSeconds = z.number().gt(0).max(86_400).optional();
const latency = z
  .object({ bounds: z.array(z.number().gt(0)).min(1).max(500), counts: z.array(count) })
  .refine(({ bounds }) => bounds.every((bound, j) => bound > (bounds[j - 1] ?? 0)), {
    message: 'expected bounds that rise',
  })
  .refine(({ bounds, counts }) => counts.length === bounds.length + 1, {
    message: 'expected one count more than bounds, as the last bucket has none',
  });
/** A number of users for a rate, of those with 0 and with 1 for a ratio, and of each bucket for a histogram. */
const metricWindow = z.union([count, z.tuple([count, count]), latency]);
const windowLine = z
  .object({
    t,
    arm,
    users: count,
    failed: count,
    seconds: windowSeconds,
    latency: latency.optional(),
    metrics: byMetric(metricWindow).optional(),
  })
  .refine(({ users, failed }) => failed <= users, { message: 'expected no more failed than users' })
  .refine((line) => fits(line, line.users), { message: 'expected no more in the buckets than users' });
const requestWindowLine = z
  .object({
    t,
    arm,
    requests: count,
    failed: count,
    seconds: windowSeconds,
    latency: latency.optional(),
    metrics: z
      .undefined({ error: 'expected no metrics in a window of requests: a user reports once' })
      .optional(),
  })
  .refine(({ requests, failed }) => failed <= requests, { message: 'expected no more failed than requests' })
  .refine((line) => fits(line, line.requests), { message: 'expected no more in the buckets than requests' });

function fits(line: { readonly latency?: z.infer<typeof latency> | undefined }, most: number): boolean {
  return (line.latency?.counts ?? []).reduce((sum, each) => sum + each, 0) <= most;
}

/** A line of NDJSON; other keys than those that are known are passed over. Throws `usage`, with the line's number. */
export function readRecord(line: string, number: number): RolloutRecord {
  const data = parsed(line, number);
  mustBeOne(data, number);
  if ('weight' in data) return { kind: 'weight', ...valid(weightLine, data, number) };
  if ('users' in data) {
    const { latency: waited, metrics: told, ...line } = valid(windowLine, data, number);
    const named = told && { metrics: Object.fromEntries(Object.entries(told).map(metricOf)) };
    return { kind: 'window', ...line, ...inSeconds(waited), ...named };
  }
  if ('requests' in data) {
    const { latency: waited, metrics: _, ...line } = valid(requestWindowLine, data, number);
    return { kind: 'request-window', ...line, ...inSeconds(waited) };
  }
  const { t: at, arm: of, user, error, status, ms, metrics } = valid(requestLine, data, number);
  const failed = error === undefined ? outcomeOfStatus(status ?? 0) : error ? 'server-error' : 'ok';
  const seconds = ms === undefined ? {} : { seconds: ms / 1000 };
  const reports = metrics && { reports: Object.entries(metrics).map(reportOf) };
  return { kind: 'request', t: at, arm: of, user: String(user), outcome: failed, ...seconds, ...reports };
}

/** What a key beside these means is its writer's own matter; of two kinds, one would be passed over and never be missed. */
function mustBeOne(data: object, number: number): void {
  const kinds = ['weight', 'users', 'requests', 'user'].filter((key) => key in data);
  if (kinds.length > 1)
    throw invalid(number, `found one that is several at once: it has ${kinds.join(' and ')}`);
}

function reportOf([name, value]: readonly [string, number | true]): Report {
  return { name, value: value === true ? undefined : value };
}

function metricOf([name, told]: readonly [string, z.infer<typeof metricWindow>]): [string, MetricWindow] {
  if (typeof told === 'number') return [name, { kind: 'rate', counts: [told] }];
  return [name, Array.isArray(told) ? { kind: 'ratio', counts: told } : { kind: 'histogram', ...told }];
}

function inSeconds(waited: z.infer<typeof latency> | undefined) {
  return waited && { latency: { ...waited, bounds: waited.bounds.map((ms) => ms / 1000) } };
}

function parsed(line: string, number: number): object {
  try {
    const data: unknown = JSON.parse(line);
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data;
  } catch {
    // The same as what is no object.
  }
  throw invalid(number, `found ${JSON.stringify(line.slice(0, 60))}`);
}

function valid<T>(schema: z.ZodType<T>, data: object, number: number): T {
  const read = schema.safeParse(data);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw invalid(number, `${where === '' ? '' : `${where}: `}${issue?.message ?? 'it is something else'}`);
}

function invalid(number: number, found: string): AutolandError {
  return new AutolandError('usage', `expected a weight, a request or a window in line ${number}, ${found}`, {
    mend: 'one JSON object a line: {"t":0,"weight":0.01}, {"t":1.5,"arm":"canary","user":"u7","error":false} or {"t":2,"arm":"baseline","users":990,"failed":4}',
  });
}
