import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { OpenFeature } from '@openfeature/server-sdk';
import { type CodeFlags, codeFlags, flagsHeader } from 'autoland/code-flags';
import express from 'express';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagsHeader as routersHeader } from '../adapters/router/headers.ts';

/*
 * Real servers and frameworks, and OpenFeature's own SDK.
 */

let flags: CodeFlags;
const servers: Server[] = [];

beforeEach(async () => {
  flags = codeFlags();
  await OpenFeature.setProviderAndWait(flags);
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await OpenFeature.close();
});

const isOn = (key = 'new-price') => OpenFeature.getClient().getBooleanValue(key, false);

async function listening(server: Server): Promise<string> {
  servers.push(server);
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function asked(origin: string, header?: string): Promise<string> {
  const headers = header === undefined ? {} : { [flagsHeader]: header };
  return (await fetch(origin, { headers })).text();
}

/** Answers late, so that requests overlap. */
async function price(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return (await isOn()) ? 'new' : 'old';
}

const frameworks: [string, () => Promise<string>][] = [
  [
    'Node’s http server',
    () => {
      const listener: RequestListener = (_request, response) =>
        void price().then((text) => response.end(text));
      return listening(createServer(flags.node(listener)));
    },
  ],
  [
    'express',
    () => {
      const app = express();
      app.use(flags.express());
      app.get('/', async (_request, response) => void response.send(await price()));
      return listening(createServer(app));
    },
  ],
  [
    'hono',
    () => {
      const app = new Hono();
      app.use(flags.hono());
      app.get('/', async (context) => context.text(await price()));
      return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server);
    },
  ],
];

describe.each(frameworks)('flags in the code behind %s', (_name, start) => {
  it('are what the router says of each request, however many run at once', async () => {
    const origin = await start();
    const said = ['new-price', 'a, new-price ,b', 'new-price-2', '', undefined];
    const answers = await Promise.all([...said, ...said].map((header) => asked(origin, header)));
    expect(answers).toEqual(Array(2).fill(['new', 'new', 'old', 'old', 'old']).flat());
  });
});

describe('flags in the code', () => {
  it('are off beside any request, whatever the default says', async () => {
    expect(await isOn()).toBe(false);
    expect(await OpenFeature.getClient().getBooleanValue('new-price', true)).toBe(false);
    expect(flags.isOn('new-price')).toBe(false);
  });

  it('are on or off: another kind gets its default, and says so', async () => {
    const client = OpenFeature.getClient();
    expect(await client.getStringDetails('new-price', 'x')).toMatchObject({
      value: 'x',
      errorCode: 'TYPE_MISMATCH',
    });
    expect(await client.getNumberValue('new-price', 3)).toBe(3);
    expect(await client.getObjectValue('new-price', { a: 1 })).toEqual({ a: 1 });
  });

  it('come by the header that the router sends', () => {
    expect(flagsHeader).toBe(routersHeader.toLowerCase());
  });
});
