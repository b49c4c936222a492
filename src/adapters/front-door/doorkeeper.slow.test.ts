import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FrontDoorStage } from '../../testing/front-door-stage.ts';
import { eventually, NEW, OLD } from '../../testing/router-stage.ts';

describe('what closes a front door', () => {
  const file = (name: string) => (stage: FrontDoorStage) => writeFileSync(join(stage.dir, name), '{');
  const logAway = ({ log }: FrontDoorStage) => renameSync(log, `${log}.old`);
  type Terms = { readonly flag: string; readonly nonce: string };
  const closers: [string, (stage: FrontDoorStage, terms: Terms) => unknown][] = [
    ['STOP', file('STOP')],
    ['a kill', ({ flags }, { flag }) => flags.kill(flag, 'alice')],
    ['flag off', ({ flags }, { flag }) => flags.write(flag, 0, 1)],
    ['a flag lowered', ({ flags }, { flag }) => flags.write(flag, 0.5, 1)],
    ['corrupt flags', file('flags.json')],
    ['a route without candidate', (stage) => stage.route(OLD, null)],
    ['corrupt routes', file('routes.json')],
    ['the end of the lease', (stage, terms) => stage.lease(terms, 200)],
    ['a witness that ends', logAway],
  ];
  let stage: FrontDoorStage;
  beforeAll(async () => {
    stage = new FrontDoorStage();
    await stage.rollout(1);
  });
  afterAll(() => stage.close());

  async function exposed(nonce: string): Promise<Terms> {
    const terms = { flag: `shop.${nonce}`, nonce };
    rmSync(join(stage.dir, 'STOP'), { force: true });
    rmSync(join(stage.dir, 'flags.json'), { force: true });
    stage.route(OLD, NEW, terms);
    await stage.flags.write(terms.flag, 1, 0);
    await eventually(async () => (await stage.status()).blind === null, 'the witness is ready');
    await stage.lease(terms, 60_000);
    expect((await stage.ask('/', 'u')).body).toBe('new');
    return terms;
  }

  it.each(closers)('%s: every user gets stable, without the control plane', async (name, close) => {
    const terms = await exposed(`n-${name.replaceAll(' ', '-')}`);
    await close(stage, terms);
    await eventually(async () => (await stage.ask('/', 'u')).body === 'old', 'closed');
    expect((await stage.status()).closed).not.toBeNull();
    if (close === logAway) {
      expect((await stage.witness.observe(terms.nonce))?.gap).toContain(
        'the witness of the front door was lost',
      );
      renameSync(`${stage.log}.old`, stage.log);
    }
  });

  it('the end of the doorkeeper, before it has ended', async () => {
    await exposed('n-last');
    await stage.end(5000);
    expect((await stage.ask('/', 'u')).body).toBe('old');
  });
});

describe('a door of the example', () => {
  it('goes to stable by itself once nobody has told it for too long, and keeps that when it starts anew', async () => {
    const stage = new FrontDoorStage();
    onTestFinished(() => stage.close());
    await stage.rollout(1);
    await stage.lease(stage.terms, 60_000);
    expect((await stage.ask('/', 'u')).body).toBe('new');
    await stage.tell({ closesAt: new Date().toISOString() });
    expect((await stage.ask('/', 'u')).body).toBe('old');
    await stage.killDoor();
    await stage.openDoor();
    expect((await stage.ask('/', 'u')).body).toBe('old');
  });

  it('heeds nothing that is older than what it has', async () => {
    const stage = new FrontDoorStage();
    onTestFinished(() => stage.close());
    await stage.rollout(1);
    await stage.lease(stage.terms, 60_000);
    const stands = await stage.tell({ sequence: 1, weight: 0.01 });
    expect(stands).toMatchObject({ weight: 1 });
    expect((await stage.ask('/', 'u')).body).toBe('new');
  });
});
