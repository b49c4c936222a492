import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { Agent, type AgentOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPMetricExporter as MetricsOverGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricsAsJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricsAsProto } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TracesOverGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TracesAsJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TracesAsProto } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpReceiver } from './receiver.ts';

/*
 * OpenTelemetry's own SDK and exporters, over the socket that a service has; hostile.test.ts has what they never send.
 */

let dir = '';
let socket = '';
let receiver: OtlpReceiver;
const ends: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-otlp-'));
  socket = join(dir, 'otlp.sock');
  receiver = new OtlpReceiver(socket);
  await receiver.listen();
});

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end().catch(() => {})));
  await receiver.close();
  rmSync(dir, { recursive: true, force: true });
});

type Temporality = AggregationTemporality.DELTA | AggregationTemporality.CUMULATIVE;

const overHttp = (path: string, gzip: boolean) => ({
  url: `http://localhost${path}`,
  httpAgentOptions: () => new Agent({ socketPath: socket } as AgentOptions),
  ...(gzip ? { compression: 'gzip' as never } : {}),
});
const overGrpc = (gzip: boolean) => ({
  url: `unix://${socket}`,
  credentials: credentials.createInsecure(),
  ...(gzip ? { compression: 'gzip' as never } : {}),
});

const metricExporters: readonly [string, (temporalityPreference: never) => PushMetricExporter][] = [
  [
    'JSON',
    (temporalityPreference) =>
      new MetricsAsJson({ ...overHttp('/v1/metrics', false), temporalityPreference }),
  ],
  [
    'JSON, gzip',
    (temporalityPreference) => new MetricsAsJson({ ...overHttp('/v1/metrics', true), temporalityPreference }),
  ],
  [
    'protobuf',
    (temporalityPreference) =>
      new MetricsAsProto({ ...overHttp('/v1/metrics', false), temporalityPreference }),
  ],
  [
    'protobuf, gzip',
    (temporalityPreference) =>
      new MetricsAsProto({ ...overHttp('/v1/metrics', true), temporalityPreference }),
  ],
  ['gRPC', (temporalityPreference) => new MetricsOverGrpc({ ...overGrpc(false), temporalityPreference })],
  [
    'gRPC, gzip',
    (temporalityPreference) => new MetricsOverGrpc({ ...overGrpc(true), temporalityPreference }),
  ],
];

function shop(
  exporter: PushMetricExporter,
  aggregation: AggregationType.EXPLICIT_BUCKET_HISTOGRAM | AggregationType.EXPONENTIAL_HISTOGRAM,
) {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const options = { boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] };
  const views = [
    {
      instrumentName: 'http.server.request.duration',
      aggregation:
        aggregation === AggregationType.EXPLICIT_BUCKET_HISTOGRAM
          ? { type: aggregation, options }
          : { type: aggregation },
    },
  ];
  const provider = new MeterProvider({ readers: [reader], views });
  ends.push(() => provider.shutdown());
  const duration = provider.getMeter('http').createHistogram('http.server.request.duration', {
    unit: 's',
  });
  const serve = (status: number, seconds: number) =>
    duration.record(seconds, {
      'http.request.method': 'GET',
      'http.route': '/cart',
      'http.response.status_code': status,
      ...(status >= 500 ? { 'error.type': `${status}` } : {}),
    });
  return { serve, flush: () => provider.forceFlush() };
}

const temporalities = { DELTA: AggregationTemporality.DELTA, CUMULATIVE: AggregationTemporality.CUMULATIVE };
const cases = metricExporters.flatMap(([name, exporter]) =>
  (['DELTA', 'CUMULATIVE'] as const).flatMap((temporality) =>
    (['EXPLICIT_BUCKET_HISTOGRAM', 'EXPONENTIAL_HISTOGRAM'] as const).map(
      (aggregation) => [name, temporality, aggregation, exporter] as const,
    ),
  ),
);

describe('metrics of OpenTelemetry', () => {
  it.each(cases)('as %s, %s, %s are counted once', async (_name, temporality, aggregation, exporter) => {
    const { serve, flush } = shop(
      exporter(temporalities[temporality] as Temporality as never),
      AggregationType[aggregation],
    );
    for (let n = 0; n < 20; n += 1) serve(200, 0.02);
    serve(503, 0.9);
    await flush();
    for (let n = 0; n < 10; n += 1) serve(200, 0.02);
    serve(503, 0.9);
    await flush();
    expect(receiver.report()).toMatchObject({
      requests: 32,
      errors: 2,
      rejectedPoints: 0,
      lastSeen: expect.any(String) as string,
      routes: [{ route: 'GET /cart', requests: 32, failed: 2, statuses: { 503: 2 }, traceId: null }],
    });
    const { p50Seconds, p95Seconds, everySeconds } = receiver.report();
    expect(p50Seconds).toBeGreaterThanOrEqual(0.02);
    expect(p50Seconds).toBeLessThan(0.04);
    expect(p95Seconds).toBeGreaterThanOrEqual(0.9);
    expect(p95Seconds).toBeLessThan(1.3);
    expect(everySeconds).not.toBeNull();
  });
});

const traceExporters: readonly [string, () => SpanExporter][] = [
  ['JSON', () => new TracesAsJson(overHttp('/v1/traces', true))],
  ['protobuf', () => new TracesAsProto(overHttp('/v1/traces', false))],
  ['gRPC', () => new TracesOverGrpc(overGrpc(true))],
];

describe('traces of OpenTelemetry', () => {
  it.each(traceExporters)('as %s give an example of what failed', async (_name, exporter) => {
    const { serve, flush } = shop(
      metricExporters[2]?.[1](temporalities.DELTA as never) as PushMetricExporter,
      AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
    );
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: exporter() })],
    });
    ends.push(() => provider.shutdown());
    const span = provider.getTracer('http').startSpan('GET /cart', {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': 'GET', 'http.route': '/cart' },
    });
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    await provider.forceFlush();
    serve(500, 0.1);
    await flush();
    expect(receiver.report().routes).toMatchObject([{ traceId: span.spanContext().traceId }]);
  });
});

it('can be opened by its owner alone, and ends what is open', async () => {
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await receiver.close();
  await receiver.listen();
  const { serve, flush } = shop(
    metricExporters[4]?.[1](temporalities.DELTA as never) as PushMetricExporter,
    AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
  );
  serve(200, 0.1);
  await flush();
  expect(receiver.report().requests).toBe(1);
});
