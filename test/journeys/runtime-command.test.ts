import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Elsewhere, ElsewhereStage, touchy } from './elsewhere.ts';
import { reformatted } from './greeter.ts';
import { Stage } from './stage.ts';

describe('a machine that allows no runtime command', () => {
  it('runs none, whatever the branch names, and says how to allow it', async () => {
    const elsewhere = new Elsewhere();
    const shell = elsewhere
      .rules()
      .replace('deploy: [shop]', `deploy: [/bin/sh, -c, "touch ${elsewhere.dir}/ran"]`);
    const stage = new Stage({ 'server.js': touchy, '.autoland/autoland.yaml': shell });
    try {
      await expect(stage.up()).rejects.toThrow(/command\.refused[\s\S]*--runtime-commands DIR/);
      await stage.down();
      await expect(stage.up('--runtime-commands', elsewhere.commands)).rejects.toThrow(
        /command\.refused[\s\S]*\/bin\/sh is not among what this machine allows|\/bin\/sh is not among[\s\S]*command\.refused/,
      );
      expect(readdirSync(elsewhere.dir)).not.toContain('ran');
    } finally {
      await stage.close();
      rmSync(elsewhere.dir, { recursive: true });
    }
  });
});

describe('a service that runs somewhere else', () => {
  const there = new ElsewhereStage();
  const { elsewhere, stage } = there;
  const stable = () => there.stable();
  beforeAll(() => there.begin());
  afterAll(() => there.close());

  it('is routed to over TCP, and doctor has called its commands', async () => {
    expect(elsewhere.deployed()).toEqual([await stable()]);
    const { routes } = JSON.parse(readFileSync(join(stage.state, 'routes.json'), 'utf8')) as {
      routes: { sockets: Record<string, string[]> }[];
    };
    const [running] = elsewhere.running();
    expect(routes[0]?.sockets[await stable()]).toEqual([`http://127.0.0.1:${running?.port}`]);
    const doctor = await stage.run(['doctor']);
    expect(doctor.stdout).toMatch(
      /works +runtime +1 instance runs;[^;]*shop\s+may\s+run;\s+status\s+lists\s+1/,
    );
    expect(doctor.stdout).toMatch(/works +drift/);
  });

  it('lands a change: users meet it through the router, and it replaces the version before', async () => {
    const before = await stable();
    const view = await stage.ended(await stage.submit(reformatted()));
    expect(view).toMatchObject({ state: 'landed' });
    expect(view.exposed).toBeGreaterThan(0);
    expect(await stable()).not.toBe(before);
    expect(elsewhere.deployed()).toEqual([before, await stable()]);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('rolls back a bad candidate: nobody meets it any more, and its change is reverted', async () => {
    const [before, digest] = [stage.repo.show('main', 'greet.js'), await stable()];
    const airy = { 'greet.js': `export const greet = (name) =>${'\n'.repeat(40)}  'hello ' + name;\n` };
    const view = await stage.ended(await stage.submit(airy));
    expect(view).toMatchObject({ state: 'rolled-back' });
    expect(view.code).toMatch(/^rollout\./);
    const failures = () => stage.users.statuses.get(500) ?? 0;
    const harmed = failures();
    expect(harmed).toBeGreaterThan(0);
    const revert = /reverted by (chg_\w+)/.exec(view.reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ class: 'revert', state: 'landed' });
    expect(stage.repo.show('main', 'greet.js')).toBe(before);
    expect(await stable()).toBe(digest);
    expect(failures()).toBe(harmed);
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
  });

  it('goes on running when autoland ends, and is found there by the next start', async () => {
    const digest = await stable();
    await stage.down();
    const [own] = elsewhere.running().filter((one) => one.digest === digest);
    expect((await fetch(`http://127.0.0.1:${own?.port}/healthz`)).status).toBe(200);
    const known = elsewhere.deployed().length;
    await there.up();
    expect((await fetch(there.url)).status).toBe(200);
    expect(elsewhere.deployed().length).toBe(known);
    expect(elsewhere.running()).toContainEqual(own);
  });
});
