import { type RequestListener, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, NEW, OLD, RouterStage } from '../../testing/router-stage.ts';
import type { RouterOptions } from './router.ts';

let stage: RouterStage;
const clients: Socket[] = [];
beforeEach(() => {
  stage = new RouterStage();
});
afterEach(async () => {
  for (const one of clients.splice(0)) one.destroy();
  await stage.close();
});

/** Every user meets a candidate of this make. */
async function candidate(handler: RequestListener, options: Partial<RouterOptions> = {}): Promise<void> {
  await stage.listen(OLD, (_request, response) => void response.end('old'));
  await stage.listen(NEW, handler);
  await stage.rollout(1, options);
}

/** A client that has sent these bytes. */
function send(bytes: string): { socket: Socket; heard: () => string } {
  let heard = '';
  const socket = connect(stage.port, '127.0.0.1', () => socket.write(bytes));
  clients.push(
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        heard += String(chunk);
      }),
  );
  return { socket, heard: () => heard };
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const gone = async () => (await stage.witness.stats()).clientGone;
const failed = async () => (await stage.witness.stats()).errors.canary['server-error'];
const units = async () => (await stage.witness.observe('n1'))?.steps[0]?.units.canary;

describe('a client that leaves before the end of its answer', () => {
  const stalls: [string, RequestListener][] = [
    [
      'of a length that was told',
      (_q, response) => void response.writeHead(200, { 'Content-Length': 9 }).write('half'),
    ],
    [
      'of events',
      (_q, response) =>
        void response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n'),
    ],
    ['that has not begun', () => {}],
  ];
  it.each(stalls)('%s: is no unit and no failure', async (_name, handler) => {
    await candidate(handler);
    const { socket, heard } = send(GET);
    if (_name.includes('begun'))
      await eventually(async () => (await stage.witness.stats()).active === 1, 'asked');
    else await eventually(() => /half|data: 1/.test(heard()), 'the beginning');
    socket.destroy();
    await eventually(async () => (await gone()) === 1, 'counted');
    expect(await units()).toBe(0);
    expect(await failed()).toBe(0);
    expect((await stage.witness.observe('n1'))?.steps[0]?.assigned.canary).toBe(1);
  });

  it('an error that had begun stays one', async () => {
    await candidate((_q, response) => void response.writeHead(500, { 'Content-Length': 9 }).write('half'));
    const { socket, heard } = send(GET);
    await eventually(() => heard().includes('half'), 'the beginning');
    socket.destroy();
    await eventually(async () => (await stage.witness.stats()).active === 0, 'over');
    expect([await failed(), await gone(), await units()]).toEqual([1, 0, 1]);
  });
});

describe('an answer that stalls', () => {
  it('is a server error where its length was told', async () => {
    await candidate((_q, response) => void response.writeHead(200, { 'Content-Length': 9 }).write('half'), {
      bodyIdleMs: 50,
    });
    const { socket, heard } = send(GET);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(heard()).toContain('half');
    expect([await failed(), await gone(), await units()]).toEqual([1, 0, 1]);
  });

  it('is left alone where it is a stream, or only slow', async () => {
    await candidate(
      (incoming, response) => {
        if (incoming.url === '/slow') {
          response.writeHead(200, { 'Content-Length': 5 });
          for (const n of [0, 1, 2, 3, 4]) setTimeout(() => response.write(String(n)), 500 * n);
        } else response.write('event');
        setTimeout(() => response.end(), 2600);
      },
      { bodyIdleMs: 1800 },
    );
    expect((await stage.ask('/slow')).body).toBe('01234');
    expect((await stage.ask('/')).body).toBe('event');
    expect(await failed()).toBe(0);
  });

  it('is not blamed for a client that does not read', async () => {
    const body = Buffer.alloc(8 << 20);
    await candidate(
      (_q, response) => void response.writeHead(200, { 'Content-Length': body.length }).end(body),
      {
        bodyIdleMs: 400,
      },
    );
    const asked = request({ port: stage.port, host: '127.0.0.1', agent: false });
    let read = 0;
    const done = new Promise<void>((resolve, reject) => {
      asked.on('error', reject).on('response', (answer) => {
        setTimeout(
          () =>
            answer.on('data', (chunk: Buffer) => {
              read += chunk.length;
            }),
          1200,
        );
        answer.on('error', reject).on('end', resolve);
      });
    });
    asked.end();
    await done;
    expect(read).toBe(body.length);
    expect(await failed()).toBe(0);
  });
});

describe('a request that stalls', () => {
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n';

  it('is the client’s: 408, no unit and no failure', async () => {
    await candidate((incoming) => void incoming.resume(), { responseTimeoutMs: 100 });
    const { heard } = send(`${head}half`);
    await eventually(() => heard().startsWith('HTTP/1.1 408 '), 'given up');
    expect([await failed(), await gone(), await units()]).toEqual([0, 1, 0]);
  });

  it('is the version’s where all has come, or where it does not read', async () => {
    await candidate(() => {}, { responseTimeoutMs: 1000 });
    const whole = send(`${head}123456789`);
    await eventually(() => whole.heard().startsWith('HTTP/1.1 504 '), 'answered');
    const large = 16 << 20;
    const unread = send(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${large}\r\n\r\n${'x'.repeat(large / 2)}`,
    );
    await eventually(() => unread.heard().startsWith('HTTP/1.1 504 '), 'answered');
    expect([await failed(), await gone()]).toEqual([2, 0]);
  });
});
