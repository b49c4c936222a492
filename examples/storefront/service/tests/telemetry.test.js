import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTelemetry } from '../src/telemetry.js';

const service = { serviceName: 'shop', serviceVersion: '1.2.3' };
const failed = { method: 'GET', route: '/', status: 503, seconds: 0.02, error: 'StockUnavailable' };

function folderOf(t) {
  const folder = mkdtempSync(join(tmpdir(), 'otlp-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function receive(t, socketPath) {
  const bodies = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push({ path: request.url, type: request.headers['content-type'], body: JSON.parse(body) });
    response.end('{}');
  });
  server.listen(socketPath);
  await once(server, 'listening');
  t.after(() => server.close());
  return bodies;
}

test('request durations go to the Unix socket as OTLP in JSON', async (t) => {
  const socketPath = join(folderOf(t), 'otlp.sock');
  const bodies = await receive(t, socketPath);
  const telemetry = startTelemetry({ socketPath, ...service });
  telemetry.record({ method: 'BREW', route: '/', status: 200, seconds: 0.003 });
  telemetry.record(failed);
  await telemetry.shutdown();
  const { path, type, body } = bodies.at(-1);
  assert.deepEqual([path, type], ['/v1/metrics', 'application/json']);
  const [{ resource, scopeMetrics }] = body.resourceMetrics;
  assert.ok(
    resource.attributes.some(({ key, value }) => key === 'service.version' && value.stringValue === '1.2.3'),
  );
  const [metric] = scopeMetrics[0].metrics;
  assert.equal(metric.name, 'http.server.request.duration');
  const [fine, bad] = metric.histogram.dataPoints.map((point) => ({
    ...point,
    attributes: Object.fromEntries(point.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  }));
  assert.equal(fine.attributes['http.request.method'], '_OTHER');
  assert.equal(bad.attributes['error.type'], 'StockUnavailable');
  assert.equal(bad.attributes['http.response.status_code'], '503');
  assert.deepEqual([fine.count, fine.bucketCounts[0], bad.bucketCounts[2]], ['1', '1', '1']);
  assert.deepEqual(fine.explicitBounds.slice(0, 3), [0.005, 0.01, 0.025]);
});

test('a receiver that is not there hurts nobody', async (t) => {
  const telemetry = startTelemetry({ socketPath: join(folderOf(t), 'nobody.sock'), ...service });
  telemetry.record(failed);
  await telemetry.shutdown();
});

test('without a socket nothing is recorded', async () => {
  const telemetry = startTelemetry({ socketPath: undefined, ...service });
  telemetry.record(failed);
  await telemetry.shutdown();
});
