import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { byText } from '../../domain/npm/order.ts';
import { eventually, OLD, RouterStage } from '../../testing/router-stage.ts';

let stage: RouterStage;
beforeEach(() => {
  stage = new RouterStage();
});
afterEach(() => stage.close());

const told = ({ headers }: IncomingMessage) => String(headers['x-autoland-flags'] ?? 'nothing');
/** One version, which answers with what it is told. */
const version = (request: IncomingMessage, response: ServerResponse) => void response.end(told(request));

/** A rollout of `new-price` in the one version that there is. */
async function exposed(weight: number, options: { graceMs?: number } = {}): Promise<void> {
  stage.route(OLD, OLD);
  await stage.flags.write(stage.terms.flag, weight, 0, 'new-price');
  await stage.start(options);
  await stage.witness.lease({ ...stage.terms, weight, step: 0, leaseMs: 60_000 });
}

/** Everybody has it since an earlier rollout. */
async function standing(key = 'shop.n0', code = 'old-price'): Promise<void> {
  await stage.flags.write(key, 1, 0, code);
}

const hears = (text: string) =>
  eventually(async () => (await stage.ask('/')).body === text, `a service that is told ${text}`);

describe('a flag in the code', () => {
  it('is told to the service for the users whom the witness counts as canary, and stays with them', async () => {
    await stage.listen(OLD, version);
    await exposed(0.5);
    const users = Array.from({ length: 40 }, (_, n) => `u${n}`);
    const first = await Promise.all(users.map(async (user) => (await stage.ask('/', user)).body));
    const again = await Promise.all(users.map(async (user) => (await stage.ask('/', user)).body));
    expect(again).toEqual(first);
    const on = first.filter((body) => body === 'new-price').length;
    expect([...new Set(first)].toSorted(byText)).toEqual(['new-price', 'nothing']);
    const seen = await stage.witness.observe('n1');
    expect(seen?.steps[0]?.units).toEqual({ canary: on, baseline: users.length - on });
    expect(seen?.usersExposed).toBe(on);
  });

  it('cannot be chosen by a client', async () => {
    await stage.listen(OLD, version);
    await exposed(0.0001);
    const headers = { 'X-Autoland-Flags': 'new-price', Connection: 'close, X-Autoland-Flags' };
    expect((await stage.ask('/', undefined, headers)).body).toBe('nothing');
  });

  it.each(['X_Autoland_Flags', 'x-autoland_flags', 'X_Forwarded_For'])(
    'nor by a field that some servers take for the same: %s',
    async (name) => {
      await stage.listen(OLD, ({ headers }, response) => void response.end(Object.keys(headers).join()));
      await exposed(0.0001);
      const { body } = await stage.ask('/', undefined, { [name]: 'new-price' });
      expect(body).toContain('x-forwarded-for');
      expect(body).not.toContain(name.toLowerCase());
    },
  );

  it('is told for everybody once it has been promoted, with what others have on', async () => {
    await stage.listen(OLD, version);
    await standing();
    await exposed(1);
    expect((await stage.ask('/')).body).toBe('old-price, new-price');
    stage.route(OLD, null);
    await stage.flags.retire(stage.terms.flag);
    await hears('old-price');
  });

  it('is none of another service, nor of a rollout that has no lease', async () => {
    await stage.listen(OLD, version);
    await standing('shop-eu.n0', 'elsewhere');
    await stage.flags.write('shop.n7', 0.9999, 0, 'not-leased');
    stage.route(OLD, null);
    await stage.start();
    expect((await stage.ask('/')).body).toBe('nothing');
  });

  it.each<[string, () => unknown, string]>([
    ['by its key', () => stage.flags.kill('shop.n1', 'alice'), 'old-price'],
    ['by its name', () => stage.flags.kill('new-price', 'alice'), 'old-price'],
    ['by flags that cannot be read', () => writeFileSync(join(stage.dir, 'flags.json'), '{'), 'nothing'],
    [
      'by kills of both',
      async () => {
        await stage.flags.kill('old-price', 'alice');
        await stage.flags.kill('new-price', 'alice');
      },
      'nothing',
    ],
  ])('closes %s', async (_how, close, left) => {
    await stage.listen(OLD, version);
    await standing();
    await exposed(1);
    expect((await stage.ask('/')).body).toBe('old-price, new-price');
    await close();
    await hears(left);
  });

  it('closes by a stop, and what everybody has stays', async () => {
    await stage.listen(OLD, version);
    await standing();
    await exposed(0.9);
    const on = async (user: string) => (await stage.ask('/', user)).body === 'old-price, new-price';
    const users = Array.from({ length: 50 }, (_, n) => `u${n}`);
    const found = await Promise.all(users.map(async (user) => ((await on(user)) ? user : undefined)));
    const user = found.find((one) => one !== undefined) ?? '';
    expect(await on(user)).toBe(true);
    writeFileSync(join(stage.dir, 'STOP'), '');
    await eventually(async () => !(await on(user)), 'closed');
    expect((await stage.ask('/', user)).body).toBe('old-price');
  });

  it('asks again without it where it closes under a request', async () => {
    await stage.listen(OLD, (request, response) => {
      if (told(request) === 'nothing') response.end('nothing');
    });
    await exposed(1, { graceMs: 100 });
    const waiting = stage.ask('/');
    await eventually(async () => (await stage.witness.stats()).active === 1, 'under way');
    await stage.flags.kill('new-price', 'alice');
    expect(await waiting).toMatchObject({ status: 200, body: 'nothing' });
  });

  it('ends a websocket that began with it', async () => {
    const server = await stage.listen(OLD, version);
    const handshakes: string[] = [];
    new WebSocketServer({ server }).on('connection', (_socket, request) => handshakes.push(told(request)));
    await exposed(1, { graceMs: 100 });
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/`);
    let closed = false;
    socket.on('close', () => {
      closed = true;
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    expect(handshakes).toEqual(['new-price']);
    await stage.flags.kill('new-price', 'alice');
    await eventually(() => closed, 'cut');
  });
});
