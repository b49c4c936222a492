import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { closeServer } from '../../runtime/unix-http.ts';
import { listen } from '../listen.ts';
import type { Serving } from '../serving.ts';
import { type OfrepOptions, ofrepApp } from './app.ts';

const HEADER_MS = 10_000;
const REQUEST_MS = 30_000;
/** Longer than proxies keep a connection that they may use again (60 s is common), so that none meets a closing one. */
const KEEP_ALIVE_MS = 75_000;
/** Beyond the streams, so that a kill still finds a way in. */
const SPARE_CONNECTIONS = 100;

export type OfrepServer = { readonly port: number; close(): Promise<void> };

export async function serveOfrep(
  serving: Serving,
  options: OfrepOptions & { readonly connections: number },
  at: { readonly host: string; readonly port: number; readonly setting: string },
): Promise<OfrepServer> {
  const server = createServer({
    headersTimeout: HEADER_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const app = ofrepApp(serving, options);
  server.on('request', getRequestListener(app.fetch));
  server.maxConnections = options.connections + SPARE_CONNECTIONS;
  const port = await listen(server, at);
  return { port, close: () => closeServer(server) };
}
