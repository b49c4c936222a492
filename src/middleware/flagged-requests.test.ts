import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type AgentOptions, createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { type FlaggedRequests, flaggedRequests } from 'autoland/flagged-requests';
import express from 'express';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OtlpReceiver } from '../adapters/telemetry/otlp/receiver.ts';

/*
 * Real servers and frameworks, OpenTelemetry's own SDK, and the receiver at the other end.
 */

let dir = '';
let receiver: OtlpReceiver;
let provider: MeterProvider;
let flagged: FlaggedRequests;
const servers: Server[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-flagged-'));
  const socketPath = join(dir, 'otlp.sock');
  receiver = new OtlpReceiver(socketPath);
  await receiver.listen();
  const exporter = new OTLPMetricExporter({
    url: 'http://localhost/v1/metrics',
    httpAgentOptions: () => new Agent({ socketPath } as AgentOptions),
  });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  provider = new MeterProvider({ readers: [reader] });
  flagged = flaggedRequests({ meter: provider.getMeter('shop') });
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await provider.shutdown();
  await receiver.close();
  rmSync(dir, { recursive: true, force: true });
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Odd users get the new checkout, which fails. */
const variantOf = (user: number) => (user % 2 === 1 ? 'on' : 'off');

async function variants() {
  await provider.forceFlush();
  return receiver
    .report()
    .variants.map(({ route, requests, failed, statuses }) => [route, requests, failed, statuses]);
}

const met = [
  ['checkout = on', 5, 5, { 500: 5 }],
  ['checkout = off', 5, 0, {}],
];

describe('flagged requests', () => {
  it('are told apart in a server of Node, with flags met after a pause, and many at a time', async () => {
    const listener: RequestListener = async (request, response) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      const variant = variantOf(Number(request.headers['x-user']));
      flagged.evaluated('checkout', variant);
      // What a flag said first is what counts.
      flagged.evaluated('checkout', 'another');
      response.writeHead(variant === 'on' ? 500 : 200).end();
    };
    const url = await listening(createServer(flagged.node(listener, { route: () => '/buy' })));
    await Promise.all(
      Array.from({ length: 10 }, (_, user) => fetch(url, { headers: { 'x-user': `${user}` } })),
    );
    expect(await variants()).toEqual(met);
    // A copy: it counts no request a second time.
    expect(receiver.report()).toMatchObject({ requests: 0, routes: [] });
  });

  it('are told apart in Express, by its routes', async () => {
    const app = express();
    app.use(flagged.express());
    app.get('/buy/:id', (request, response) => {
      const variant = variantOf(Number(request.params.id));
      flagged.evaluated('checkout', variant);
      response.sendStatus(variant === 'on' ? 500 : 200);
    });
    const url = await listening(createServer(app));
    for (let user = 0; user < 10; user += 1) await fetch(`${url}/buy/${user}`);
    expect(await variants()).toEqual(met);
  });

  it('are told apart in Hono, also where a handler throws', async () => {
    const app = new Hono();
    app.use(flagged.hono());
    app.get('/buy/:id', (context) => {
      const variant = variantOf(Number(context.req.param('id')));
      flagged.evaluated('checkout', variant);
      if (variant === 'on') throw new TypeError('sold out');
      return context.text('ok');
    });
    app.onError((_error, context) => context.text('failed', 500));
    const url = await listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server);
    for (let user = 0; user < 10; user += 1) await fetch(`${url}/buy/${user}`);
    expect(await variants()).toEqual(met);
  });

  it('are told apart by a hook of OpenFeature', async () => {
    const flags = {
      checkout: { variants: { on: true, off: false }, defaultVariant: 'off', disabled: false },
    };
    await OpenFeature.setProviderAndWait('flagged-test', new InMemoryProvider(flags));
    const client = OpenFeature.getClient('flagged-test');
    client.addHooks(flagged.hook());
    const listener: RequestListener = async (_request, response) => {
      response.end(String(await client.getBooleanValue('checkout', true)));
    };
    const url = await listening(createServer(flagged.node(listener)));
    expect(await (await fetch(url)).text()).toBe('false');
    expect(await variants()).toEqual([['checkout = off', 1, 0, {}]]);
    await OpenFeature.clearProviders();
  });

  it('count as failed where the client is gone before the answer, and not at all without a flag or a request', async () => {
    const gone = Promise.withResolvers<void>();
    const listener: RequestListener = (request, response) => {
      if (request.url === '/hang') {
        flagged.evaluated('checkout', 'on');
        response.once('close', gone.resolve);
      } else response.end();
    };
    const route = () => {
      throw new Error('a fault of the service');
    };
    const url = await listening(createServer(flagged.node(listener, { route })));
    flagged.evaluated('checkout', 'outside');
    await fetch(url);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /hang HTTP/1.1\r\nHost: x\r\n\r\n');
    setTimeout(() => socket.destroy(), 100);
    await gone.promise;
    expect(await variants()).toEqual([['checkout = on', 1, 1, { aborted: 1 }]]);
  });
});
