import { latencyBounds, latencyQuantile } from '../../../domain/latency.ts';
import type { SelfReport } from '../../../domain/self-report.ts';
import { Exceptions } from './exceptions.ts';
import { type FlaggedRequest, FlaggedTraces } from './flagged-traces.ts';
import { type LatencyCounts, none, ofExplicit, ofExponential } from './latency.ts';
import { evaluationIn, isFailure, RouteCounts, variantOf } from './route-counts.ts';
import { SeriesMemory } from './series-memory.ts';
import {
  type Attributes,
  type ExplicitPoint,
  type ExponentialPoint,
  explicitHistogram,
  exponentialHistogram,
  logsBody,
  type Metric,
  metricsBody,
  type Temporality,
  tracesBody,
} from './shapes.ts';

const metricName = 'http.server.request.duration';
/** Its copy by flags (src/middleware): requests that it counts too are not counted again. */
const flaggedName = 'autoland.http.server.request.duration';
const evaluationEvent = 'feature_flag.evaluation';
/** The convention has seconds; some count in milliseconds all the same, and say so. */
const secondsOf = new Map([
  ['', 1],
  ['s', 1],
  ['ms', 0.001],
]);
/** DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK */
const noRecordedValue = 1;
const mostReported = 50;
/** An instance that had served for longer when it was first heard tells of the past. */
const historyNanos = 60_000_000_000n;

/** Of one export: data points that were left out, and why the first of them was. */
export type Taken = { readonly rejected: number; readonly why: string };

/** What one instance says of itself, by its exports. Its memory is bounded, whatever is sent. Throws for what is not OTLP. */
export class SelfReports {
  readonly #now: () => number;
  readonly #series = new SeriesMemory();
  readonly #routes = new RouteCounts();
  readonly #variants = new RouteCounts(variantName);
  readonly #tracedVariants = new RouteCounts(variantName);
  readonly #flaggedTraces = new FlaggedTraces();
  readonly exceptions = new Exceptions();
  readonly #latency: number[] = none();
  #requests = 0;
  #errors = 0;
  #rejected = 0;
  #wasHeard = false;

  /** `now`: monotonic, in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** One export. */
  take(signal: 'metrics' | 'traces' | 'logs', body: unknown): Taken {
    if (signal === 'metrics') return this.takeMetrics(body);
    return signal === 'traces' ? this.takeTraces(body) : this.takeLogs(body);
  }

  takeMetrics(body: unknown): Taken {
    const taken = new Rejections();
    for (const { scopeMetrics } of metricsBody.parse(body).resourceMetrics)
      for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics))
        if (metric.name === metricName || metric.name === flaggedName) this.#takeMetric(metric, taken);
    this.#rejected += taken.rejected;
    this.#wasHeard = true;
    return { rejected: taken.rejected, why: taken.why };
  }

  /** Spans are examples of what the metrics count; by themselves they count only by the flags that they met. */
  takeTraces(body: unknown): Taken {
    const { resourceSpans } = tracesBody.parse(body);
    for (const { spans } of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
      for (const { kind: isServer, status, attributes, events, traceId } of spans) {
        this.exceptions.inSpan(events, { traceId, hasFailed: status.code });
        if (!isServer) continue;
        const isError = status.code || isFailure(attributes);
        if (isError) this.#routes.sawErrorSpan(attributes, traceId);
        this.#addFlagged(this.#flaggedTraces.served(traceId, attributes, isError));
      }
    return { rejected: 0, why: '' };
  }

  /** Of logs, only exceptions and the evaluations of flags are read. */
  takeLogs(body: unknown): Taken {
    const { resourceLogs } = logsBody.parse(body);
    for (const { logRecords } of resourceLogs.flatMap(({ scopeLogs }) => scopeLogs))
      for (const { traceId, attributes, eventName, severityNumber: isSevere } of logRecords) {
        if (isSevere) this.exceptions.add(attributes, traceId);
        if (eventName !== evaluationEvent) continue;
        const { flag, variant } = evaluationIn(attributes);
        if (flag !== undefined) this.#addFlagged(this.#flaggedTraces.evaluated(traceId, flag, variant));
      }
    return { rejected: 0, why: '' };
  }

  report(): SelfReport {
    const quantile = (share: number) => {
      const bound = latencyQuantile(share, this.#latency, latencyBounds);
      return bound === undefined ? null : Math.min(bound, 3600);
    };
    return {
      requests: this.#requests,
      errors: this.#errors,
      rejectedPoints: this.#rejected,
      p50Seconds: quantile(0.5),
      p95Seconds: quantile(0.95),
      routes: this.#routes.reports(mostReported, this.#now()),
      variants: this.#reportedVariants(),
    };
  }

  /** Metrics count every request; traces only those that were sampled. */
  #reportedVariants(): SelfReport['variants'] {
    const counted = this.#variants.reports(mostReported, this.#now());
    return counted.length > 0 ? counted : this.#tracedVariants.reports(mostReported, this.#now());
  }

  #addFlagged(requests: readonly FlaggedRequest[]): void {
    for (const { attributes, traceId } of requests)
      this.#tracedVariants.add(attributes, 1, traceId, this.#now());
  }

  #takeMetric({ name, unit, ...metric }: Metric, taken: Rejections): void {
    const toSeconds = secondsOf.get(unit);
    const inSeconds = <P>(of: (point: P, factor: number) => LatencyCounts | undefined, point: P) =>
      toSeconds === undefined ? undefined : of(point, toSeconds);
    if (metric.histogram !== undefined) {
      const { dataPoints, aggregationTemporality } = explicitHistogram.parse(metric.histogram);
      for (const point of dataPoints)
        this.#take({ name, point, latency: inSeconds(ofExplicit, point) }, aggregationTemporality, taken);
    }
    if (metric.exponentialHistogram !== undefined) {
      const { dataPoints, aggregationTemporality } = exponentialHistogram.parse(metric.exponentialHistogram);
      for (const point of dataPoints)
        this.#take({ name, point, latency: inSeconds(ofExponential, point) }, aggregationTemporality, taken);
    }
  }

  #take({ name, point, latency }: Told, temporality: Temporality, taken: Rejections): void {
    const { attributes, startTimeUnixNano: start, timeUnixNano: time, count, flags, exemplars } = point;
    if ((flags & noRecordedValue) !== 0) return;
    const added = this.#series.added({ metric: name, attributes, start, time, count, latency }, temporality);
    if (added.kind === 'rejected') taken.add(added.why);
    if (added.kind !== 'grown') return;
    const traceId = exemplars.findLast((exemplar) => exemplar.traceId !== '')?.traceId;
    const isPast = !this.#wasHeard && temporality === 'cumulative' && time - start > historyNanos;
    const grown = added.count;
    if (!isPast && variantOf(attributes) !== undefined)
      this.#variants.add(attributes, grown, traceId, this.#now());
    if (name === flaggedName) return;
    this.#requests += grown;
    if (isFailure(attributes)) this.#errors += grown;
    if (!isPast) this.#routes.add(attributes, grown, traceId, this.#now());
    for (const [j, each] of (added.latency ?? []).entries())
      this.#latency[j] = (this.#latency[j] ?? 0) + each;
  }
}

function variantName(attributes: Attributes): string {
  return variantOf(attributes) ?? 'others';
}

type Told = {
  readonly name: string;
  readonly point: ExplicitPoint | ExponentialPoint;
  readonly latency: LatencyCounts | undefined;
};

class Rejections {
  rejected = 0;
  why = '';

  add(why: string): void {
    this.rejected += 1;
    if (this.why === '') this.why = why;
  }
}
