import { statSync } from 'node:fs';
import { OTLPMetricExporter as MetricsOverGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricsAsJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricsAsProto } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpStage } from '../../../testing/otlp-stage.ts';

/*
 * OpenTelemetry's own SDK and exporters, over the socket that a service has; hostile.test.ts has what they never send.
 */

let stage: OtlpStage;
beforeEach(async () => {
  stage = await OtlpStage.open();
});
afterEach(() => stage.close());

type Temporality = AggregationTemporality.DELTA | AggregationTemporality.CUMULATIVE;

const metricExporters: readonly [string, (temporalityPreference: never) => PushMetricExporter][] = [
  [
    'JSON',
    (temporalityPreference) =>
      new MetricsAsJson({ ...stage.overHttp('/v1/metrics', false), temporalityPreference }),
  ],
  [
    'JSON, gzip',
    (temporalityPreference) =>
      new MetricsAsJson({ ...stage.overHttp('/v1/metrics', true), temporalityPreference }),
  ],
  [
    'protobuf',
    (temporalityPreference) =>
      new MetricsAsProto({ ...stage.overHttp('/v1/metrics', false), temporalityPreference }),
  ],
  [
    'protobuf, gzip',
    (temporalityPreference) =>
      new MetricsAsProto({ ...stage.overHttp('/v1/metrics', true), temporalityPreference }),
  ],
  [
    'gRPC',
    (temporalityPreference) => new MetricsOverGrpc({ ...stage.overGrpc(false), temporalityPreference }),
  ],
  [
    'gRPC, gzip',
    (temporalityPreference) => new MetricsOverGrpc({ ...stage.overGrpc(true), temporalityPreference }),
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
  stage.defer(() => provider.shutdown());
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
    expect(stage.receiver.report()).toMatchObject({
      requests: 32,
      errors: 2,
      rejectedPoints: 0,
      lastSeen: expect.any(String) as string,
      routes: [{ route: 'GET /cart', requests: 32, failed: 2, statuses: { 503: 2 }, traceId: null }],
    });
    const { p50Seconds, p95Seconds, everySeconds } = stage.receiver.report();
    expect(p50Seconds).toBeGreaterThanOrEqual(0.02);
    expect(p50Seconds).toBeLessThan(0.04);
    expect(p95Seconds).toBeGreaterThanOrEqual(0.9);
    expect(p95Seconds).toBeLessThan(1.3);
    expect(everySeconds).not.toBeNull();
  });
});

it('can be opened by its owner alone, and ends what is open', async () => {
  expect(statSync(stage.socket).mode & 0o777).toBe(0o600);
  await stage.receiver.close();
  await stage.receiver.listen();
  const { serve, flush } = shop(
    metricExporters[4]?.[1](temporalities.DELTA as never) as PushMetricExporter,
    AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
  );
  serve(200, 0.1);
  await flush();
  expect(stage.receiver.report().requests).toBe(1);
});
