import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PinnedAgent } from '../runtime/pinned-agent.ts';
import { stateLayout } from '../runtime/state-layout.ts';
import { closeServer } from '../runtime/unix-http.ts';
import { type RouterStatus, serveAdmin } from './admin.ts';
import { Connections } from './connections.ts';
import type { ProxyOptions } from './exchange.ts';
import { tooManyFields } from './headers.ts';
import { Identity, type IdentityOptions, identityKey } from './identity.ts';
import { ProxiedRequest } from './proxy.ts';
import { isWebsocket, ProxiedUpgrade, refuseUpgrade } from './proxy-upgrade.ts';
import { RoundRobin } from './round-robin.ts';
import { ServiceGate } from './service-gate.ts';
import { follower, watchState } from './state-files.ts';
import { Stats } from './stats.ts';

export type RouterOptions = {
  readonly stateDir: string;
  readonly service: string;
  /** TCP port; 0: any free one. */
  readonly port: number;
  /** Loopback unless said otherwise. */
  readonly host?: string;
  readonly identity?: Pick<IdentityOptions, 'header'>;
  /** Requests in flight to a closed arm, and its websockets, get this long. */
  readonly graceMs?: number;
  /** Until the first byte of an answer, counted anew with each piece of the request's body. */
  readonly responseTimeoutMs?: number;
  /** Without a byte of an answer whose length was told. */
  readonly bodyIdleMs?: number;
  readonly maxHeaderBytes?: number;
  readonly maxBodyBytes?: number;
  /** Users that the witness remembers; beyond it refuses to observe. */
  readonly maxUsers?: number;
  /** Where no client reaches the router but through another proxy. */
  readonly trustForwarded?: boolean;
};

export type Router = {
  readonly host: string;
  readonly port: number;
  readonly adminSocket: string;
  /** Ends everything at once. */
  close(): Promise<void>;
};

/** Longer than proxies keep a connection that they may use again (60 s is common), so that none meets a closing one. */
const KEEP_ALIVE_MS = 75_000;
const HEADER_MS = 60_000;
const TOO_MANY = 'The request has too many header fields.';
const NO_ROUTE = 'No version of this service is routed to yet.';

/** Serves one service: exposes users only under a lease, and witnesses what they meet. Rejects with the port's error when it is taken. */
export async function createRouter(options: RouterOptions): Promise<Router> {
  const layout = stateLayout(options.stateDir);
  const connections = new Connections();
  const stats = new Stats();
  const gate = new ServiceGate({
    service: options.service,
    graceMs: options.graceMs ?? 10_000,
    maxUsers: options.maxUsers ?? 5_000_000,
    clocks: { now: () => Date.now(), monotonicMs: () => performance.now() },
    connections,
  });
  const proxy = proxyOptions(options, { gate, connections, stats });
  const follow = follower(layout, options.service, (facts, routed) => gate.update(facts, routed));
  const { trustForwarded } = proxy;
  const identity = new Identity(identityKey(layout.identityKey), { ...options.identity, trustForwarded });
  follow();
  const unwatch = watchState(layout, follow);
  const data = dataServer({ gate, identity, proxy, maxHeaderBytes: options.maxHeaderBytes ?? 16_384 });
  const host = options.host ?? '127.0.0.1';
  const port = await listen(data, host, options.port);
  const { service } = options;
  const status = (): RouterStatus => ({
    service,
    closed: gate.closed() ?? null,
    ...stats.snapshot(connections.size),
  });
  const admin = await serveAdmin({ layout, service, gate, follow, status });
  return {
    host,
    port,
    adminSocket: admin.path,
    close: async () => {
      unwatch();
      gate.close();
      // Websockets too: the server knows them no longer, and would wait for their end.
      connections.cutAll();
      proxy.agent.destroy();
      await Promise.all([closeServer(data), closeServer(admin.server)]);
    },
  };
}

function proxyOptions(
  options: RouterOptions,
  kept: Pick<ProxyOptions, 'gate' | 'connections' | 'stats'>,
): ProxyOptions {
  return {
    ...kept,
    instances: new RoundRobin(),
    agent: new PinnedAgent(true),
    freshAgent: new PinnedAgent(false),
    responseTimeoutMs: options.responseTimeoutMs ?? 30_000,
    bodyIdleMs: options.bodyIdleMs ?? 60_000,
    maxBodyBytes: options.maxBodyBytes,
    trustForwarded: options.trustForwarded ?? false,
  };
}

type DataOptions = { gate: ServiceGate; identity: Identity; proxy: ProxyOptions; maxHeaderBytes: number };

function dataServer({ gate, identity, proxy, maxHeaderBytes }: DataOptions): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    insecureHTTPParser: false,
    shouldUpgradeCallback: isWebsocket,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADER_MS,
    // An upload may take its time; one that stops is given up by the request's own timer.
    requestTimeout: 0,
  });
  // Past its limit Node 22 leaves fields out of `headers`, and with them those that frame the body.
  server.maxHeadersCount = 0;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (tooManyFields(request)) return refuse(response, 431, TOO_MANY);
    const user = identity.of(request);
    const choice = gate.choose(user.id);
    if (choice !== undefined) return new ProxiedRequest({ request, response }, user, choice, proxy).start();
    proxy.stats.unrouted += 1;
    response.setHeader('Retry-After', '1');
    refuse(response, 503, NO_ROUTE);
  });
  server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    if (tooManyFields(request)) return refuseUpgrade(client, 431, TOO_MANY);
    if (!isWebsocket(request)) return refuseUpgrade(client, 501, 'Only websockets may leave HTTP here.');
    const user = identity.of(request);
    const choice = gate.choose(user.id);
    if (choice === undefined) return refuseUpgrade(client, 503, NO_ROUTE);
    new ProxiedUpgrade({ request, client, head }, user, choice, proxy).start();
  });
  return server;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' };
  response.writeHead(status, headers).end(`${text}\n`);
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
