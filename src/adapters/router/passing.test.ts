import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket as ServerSocket, WebSocket, WebSocketServer } from 'ws';
import { eventually, NEW, OLD, RouterStage, sendRaw } from '../../testing/router-stage.ts';

let stage: RouterStage;
beforeEach(() => {
  stage = new RouterStage();
});
afterEach(() => stage.close());

const says = (text: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.end(text);
const raw = (bytes: string) => sendRaw(stage.port, bytes);

describe('passing through', () => {
  it('streams both ways', async () => {
    await stage.listen(OLD, (incoming, response) => {
      incoming.on('data', (chunk: Buffer) => response.write(`<${chunk}>`));
      incoming.on('end', () => response.end('.'));
    });
    stage.route(OLD, null);
    await stage.start();
    const outgoing = request({ port: stage.port, host: '127.0.0.1', method: 'POST', path: '/' });
    const heard: string[] = [];
    outgoing.on('response', (response) => response.on('data', (chunk: Buffer) => heard.push(String(chunk))));
    for (const word of ['one', 'two', 'three']) {
      outgoing.write(word);
      await eventually(() => heard.join('').includes(`<${word}>`), `echo of ${word}`);
    }
    outgoing.end();
    await eventually(() => heard.join('') === '<one><two><three>.', 'the end');
  });

  it('takes instances in turn, and tries a GET once more on another of the same arm', async () => {
    await stage.listen(OLD, says('a'));
    const gone = await stage.listen(OLD, says('b'));
    stage.route(OLD, null);
    await stage.start();
    const served = await Promise.all(Array.from({ length: 6 }, () => stage.ask('/')));
    expect(served.map((one) => one.body).sort()).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
    gone.close();
    gone.closeAllConnections();
    for (let n = 0; n < 6; n++) expect((await stage.ask('/')).body).toBe('a');
    expect((await stage.witness.stats()).retries).toBeGreaterThan(0);
  });

  it('refuses ambiguous framing, large headers and bodies', async () => {
    await stage.listen(OLD, (incoming, response) => {
      incoming.resume();
      incoming.on('end', () => response.end('ok'));
    });
    stage.route(OLD, null);
    await stage.start({ maxBodyBytes: 10, maxHeaderBytes: 2048 });
    const head = 'POST / HTTP/1.1\r\nHost: x\r\n';
    expect(await raw(`${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 400 /,
    );
    expect(await raw(`${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`)).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(`${head}X: ${'x'.repeat(4000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw(`${head}Content-Length: 11\r\n\r\nhello world`)).toMatch(/^HTTP\/1.1 413 /);
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413 /,
    );
    const hidden = `${head}Content-Length: 5\r\nConnection: content-length, close\r\n\r\nGET /`;
    expect(await raw(hidden)).toMatch(/^HTTP\/1.1 200 /);
    expect(await raw('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')).toMatch(
      /^HTTP\/1.1 (200|501) /,
    );
  });

  it('sees every header field, and refuses more than a service may see', async () => {
    const seen: (string | undefined)[] = [];
    await stage.listen(OLD, (incoming, response) => {
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['transfer-encoding']}`);
      incoming.resume().on('end', () => response.end('ok'));
    });
    stage.route(OLD, null);
    await stage.start();
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n';
    const body = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    const ask = (fields: number, more = '') =>
      raw(
        `DELETE / HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(fields)}${more}Transfer-Encoding: chunked\r\n\r\n${body}`,
      );
    expect(await ask(490)).toMatch(/^HTTP\/1.1 200 /);
    expect(await ask(2000)).toMatch(/^HTTP\/1.1 431 /);
    expect(await ask(600)).toMatch(/^HTTP\/1.1 431 /);
    expect(await ask(600, 'Connection: Upgrade\r\nUpgrade: websocket\r\n')).toMatch(/^HTTP\/1.1 431 /);
    expect((await stage.ask('/')).body).toBe('ok');
    expect(seen).toEqual(['DELETE / chunked', 'GET / undefined']);
  });

  it('keeps an idle connection for longer than proxies do', async () => {
    await stage.listen(OLD, says('old'));
    stage.route(OLD, null);
    await stage.start();
    expect(await raw('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/\r\nKeep-Alive: timeout=75\r\n/);
  });

  it('swaps the route without dropping what is under way', async () => {
    await stage.listen(OLD, (_incoming, response) => void setTimeout(() => response.end('old'), 150));
    await stage.listen(NEW, says('new'));
    stage.route(OLD, null);
    await stage.start({ graceMs: 10 });
    const slow = stage.ask('/');
    await eventually(async () => (await stage.witness.stats()).active === 1, 'under way');
    stage.route(NEW, null);
    await eventually(async () => (await stage.ask('/')).body === 'new', 'swapped');
    expect((await slow).body).toBe('old');
  });
});

describe('a request under way to a version that is withdrawn', () => {
  const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na';
  const underWay = async (n: number) =>
    eventually(async () => (await stage.witness.stats()).active === n, 'under way');

  it('is asked of the version that serves its user now, once the grace is over, and counts for nobody', async () => {
    await stage.listen(OLD, says('old'));
    await stage.listen(NEW, () => {});
    await stage.rollout(1, { graceMs: 100 });
    const waiting = stage.ask('/');
    await underWay(1);
    await stage.flags.kill('shop.n1', 'alice');
    expect(await waiting).toMatchObject({ status: 200, body: 'old' });
    const { errors, requests, retries, active } = await stage.witness.stats();
    expect([errors.canary['server-error'], requests, retries, active]).toEqual([
      0,
      { canary: 1, baseline: 1 },
      1,
      0,
    ]);
  });

  it('is told so where it must not be sent twice, or its answer has begun', async () => {
    await stage.listen(OLD, says('old'));
    await stage.listen(NEW, (incoming, response) => {
      if (incoming.method === 'GET') response.write('half');
    });
    await stage.rollout(1, { graceMs: 100 });
    const refused = raw(post);
    const broken = stage.ask('/').then(
      () => 'whole',
      () => 'broken off',
    );
    await underWay(2);
    await stage.flags.kill('shop.n1', 'alice');
    expect(await refused).toMatch(/^HTTP\/1.1 504 /);
    expect(await broken).toBe('broken off');
  });

  it('is asked anew where the process of a version that is no longer routed to ends under it', async () => {
    const server = await stage.listen(OLD, () => {});
    await stage.listen(NEW, says('new'));
    stage.route(OLD, null);
    await stage.start();
    const waiting = stage.ask('/');
    await underWay(1);
    stage.route(NEW, null);
    await eventually(async () => (await stage.ask('/')).body === 'new', 'swapped');
    server.closeAllConnections();
    expect(await waiting).toMatchObject({ status: 200, body: 'new' });
  });

  it('fails where the version that ends under it is still on the route', async () => {
    const server = await stage.listen(OLD, () => {});
    stage.route(OLD, null);
    await stage.start();
    const waiting = stage.ask('/');
    await underWay(1);
    server.closeAllConnections();
    server.close();
    expect(await waiting).toMatchObject({ status: 502 });
  });
});

describe('websockets', () => {
  it('survive a ramp, and are cut and counted after the grace when their arm closes', async () => {
    await stage.listen(OLD, says('old'));
    const server = await stage.listen(NEW, says('new'));
    new WebSocketServer({ server }).on('connection', (socket: ServerSocket) => {
      socket.on('message', (data) => socket.send(`echo ${String(data)}`));
    });
    await stage.rollout(0.9999, { graceMs: 3000 });
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/`);
    const heard: string[] = [];
    let closed = false;
    socket.on('message', (data) => heard.push(String(data)));
    socket.on('close', () => {
      closed = true;
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await stage.flags.write('shop.n1', 1, 1);
    await stage.witness.lease({ ...stage.terms, version: 2, weight: 1, step: 1, leaseMs: 60_000 });
    socket.send('after the ramp');
    await eventually(() => heard.includes('echo after the ramp'), 'alive after the ramp');
    await stage.flags.kill('shop.n1', 'alice');
    await eventually(async () => (await stage.ask('/')).body === 'old', 'closed');
    socket.send('in the grace');
    await eventually(() => heard.includes('echo in the grace'), 'alive in the grace');
    await eventually(() => closed, 'cut');
    expect((await stage.witness.observe('n1'))?.websocketsCut).toBe(1);
  });

  it('do not keep a user on the version before once another is promoted', async () => {
    const server = await stage.listen(OLD, says('old'));
    new WebSocketServer({ server }).on('connection', (socket: ServerSocket) => {
      socket.on('message', (data) => socket.send(`echo ${String(data)}`));
    });
    await stage.listen(NEW, says('new'));
    stage.route(OLD, null);
    await stage.start({ graceMs: 3000 });
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/`);
    const heard: string[] = [];
    let closed = false;
    socket.on('message', (data) => heard.push(String(data)));
    socket.on('close', () => {
      closed = true;
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    stage.route(NEW, null);
    await eventually(async () => (await stage.ask('/')).body === 'new', 'swapped');
    socket.send('in the grace');
    await eventually(() => heard.includes('echo in the grace'), 'alive in the grace');
    await eventually(() => closed, 'cut');
  });

  it('stay where a route comes back within the grace', async () => {
    const server = await stage.listen(OLD, says('old'));
    new WebSocketServer({ server });
    await stage.listen(NEW, says('new'));
    stage.route(OLD, null);
    await stage.start({ graceMs: 2000 });
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/`);
    let closed = false;
    socket.on('close', () => {
      closed = true;
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    stage.route(NEW, null);
    await eventually(async () => (await stage.ask('/')).body === 'new', 'swapped');
    stage.route(OLD, null);
    await eventually(async () => (await stage.ask('/')).body === 'old', 'back');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(closed).toBe(false);
    socket.terminate();
  });

  it('end with the router, and so do idle connections', async () => {
    const server = await stage.listen(OLD, says('old'));
    new WebSocketServer({ server });
    stage.route(OLD, null);
    await stage.start();
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve) => {
      request({ port: stage.port, host: '127.0.0.1', agent }, (answer) => resolve(answer.resume())).end();
    });
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    const from = performance.now();
    await stage.end();
    // Node would keep an idle connection for that long.
    expect(performance.now() - from).toBeLessThan(server.keepAliveTimeout);
    await ended;
    agent.destroy();
  });

  it('a refused handshake is the arm’s answer', async () => {
    await stage.listen(OLD, says('old'));
    const server = await stage.listen(NEW, says('new'));
    server.on('upgrade', (_incoming, socket) => socket.end('HTTP/1.1 500 No\r\nConnection: close\r\n\r\n'));
    await stage.rollout(1);
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/`);
    const thrown = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(thrown.message).toContain('500');
    expect((await stage.witness.observe('n1'))?.steps[0]?.firstErrors['server-error'].canary).toBe(1);
  });
});
