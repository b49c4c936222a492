import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEW, OLD, RouterStage, sendRaw } from '../../src/testing/router-stage.ts';

let stage: RouterStage;
beforeEach(() => {
  stage = new RouterStage();
});
afterEach(() => stage.close());

const GET = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const HANDSHAKE = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const REST = 'Content-Length: 2\r\n\r\nhi';

/** Every user meets a candidate that answers with these bytes, to requests and to handshakes. */
async function candidate(answer: string): Promise<void> {
  await stage.listen(OLD, (_request, response) => void response.end('old'));
  const server = await stage.listen(NEW, (request) => void request.socket.write(answer, 'latin1'));
  server.on('upgrade', (_request, socket) => socket.write(answer, 'latin1'));
  await stage.rollout(1, { responseTimeoutMs: 5000 });
}

async function firstErrors(): Promise<number | undefined> {
  return (await stage.witness.observe('n1'))?.steps[0]?.firstErrors['server-error'].canary;
}

describe('a candidate cannot end the router by its answer', () => {
  const unfit = [
    '000 OK',
    '099 OK',
    '101 OK',
    '600 OK',
    '999 OK',
    '101 X\r\nConnection: Upgrade\r\nUpgrade: x',
  ];
  it.each(unfit)('%j is its server error', async (line) => {
    await candidate(`HTTP/1.1 ${line}\r\n${REST}`);
    expect(await sendRaw(stage.port, GET)).toMatch(/^HTTP\/1.1 502 /);
    expect(await firstErrors()).toBe(1);
  });

  it.each(['000 OK', '099 OK', '600 OK'])('%j to a handshake is its server error', async (line) => {
    await candidate(`HTTP/1.1 ${line}\r\n${REST}`);
    expect(await sendRaw(stage.port, HANDSHAKE)).toMatch(/^HTTP\/1.1 502 /);
    expect(await firstErrors()).toBe(1);
  });

  it('a reason that cannot be written is replaced', async () => {
    await candidate(`HTTP/1.1 200 \x01bad\r\n${REST}`);
    expect(await sendRaw(stage.port, GET)).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(await sendRaw(stage.port, HANDSHAKE)).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(await firstErrors()).toBe(0);
  });

  it('a handshake answered with a bad reason is joined under the standard one', async () => {
    await candidate('HTTP/1.1 101 \x01bad\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect(await sendRaw(stage.port, HANDSHAKE)).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
  });

  it('header values pass byte by byte, to requests and to handshakes', async () => {
    await candidate(`HTTP/1.1 200 caf\xe9\r\nX-Name: caf\xe9\r\n${REST}`);
    for (const bytes of [GET, HANDSHAKE])
      expect(await sendRaw(stage.port, bytes)).toMatch(/^HTTP\/1.1 200 caf\xe9\r\nX-Name: caf\xe9\r\n/);
  });
});
