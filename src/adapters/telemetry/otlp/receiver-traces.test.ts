import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPLogExporter as LogsOverGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogsAsJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogsAsProto } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricsAsProto } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TracesOverGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TracesAsJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TracesAsProto } from '@opentelemetry/exporter-trace-otlp-proto';
import { LoggerProvider, type LogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { SimpleSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpStage } from '../../../testing/otlp-stage.ts';

let stage: OtlpStage;
beforeEach(async () => {
  stage = await OtlpStage.open();
});
afterEach(() => stage.close());

const traceExporters: readonly [string, () => SpanExporter][] = [
  ['JSON', () => new TracesAsJson(stage.overHttp('/v1/traces', true))],
  ['protobuf', () => new TracesAsProto(stage.overHttp('/v1/traces', false))],
  ['gRPC', () => new TracesOverGrpc(stage.overGrpc(true))],
];

describe('traces of OpenTelemetry', () => {
  it.each(traceExporters)('as %s give an example of what failed', async (_name, exporter) => {
    const reader = new PeriodicExportingMetricReader({
      exporter: new MetricsAsProto(stage.overHttp('/v1/metrics', false)),
      exportIntervalMillis: 3_600_000,
    });
    const metrics = new MeterProvider({ readers: [reader] });
    const traces = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: exporter() })],
    });
    stage.defer(() => metrics.shutdown());
    stage.defer(() => traces.shutdown());
    const attributes = { 'http.request.method': 'GET', 'http.route': '/cart' };
    const span = traces.getTracer('http').startSpan('GET /cart', { kind: SpanKind.SERVER, attributes });
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    const duration = metrics.getMeter('http').createHistogram('http.server.request.duration', { unit: 's' });
    duration.record(0.1, { ...attributes, 'error.type': '500' });
    await Promise.all([traces.forceFlush(), metrics.forceFlush()]);
    // A flush of the SDK does not wait for all that it sends.
    await expect
      .poll(() => stage.receiver.report().routes, { timeout: 60_000 })
      .toMatchObject([{ route: 'GET /cart', failed: 1, traceId: span.spanContext().traceId }]);
  });
});

const logExporters: readonly [string, () => LogRecordExporter][] = [
  ['JSON', () => new LogsAsJson(stage.overHttp('/v1/logs', false))],
  ['protobuf', () => new LogsAsProto(stage.overHttp('/v1/logs', true))],
  ['gRPC', () => new LogsOverGrpc(stage.overGrpc(false))],
];

describe('evaluations of flags of OpenTelemetry', () => {
  it.each(logExporters)('as %s tell by its trace which variant failed', async (_name, exporter) => {
    const traces = new TracesAsProto(stage.overHttp('/v1/traces', false));
    const spans = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: traces })] });
    const logs = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: exporter() })] });
    stage.defer(() => spans.shutdown());
    stage.defer(() => logs.shutdown());
    const span = spans.getTracer('http').startSpan('GET /cart', { kind: SpanKind.SERVER });
    logs.getLogger('flags').emit({
      eventName: 'feature_flag.evaluation',
      context: trace.setSpan(ROOT_CONTEXT, span),
      attributes: { 'feature_flag.key': 'checkout', 'feature_flag.result.variant': 'on' },
    });
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    await Promise.all([spans.forceFlush(), logs.forceFlush()]);
    await expect
      .poll(() => stage.receiver.report().variants, { timeout: 60_000 })
      .toMatchObject([
        { route: 'checkout = on', requests: 1, failed: 1, traceId: span.spanContext().traceId },
      ]);
  });
});
