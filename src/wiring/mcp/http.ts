import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type AgentToken, agentTokenOf } from '../../adapters/agent-tokens/agent-tokens.ts';
import { listen } from '../../adapters/flag-service/listen.ts';
import { Rate } from '../../adapters/flag-service/rate.ts';
import { endWithStdin } from '../../adapters/runtime/keep-alive.ts';
import { type AdmittedAgent, makeMcpApp } from '../../server/mcp/app.ts';
import { makeMcpServer } from '../../server/mcp/server.ts';
import { mustHaveJournal } from '../journal/journal-there.ts';
import { locate, type PlaceOptions } from '../place/place.ts';
import { Desks } from './desk.ts';
import { noteServedAt } from './served-at.ts';
import { agentSource, mayBearName } from './source.ts';
import { tellBug } from './tell-bug.ts';

export type HttpWish = {
  /** 0: any free one. */
  readonly port: number;
  readonly version: string;
  /** Ends when standard input closes. */
  readonly ephemeral: boolean;
  /** What names the port: a person has to find it. */
  readonly setting: string;
  readonly onReady: (url: string) => void;
};

const perSecond = 5;
/** Each agent that waits holds one. */
const connections = 128;
const receivingMs = 10_000;
const host = '127.0.0.1';

/** Serves every agent that shows a token, on this machine, and answers once it was ended. Rejects with `journal.missing` or `port.taken`. */
export async function serveMcpHttp(options: PlaceOptions, wish: HttpWish): Promise<void> {
  const place = await locate(options);
  await mustHaveJournal(place, options);
  const desks = new Desks(options);
  const rate = new Rate(perSecond);
  const hosts: string[] = [];
  const { app, close } = makeMcpApp({
    hosts,
    admit: (authorization) => agentOf(agentTokenOf(place.files.agentTokens, authorization)),
    take: (client) => rate.take(client),
    serve: ({ source, scope }) =>
      makeMcpServer({ desk: desks.of(source), onBug: tellBug }, { scope, version: wish.version }),
    onBug: tellBug,
  });
  const server = boundedServer(getRequestListener(app.fetch));
  const port = await listen(server, { host, port: wish.port, setting: wish.setting });
  hosts.push(`${host}:${port}`, `localhost:${port}`);
  const url = `http://${host}:${port}/mcp`;
  const unnote = noteServedAt(place.files.run, url);
  wish.onReady(url);
  await ended(wish.ephemeral);
  unnote();
  server.closeAllConnections();
  server.close();
  await close();
  desks.close();
}

/** A name that nobody could have made a token for is nobody's. */
function agentOf(token: AgentToken | undefined): AdmittedAgent | undefined {
  if (token === undefined || !mayBearName(token.name)) return undefined;
  return { id: token.id, source: agentSource(token.name), scope: token.scope };
}

function boundedServer(listener: ReturnType<typeof getRequestListener>): Server {
  const limits = {
    headersTimeout: receivingMs,
    requestTimeout: receivingMs,
    connectionsCheckingInterval: 1_000,
  };
  const server = createServer(limits, (request, response) => void listener(request, response));
  server.maxConnections = connections;
  return server;
}

function ended(ephemeral: boolean): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    if (ephemeral) endWithStdin(resolve);
  });
}
