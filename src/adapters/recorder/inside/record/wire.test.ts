import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from './message.ts';
import { watchWire } from './wire.ts';

const { write, end } = http.OutgoingMessage.prototype;
let sent: Message[];
beforeEach(() => {
  sent = [];
  watchWire(http, (message) => sent.push(message));
});
afterEach(() => {
  Object.assign(http.OutgoingMessage.prototype, { write, end });
});

/** What a server of its own answers to one request, and what both have sent. */
async function exchange(
  serve: http.RequestListener,
  ask: (port: number) => http.ClientRequest,
): Promise<string> {
  const server = http.createServer(serve).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const asked = ask((server.address() as AddressInfo).port);
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) =>
      asked.once('response', resolve).once('error', reject),
    );
    return await new Response(answer as unknown as ReadableStream).text();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const told = () =>
  sent.map(({ head, body, bodyBytes, request }) => [
    request === undefined
      ? head.split('\r\n')[0]
      : `${head.split('\r\n')[0]} to ${request.method} ${request.url}`,
    Buffer.from(body).toString().slice(0, 40),
    bodyBytes,
  ]);

describe('what a process sends', () => {
  it('is told once for each message, in whatever pieces it was written', async () => {
    const answer = await exchange(
      (request, response) => {
        request.resume();
        request.on('end', () => {
          response.writeHead(201, { 'content-type': 'text/plain' });
          response.write('o');
          response.write(Buffer.from('n'));
          response.end('65', 'hex', () => undefined);
        });
      },
      (port) => {
        const asked = http.request({ port, host: '127.0.0.1', method: 'POST', path: '/x?y=1' });
        asked.write('a=');
        asked.end('1');
        asked.end();
        return asked;
      },
    );
    expect(answer).toBe('one');
    expect(told()).toEqual([
      ['POST /x?y=1 HTTP/1.1', 'a=1', 3],
      ['HTTP/1.1 201 Created to POST /x?y=1', 'one', 3],
    ]);
  });

  it('is told of messages without a body, and by the address before a router changed it', async () => {
    await exchange(
      (request, response) => {
        Object.assign(request, { originalUrl: request.url, url: '/' });
        response.end();
      },
      (port) => http.get({ port, host: '127.0.0.1', path: '/a/b' }),
    );
    expect(told()).toEqual([
      ['GET /a/b HTTP/1.1', '', 0],
      ['HTTP/1.1 200 OK to GET /a/b', '', 0],
    ]);
  });

  it('is kept up to a bound, and arrives whole', async () => {
    const large = gzipSync(Buffer.alloc(10)).toString('hex').repeat(5000);
    expect(
      await exchange(
        (_, response) => response.end(large),
        (port) => http.get({ port, host: '127.0.0.1' }),
      ),
    ).toBe(large);
    expect([sent[1]?.body.length, sent[1]?.bodyBytes]).toEqual([64 * 1024, large.length]);
  });

  it('looks as before, and fails as before', () => {
    const { prototype } = http.OutgoingMessage;
    expect([prototype.write.name, prototype.write.length, prototype.end.name, prototype.end.length]).toEqual([
      write.name,
      write.length,
      end.name,
      end.length,
    ]);
    const response = new http.ServerResponse(new http.IncomingMessage(null as never));
    expect(() => response.write(1 as never)).toThrow(TypeError);
  });
});
