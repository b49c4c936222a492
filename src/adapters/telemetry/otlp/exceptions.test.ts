import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPLogExporter as LogsOverGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogsAsJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogsAsProto } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as TracesOverGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TracesAsJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TracesAsProto } from '@opentelemetry/exporter-trace-otlp-proto';
import { LoggerProvider, type LogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { SimpleSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpStage } from '../../../testing/otlp-stage.ts';
import { Exceptions } from './exceptions.ts';
import { SelfReports } from './self-reports.ts';

let stage: OtlpStage;
beforeEach(async () => {
  stage = await OtlpStage.open();
});
afterEach(() => stage.close());

const own = import.meta.filename;

function failure(): Error {
  return new TypeError('no cart of user 4711');
}

const taken = async (count: number) => {
  const all: ReturnType<Exceptions['take']>['exceptions'][number][] = [];
  const look = () => {
    all.push(...stage.receiver.takeExceptions().exceptions);
    return all.reduce((sum, one) => sum + one.count, 0);
  };
  await expect.poll(look).toBe(count);
  return all;
};

const traceExporters: readonly [string, () => SpanExporter][] = [
  ['JSON', () => new TracesAsJson(stage.overHttp('/v1/traces', true))],
  ['protobuf', () => new TracesAsProto(stage.overHttp('/v1/traces', false))],
  ['gRPC', () => new TracesOverGrpc(stage.overGrpc(true))],
];
const logExporters: readonly [string, () => LogRecordExporter][] = [
  ['JSON', () => new LogsAsJson(stage.overHttp('/v1/logs', false))],
  ['protobuf', () => new LogsAsProto(stage.overHttp('/v1/logs', true))],
  ['gRPC', () => new LogsOverGrpc(stage.overGrpc(false))],
];

describe('exceptions of OpenTelemetry', () => {
  it.each(traceExporters)('in spans as %s are read, once for each trace', async (_name, exporter) => {
    const processor = new SimpleSpanProcessor({ exporter: exporter() });
    const traces = new TracerProvider({ spanProcessors: [processor] });
    stage.defer(() => traces.shutdown());
    const tracer = traces.getTracer('http');
    const outer = tracer.startSpan('GET /cart');
    const inner = tracer.startSpan('load', {}, trace.setSpan(ROOT_CONTEXT, outer));
    const error = failure();
    for (const span of [inner, outer]) {
      span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
    const expected = tracer.startSpan('survived');
    expected.recordException(failure());
    expected.end();
    await traces.forceFlush();
    const [found, ...others] = await taken(1);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ errorType: 'TypeError', message: 'no cart of user 4711' });
    expect(found?.frames[0]).toMatchObject({ path: own, functionName: 'failure' });
  });

  it.each(logExporters)(
    'in logs as %s are read, where the record is of an error',
    async (_name, exporter) => {
      const logs = new LoggerProvider({
        processors: [new SimpleLogRecordProcessor({ exporter: exporter() })],
      });
      stage.defer(() => logs.shutdown());
      const { stack = '', message, name } = failure();
      const attributes = {
        'exception.type': name,
        'exception.message': message,
        'exception.stacktrace': stack,
      };
      for (const severityNumber of [9, 17, 21]) logs.getLogger('app').emit({ severityNumber, attributes });
      await logs.forceFlush();
      const found = await taken(2);
      expect(found[0]).toMatchObject({ errorType: 'TypeError' });
      expect(found[0]?.frames[0]).toMatchObject({ path: own, functionName: 'failure' });
    },
  );
});

describe('what is hostile in them', () => {
  const attributes = (stack: string, message = 'm') => [
    { key: 'exception.message', value: message },
    { key: 'exception.stacktrace', value: stack },
  ];

  it('is bounded: kinds, messages, and what is remembered', () => {
    const exceptions = new Exceptions();
    for (let at = 1; at <= 100; at++)
      exceptions.add(
        attributes(`Error: x\n    at f (/app/a.js:${at}:1)`, `\u001b[2J${'x'.repeat(99_999)}`),
        '',
      );
    const { exceptions: kept, dropped } = exceptions.take();
    expect(kept).toHaveLength(30);
    expect(dropped).toBe(70);
    expect(kept.every(({ message }) => message.length <= 4000 && !message.includes('\u001b'))).toBe(true);
    expect(exceptions.take()).toEqual({ exceptions: [], dropped: 0 });
  });

  it('is one kind whatever the message says', () => {
    const exceptions = new Exceptions();
    for (let at = 1; at <= 100; at++)
      exceptions.add(attributes(`Error: user ${at}\n    at f (/app/a.js:1:1)`, `user ${at}`), '');
    expect(exceptions.take().exceptions).toMatchObject([{ count: 100 }]);
  });

  it.each([
    ['events that are none', [null, 1, 'exception', { name: 'exception', attributes: 1 }, { name: 'other' }]],
    [
      'a stack that is no text',
      [{ name: 'exception', attributes: [{ key: 'exception.stacktrace', value: {} }] }],
    ],
    ['far too many', Array.from({ length: 5000 }, () => ({ name: 'exception' }))],
  ])('is passed over, and the span counts all the same: %s', (_name, events) => {
    const reports = new SelfReports();
    const span = { traceId: 'a'.repeat(32), kind: 2, status: { code: 2 }, events };
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
    expect(reports.take('traces', body)).toEqual({ rejected: 0, why: '' });
    expect(reports.exceptions.take()).toEqual({ exceptions: [], dropped: 0 });
  });
});
