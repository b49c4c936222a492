import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually, NEW, OLD, RouterStage } from '../../testing/router-stage.ts';
import { stateLayout } from '../runtime/state-layout.ts';

let stage: RouterStage;
beforeEach(() => {
  stage = new RouterStage();
});
afterEach(() => stage.close());

const says = (word: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.end(word);

async function postTo(port: number, body: string): Promise<string> {
  const outgoing = request({ host: '127.0.0.1', port, method: 'POST', path: '/a?b=c' });
  outgoing.end(body);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  return response === undefined ? '' : text(response);
}

describe('instances at addresses', () => {
  it('get requests as they came, over connections that are used again', async () => {
    const connections = new Set<Socket>();
    await stage.listen(
      OLD,
      (incoming, response) => {
        connections.add(incoming.socket);
        void text(incoming).then((body) =>
          response.end(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${body}`),
        );
      },
      'tcp',
    );
    stage.route(OLD, null);
    await stage.start();
    const host = `127.0.0.1:${stage.port}`;
    for (let n = 0; n < 5; n += 1)
      expect(await postTo(stage.port, 'x'.repeat(100_000))).toBe(
        `POST /a?b=c ${host} ${'x'.repeat(100_000)}`,
      );
    expect(connections.size).toBe(1);
  });

  it('are taken in turn; one that is gone costs nobody an answer', async () => {
    await stage.listen(OLD, says('a'), 'tcp');
    const gone = await stage.listen(OLD, says('b'), 'tcp');
    stage.route(OLD, null);
    await stage.start();
    const heard = await Promise.all(Array.from({ length: 6 }, () => stage.ask('/')));
    expect(heard.filter(({ body }) => body === 'b')).toHaveLength(3);
    gone.close();
    gone.closeAllConnections();
    for (let n = 0; n < 6; n += 1) expect((await stage.ask('/')).body).toBe('a');
    expect((await stage.witness.stats()).retries).toBeGreaterThan(0);
  });

  it('that accept and never answer are asked for as long as any, and counted as errors of their version', async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const at = mute.address();
    stage.runsAt(OLD, `http://127.0.0.1:${typeof at === 'object' ? at?.port : ''}`);
    stage.route(OLD, null);
    await stage.start({ responseTimeoutMs: 300 });
    expect((await stage.ask('/')).status).toBe(504);
    mute.close();
  });

  it('are met by the users whom the coin gives to them, beside a version on Unix sockets', async () => {
    await stage.listen(OLD, says('old'));
    await stage.listen(NEW, (_request, response) => void response.writeHead(500).end('new'), 'tcp');
    await stage.rollout(0.5);
    const heard = await Promise.all(Array.from({ length: 60 }, (_, n) => stage.ask('/', `user ${n}`)));
    const failed = heard.filter(({ status }) => status === 500).length;
    expect(failed).toBeGreaterThan(10);
    expect(failed).toBeLessThan(50);
    expect(await stage.witness.observe('n1')).toMatchObject({ usersExposed: failed, usersErrored: failed });
    await stage.flags.kill('shop.n1', 'test');
    await eventually(async () => (await stage.ask('/', 'user 1')).body === 'old', 'nobody meets it any more');
  });

  it('speak websockets', async () => {
    const server = await stage.listen(OLD, says('no'), 'tcp');
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`<${String(data)}>`)));
    stage.route(OLD, null);
    await stage.start();
    const client = new WebSocket(`ws://127.0.0.1:${stage.port}/`);
    await once(client, 'open');
    client.send('hello');
    const [heard]: Buffer[] = await once(client, 'message');
    expect(String(heard)).toBe('<hello>');
    client.terminate();
  });

  it('that nobody may be sent to are no route: what was stable stays so', async () => {
    await stage.listen(OLD, says('old'), 'tcp');
    stage.route(OLD, null);
    await stage.start();
    const { routes } = stateLayout(stage.dir);
    const before = readFileSync(routes, 'utf8');
    writeFileSync(routes, before.replaceAll(/"http:[^"]*"/g, '"http://169.254.169.254/latest"'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await stage.ask('/')).body).toBe('old');
  });
});
