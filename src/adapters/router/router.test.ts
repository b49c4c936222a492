import { rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { latencyBucket } from '../../domain/latency.ts';
import { witnessContract } from '../../testing/contracts/witness.ts';
import { eventually, NEW, OLD, RouterStage } from '../../testing/router-stage.ts';

let stage: RouterStage;
beforeEach(() => {
  stage = new RouterStage();
});
afterEach(() => stage.close());

const says = (text: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.end(text);
const namedArms = async () => {
  await stage.listen(OLD, says('old'));
  await stage.listen(NEW, says('new'));
};

describe('RouterClient as Witness', () => {
  witnessContract(async () => {
    await namedArms();
    await stage.rollout(0.5, { lease: false });
    let version = 1;
    return {
      witness: stage.witness,
      terms: stage.terms,
      visit: async (user) => ((await stage.ask('/', user)).body === 'new' ? 'canary' : 'baseline'),
      setWeight: async (weight) => (await stage.flags.write(stage.terms.flag, weight, version++)).version,
    };
  });
});

describe('what closes', () => {
  const closers: [string, () => unknown][] = [
    ['STOP', () => writeFileSync(join(stage.dir, 'STOP'), '')],
    ['a kill', () => stage.flags.kill(stage.terms.flag, 'alice')],
    ['flag off', () => stage.flags.write(stage.terms.flag, 0, 1)],
    ['a flag lowered', () => stage.flags.write(stage.terms.flag, 0.5, 1)],
    ['corrupt flags', () => writeFileSync(join(stage.dir, 'flags.json'), '{')],
    ['no flags', () => rmSync(join(stage.dir, 'flags.json'))],
    ['a route without candidate', () => stage.route(OLD, null)],
    ['corrupt routes', () => writeFileSync(join(stage.dir, 'routes.json'), '{')],
  ];
  it.each(closers)('%s: every user gets stable, without the control plane', async (_name, close) => {
    await namedArms();
    await stage.rollout(1);
    expect((await stage.ask('/')).body).toBe('new');
    await close();
    await eventually(async () => (await stage.ask('/')).body === 'old', 'closed');
    expect((await stage.ask('/')).body).toBe('old');
    expect((await stage.witness.stats()).closed).not.toBeNull();
  });

  it('a lease is refused while stopped, and after a kill', async () => {
    await namedArms();
    await stage.rollout(1);
    const lease = () => stage.witness.lease({ ...stage.terms, weight: 1, step: 0, leaseMs: 1000 });
    await lease();
    writeFileSync(join(stage.dir, 'STOP'), '');
    await expect(lease()).rejects.toMatchObject({ code: 'rollout.not-allowed' });
    rmSync(join(stage.dir, 'STOP'));
    await lease();
    await stage.flags.kill(stage.terms.flag, 'alice');
    await expect(lease()).rejects.toMatchObject({ code: 'rollout.not-allowed' });
  });

  it('no route: 503', async () => {
    await stage.start();
    const reply = await stage.ask('/');
    expect(reply.status).toBe(503);
    expect(reply.body).toContain('routed');
  });
});

describe('who a user is', () => {
  it('gives an id once, and a new one for a forged one', async () => {
    await namedArms();
    await stage.rollout(0.5);
    expect((await stage.ask('/', 'a')).headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Lax$/);
    expect((await stage.ask('/', 'a')).headers['set-cookie']).toBeUndefined();
    const [name, value] = stage.cookie('a').split('=');
    const [id, mac] = value?.split('.') ?? [];
    for (const forged of [
      `${id}.${mac?.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
      `${id}`,
      `x.${mac}`,
      `${id}.`,
    ]) {
      const reply = await stage.ask('/', undefined, { cookie: `${name}=${forged}` });
      expect(reply.headers['set-cookie']?.length).toBe(1);
    }
    const observed = await stage.witness.observe('n1');
    const assigned = observed?.steps[0]?.assigned;
    expect((assigned?.canary ?? 0) + (assigned?.baseline ?? 0)).toBe(5);
  });

  it('takes it from an authenticated header where told to', async () => {
    await namedArms();
    await stage.rollout(0.5, { identity: { header: 'X-User' } });
    for (const user of ['alice', 'bob', 'alice']) {
      expect((await stage.ask('/', undefined, { 'x-user': user })).headers['set-cookie']).toBeUndefined();
    }
    const assigned = (await stage.witness.observe('n1'))?.steps[0]?.assigned;
    expect((assigned?.canary ?? 0) + (assigned?.baseline ?? 0)).toBe(2);
  });

  it('tells the service what an outer proxy says of the client, only where told to', async () => {
    await stage.listen(OLD, (incoming, response) => response.end(JSON.stringify(incoming.headers)));
    stage.route(OLD, null);
    const said = {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    };
    await stage.start();
    expect(JSON.parse((await stage.ask('/', 'a', said)).body)).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    await stage.end();
    await stage.start({ trustForwarded: true });
    const reply = await stage.ask('/', 'b', said);
    expect(JSON.parse(reply.body)).toMatchObject({ ...said, 'x-forwarded-for': '203.0.113.7, 127.0.0.1' });
    expect(reply.headers['set-cookie']?.[0]).toMatch(/; Secure$/);
  });

  it('keeps the id from the service, and lets no service set one', async () => {
    await stage.listen(OLD, (incoming, response) => {
      const stolen = ['autoland_id=1', 'autoland_id_other=1', '=autoland_id_x=1', ' Autoland_ID_x=1'];
      response.setHeader('Set-Cookie', [...stolen, 'session=1']);
      response.setHeader('X-Autoland-Arm', 'baseline');
      response.end(JSON.stringify(incoming.headers));
    });
    stage.route(OLD, null);
    await stage.start();
    await stage.ask('/', 'a');
    const headers = {
      cookie: `theme=dark; ${stage.cookie('a')}; autoland_id_other=1;autoland_id=1; x=1`,
      'x-autoland-control': '1',
      'x-forwarded-for': '9.9.9.9',
    };
    const reply = await stage.ask('/', undefined, headers);
    expect(reply.headers['set-cookie']).toEqual(['session=1']);
    expect(reply.headers['x-autoland-arm']).toBeUndefined();
    const seen: Record<string, string> = JSON.parse(reply.body);
    expect(seen.cookie).toBe('theme=dark; x=1');
    expect(seen['x-autoland-control']).toBeUndefined();
    expect(seen['x-forwarded-for']).toBe('127.0.0.1');
    expect(seen['x-forwarded-host']).toBe(`127.0.0.1:${stage.port}`);
  });
});

describe('what is counted', () => {
  it('errors by class, with the arm of the evaluation', async () => {
    await stage.listen(OLD, says('old'));
    await stage.listen(NEW, (incoming, response) => {
      if (incoming.url === '/abort') {
        response.writeHead(200, { 'Content-Length': 10 }).write('half');
        setTimeout(() => response.destroy(), 10);
      } else if (incoming.url === '/cut') response.destroy();
      else if (incoming.url !== '/hang') response.writeHead(Number(incoming.url?.slice(1))).end('answer');
    });
    await stage.rollout(1, { responseTimeoutMs: 200 });
    expect((await stage.ask('/500', 'a')).status).toBe(500);
    expect((await stage.ask('/404', 'b')).status).toBe(404);
    expect((await stage.ask('/204', 'c')).status).toBe(204);
    await expect(stage.ask('/abort', 'd')).rejects.toThrow();
    expect((await stage.ask('/cut', 'e')).status).toBe(502);
    expect((await stage.ask('/hang', 'f')).status).toBe(504);
    const observed = await stage.witness.observe('n1');
    expect(observed).toMatchObject({ usersExposed: 6, usersErrored: 5 });
    expect(observed?.steps[0]).toMatchObject({
      firstErrors: { 'server-error': { canary: 4, baseline: 0 }, 'client-error': { canary: 1, baseline: 0 } },
      units: { canary: 6, baseline: 0 },
      failingUnits: { canary: 5, baseline: 0 },
    });
  });

  it('how long users wait for the first byte, once the candidate is warm', async () => {
    await stage.listen(OLD, says('old'));
    await stage.listen(NEW, (incoming, response) => {
      const first = incoming.url === '/slow' ? 1000 : 0;
      setTimeout(() => response.writeHead(200).write('first'), first);
      setTimeout(() => response.end(), incoming.url === '/cold' ? 0 : first + 2500);
    });
    await stage.rollout(1, { lease: false });
    await stage.ask('/', 'before');
    const waitsOf = { tolerate: 2, warmUpSeconds: 3 };
    await stage.witness.lease({ ...stage.terms, weight: 1, step: 0, leaseMs: 60_000, waits: waitsOf });
    await stage.ask('/cold', 'a');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await stage.ask('/slow', 'b');
    await stage.ask('/', 'c');
    const observed = await stage.witness.observe('n1');
    const [waits] = observed?.steps[0]?.latencies ?? [];
    expect(waits).toMatchObject({ after: 0, baseline: observed?.latencyBounds.map(() => 0).concat(0) });
    const placesOf = (counts: readonly number[]) =>
      counts.flatMap((count, j) => Array<number>(count).fill(j));
    const [fast = 0, slow = 0, ...more] = placesOf(waits?.canary ?? []);
    expect([observed?.steps[0]?.units.canary, more, observed?.tolerated]).toEqual([3, [], 2]);
    expect(placesOf(observed?.usualWaits ?? [])).toEqual([expect.any(Number)]);
    // Half of what they waited, as so much is tolerated.
    expect(fast).toBeLessThan(latencyBucket(1 / 2));
    expect(slow).toBeGreaterThanOrEqual(latencyBucket(1 / 2));
    expect(slow).toBeLessThan(latencyBucket(3.5 / 2));
  });

  it('not a client that leaves, whose request is then given up', async () => {
    let given = 0;
    await stage.listen(OLD, says('old'));
    await stage.listen(NEW, (_incoming, response) => void response.once('close', () => given++));
    await stage.rollout(1);
    const leaving = request({ port: stage.port, host: '127.0.0.1', path: '/' }).on('error', () => {});
    leaving.end();
    await eventually(async () => (await stage.witness.stats()).active === 1, 'under way');
    leaving.destroy();
    await eventually(() => given === 1, 'given up');
    await eventually(async () => (await stage.witness.stats()).clientGone === 1, 'counted');
    expect(await stage.witness.observe('n1')).toMatchObject({ usersExposed: 1, usersErrored: 0 });
    expect((await stage.witness.observe('n1'))?.steps[0]?.units.canary).toBe(0);
  });

  it('a candidate that is not there, as its own failure', async () => {
    await stage.listen(OLD, says('old'));
    (await stage.listen(NEW, says('new'))).close();
    await stage.rollout(1);
    expect((await stage.ask('/')).status).toBe(502);
    expect((await stage.witness.observe('n1'))?.steps[0]?.firstErrors['server-error'].canary).toBe(1);
  });

  it('observes no more than it can remember', async () => {
    await namedArms();
    await stage.rollout(1, { maxUsers: 2 });
    for (const user of ['a', 'b']) await stage.ask('/', user);
    expect((await stage.witness.observe('n1'))?.usersExposed).toBe(2);
    expect((await stage.ask('/', 'c')).body).toBe('old');
    await expect(stage.witness.observe('n1')).rejects.toMatchObject({ code: 'runtime.refused' });
    const lease = { ...stage.terms, weight: 1, step: 0, leaseMs: 1000 };
    await expect(stage.witness.lease(lease)).rejects.toMatchObject({ code: 'runtime.refused' });
  });
});
