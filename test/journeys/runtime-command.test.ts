import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleHere } from '../../src/testing/runtime-command-stage.ts';
import { until } from './cli.ts';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** The operator's machine: the example's command, and where it remembers what it started. */
class Elsewhere {
  readonly dir = mkdtempSync(join(tmpdir(), 'autoland-elsewhere-'));
  readonly commands = join(this.dir, 'commands');
  readonly home = join(this.dir, 'deployed');
  readonly calls = join(this.dir, 'calls');

  constructor() {
    mkdirSync(this.commands, { mode: 0o755 });
    this.#install('loopback', exampleHere());
    // The example behind a door that tells of each call, and that a test can make slow.
    this.#install(
      'shop',
      [
        '#!/bin/sh',
        'told=$(cat)',
        `echo "$told" >> ${this.calls}`,
        `case "$told" in *'"call":"deploy"'*) [ ! -e ${this.dir}/slow ] || sleep 3 ;; esac`,
        `printf '%s' "$told" | ${this.commands}/loopback`,
        '',
      ].join('\n'),
    );
  }

  #install(name: string, text: string): void {
    writeFileSync(join(this.commands, name), text);
    chmodSync(join(this.commands, name), 0o755);
  }

  rules(wish: Parameters<typeof rules>[0] = {}): string {
    const settings = `{ DIR: ${this.home}, ENTRY: server.js }`;
    return rules(wish).replace(
      '  command: [node, server.js]\n',
      [
        '  runtime:',
        '    command:',
        '      deploy: [shop]',
        '      status: [shop]',
        '      stop: [shop]',
        '      addresses: [127.0.0.1]',
        `      settings: ${settings}`,
        '',
      ].join('\n'),
    );
  }

  slow(isSlow: boolean): void {
    if (isSlow) writeFileSync(join(this.dir, 'slow'), '');
    else rmSync(join(this.dir, 'slow'), { force: true });
  }

  /** Digests that `deploy` was called for, in order. */
  deployed(): readonly string[] {
    const told = readFileSync(this.calls, 'utf8').trim().split('\n');
    return told
      .map((line) => JSON.parse(line) as { call: string; digest: string })
      .filter(({ call }) => call === 'deploy')
      .map(({ digest }) => digest);
  }

  running(): readonly { digest: string; pid: number; port: number }[] {
    const home = join(this.home, 'greeter');
    const files = readdirSync(home).filter((name) => name.endsWith('.json'));
    return files.map((name) => JSON.parse(readFileSync(join(home, name), 'utf8')));
  }

  deployByHand(digest: string, dir: string): void {
    const settings = { DIR: this.home, ENTRY: 'server.js' };
    const told = { call: 'deploy', service: 'greeter', digest, release: { dir }, instances: 1, settings };
    execFileSync(join(this.commands, 'loopback'), { input: JSON.stringify({ ...told, secrets: {} }) });
  }

  close(): void {
    for (const { pid } of this.running()) process.kill(pid, 'SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** It answers its users with 500 where its own text has too much air in it; its health check knows nothing of that. */
const touchy = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { greet } from './greet.js';

const airy = readFileSync(new URL('greet.js', import.meta.url), 'utf8').includes('\\n\\n\\n\\n\\n\\n');
createServer((request, response) => {
  if (request.url === '/healthz') return response.end('ok');
  response.writeHead(airy ? 500 : 200).end(greet('you'));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('a machine that allows no runtime command', { timeout: 120_000 }, () => {
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

describe('a service that runs somewhere else', { timeout: 240_000 }, () => {
  const elsewhere = new Elsewhere();
  const stage = new Stage({ 'server.js': touchy, '.autoland/autoland.yaml': elsewhere.rules() });
  let url = '';
  beforeAll(async () => {
    url = await stage.up('--runtime-commands', elsewhere.commands);
    await stage.open(url);
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    elsewhere.close();
  });

  const stable = async () => (await stage.status()).services[0]?.stable ?? '';

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

  it('lands one whose control plane is killed -9 between the intent of its deploy and the receipt', async () => {
    elsewhere.slow(true);
    const known = elsewhere.deployed().length;
    const { pid = Number.NaN } = (await stage.status()).controlPlane ?? {};
    const change = await stage.submit(reformatted());
    await until(
      () => (elsewhere.deployed().length > known ? true : undefined),
      () => stage.said,
    );
    process.kill(pid, 'SIGKILL');
    const view = await stage.ended(change);
    elsewhere.slow(false);
    expect(view).toMatchObject({ state: 'landed' });
    // Asked for again, it was found running: nothing was deployed twice.
    expect(elsewhere.deployed().slice(known)).toEqual([await stable()]);
    expect(elsewhere.running().filter(({ digest }) => digest === view.digest)).toHaveLength(1);
    expect((await stage.status()).controlPlane?.pid).not.toBe(pid);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('is put right where it is altered by hand: what died is deployed again, what nobody decided is stopped', async () => {
    const digest = await stable();
    const [own] = elsewhere.running().filter((one) => one.digest === digest);
    process.kill(own?.pid ?? Number.NaN, 'SIGKILL');
    const corrected = (key: string) =>
      until(
        async () =>
          (await stage.journal()).some(({ type, data }) => type === 'drift.corrected' && data.key === key)
            ? true
            : undefined,
        () => stage.said,
      );
    await until(
      async () => ((await fetch(url)).status === 502 ? true : undefined),
      () => stage.said,
    );
    await until(
      async () => ((await fetch(url)).status === 200 ? true : undefined),
      () => stage.said,
    );
    const strange = `sha256:${'e'.repeat(64)}`;
    elsewhere.deployByHand(strange, join(stage.state, 'releases', digest.slice('sha256:'.length), 'tree'));
    await corrected(`runs greeter ${strange}`);
    expect(elsewhere.running().map((one) => one.digest)).not.toContain(strange);
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
    url = await stage.up('--runtime-commands', elsewhere.commands);
    expect((await fetch(url)).status).toBe(200);
    expect(elsewhere.deployed().length).toBe(known);
    expect(elsewhere.running()).toContainEqual(own);
  });
});
