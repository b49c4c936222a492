import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { Agent, type AgentOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ClaimedExceptions } from '../../../domain/crashes/exception.ts';
import { ElsewhereReceiver } from './elsewhere.ts';

let folder: string;
let socket: string;
let receiver: ElsewhereReceiver;
let ends: (() => Promise<unknown>)[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'autoland-elsewhere-'));
  socket = join(folder, 'otlp.sock');
  receiver = new ElsewhereReceiver(socket);
  await receiver.listen();
  ends = [];
});
afterEach(async () => {
  await Promise.all(ends.map((end) => end().catch(() => {})));
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

const resourceOf = (service: string, version?: string) =>
  resourceFromAttributes({
    'service.name': service,
    ...(version !== undefined && { 'service.version': version }),
  });
const stack = 'TypeError: x\n    at total (/srv/shop/src/cart.js:2:20)';
const attributes = { 'exception.type': 'TypeError', 'exception.message': 'x', 'exception.stacktrace': stack };

function logger(service: string, version?: string) {
  const exporter = new OTLPLogExporter({
    url: 'http://localhost/v1/logs',
    httpAgentOptions: () => new Agent({ socketPath: socket } as AgentOptions),
  });
  const provider = new LoggerProvider({
    resource: resourceOf(service, version),
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  ends.push(() => provider.shutdown());
  return provider.getLogger('x');
}

function tracer(service: string, version: string) {
  const exporter = new OTLPTraceExporter({
    url: `unix://${socket}`,
    credentials: credentials.createInsecure(),
  });
  const provider = new TracerProvider({
    resource: resourceOf(service, version),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  ends.push(() => provider.shutdown());
  return provider.getTracer('x');
}

/** What was told until this many exceptions are there. */
async function toldUntil(count: number): Promise<readonly ClaimedExceptions[]> {
  const all: ClaimedExceptions[] = [];
  const sum = () =>
    all.reduce(
      (so, { exceptions, dropped }) => so + exceptions.reduce((n, one) => n + one.count, dropped),
      0,
    );
  await expect
    .poll(
      () => {
        all.push(...receiver.take());
        return sum();
      },
      { timeout: 60_000 },
    )
    .toBe(count);
  return all;
}

it('tells exceptions of spans and records by what each service says that it is', async () => {
  const span = tracer('shop', 'c1').startSpan('GET /cart');
  span.recordException(Object.assign(new TypeError('x'), { stack }));
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
  logger('mail', 'c2').emit({ severityNumber: 17, attributes });
  const told = await toldUntil(2);
  const line = ({ service, version, exceptions }: ClaimedExceptions) =>
    `${service} ${version} ${exceptions.map(({ errorType, frames }) => `${errorType} ${frames[0]?.path}`).join()}`;
  expect(told.map(line).sort()).toEqual([
    'mail c2 TypeError /srv/shop/src/cart.js',
    'shop c1 TypeError /srv/shop/src/cart.js',
  ]);
});

it('counts what a span and a record tell of one trace once, and what has no version as not kept', async () => {
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const one = logger('shop', 'c1');
  const inTrace = { context: trace.setSpanContext(ROOT_CONTEXT, context) };
  one.emit({ severityNumber: 17, attributes, ...inTrace });
  await toldUntil(1);
  one.emit({ severityNumber: 17, attributes, ...inTrace });
  one.emit({ severityNumber: 17, attributes });
  logger('shop').emit({ severityNumber: 17, attributes });
  const told = await toldUntil(2);
  expect(told.flatMap(({ exceptions }) => exceptions)).toMatchObject([{ count: 1 }]);
  expect(told.find(({ dropped }) => dropped === 1)).toMatchObject({ service: '', exceptions: [] });
});

it('keeps twenty versions at most between two looks, and nobody else out of its socket', async () => {
  expect(statSync(socket).mode & 0o077).toBe(0);
  for (let at = 0; at < 23; at++) logger('shop', `c${at}`).emit({ severityNumber: 17, attributes });
  const told = await toldUntil(23);
  expect(told.flatMap(({ exceptions }) => exceptions).length).toBeLessThanOrEqual(23);
  expect(told.every(({ exceptions }) => exceptions.length <= 1)).toBe(true);
});
