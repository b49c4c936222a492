import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Resolve } from './instance-address.ts';
import { PinnedAgent } from './pinned-agent.ts';

/** What a request there fails with. */
async function failure(socketPath: string, resolve?: Resolve): Promise<string> {
  const asked = request({ agent: new PinnedAgent(false, resolve), socketPath, path: '/' });
  const [fault]: Error[] = await once(asked, 'error').catch((thrown: Error) => [thrown]);
  asked.destroy();
  return fault?.message ?? '';
}

describe('a connection to an instance', () => {
  it.each(['http://127.0.0.1', 'https://127.0.0.1:1', '127.0.0.1:1', 'http://127.1:1', ''])(
    'is not made to %j',
    async (at) => expect(await failure(at)).toMatch(/expected a path or http:\/\/HOST:PORT/),
  );

  it('fails where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = server.address();
    server.close();
    await once(server, 'close');
    expect(await failure(`http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}`)).toMatch(
      /ECONNREFUSED/,
    );
  });

  it.each(['169.254.169.254', '0.0.0.0'])(
    'is not made where a name leads to %s, whatever it led to when it was declared',
    async (address) => {
      const resolve: Resolve = (_, __, done) => done(null, [{ address, family: 4 }]);
      expect(await failure('http://shop.internal:1', resolve)).toMatch(/leads to no address of an instance/);
    },
  );

  it('is made where a name leads to an instance', async () => {
    const server = createHttpServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = server.address();
    const resolve: Resolve = (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const socketPath = `http://shop.internal:${typeof at === 'object' ? at?.port : ''}`;
    const asked = request({ agent: new PinnedAgent(false, resolve), socketPath, path: '/' }).end();
    const [response]: IncomingMessage[] = await once(asked, 'response');
    expect(response?.statusCode).toBe(200);
    response?.resume();
    server.close();
  });
});
