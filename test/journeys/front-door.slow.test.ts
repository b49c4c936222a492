import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readChildren } from '../../src/adapters/runtime/children-file.ts';
import { holderOf } from '../../src/adapters/store/control-lock.ts';
import { frontDoorExample } from '../../src/testing/front-door-stage.ts';
import { exampleHere } from '../../src/testing/runtime-command-stage.ts';
import type { ChangeView } from '../../src/views/change-view.ts';
import { until } from './cli.ts';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** Answers with its version, and with 500 where its own text has too much air in it; its health check knows nothing of that. */
const server = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { greet } from './greet.js';

const airy = readFileSync(new URL('greet.js', import.meta.url), 'utf8').includes('\\n'.repeat(30));
createServer((request, response) => {
  response.setHeader('x-version', process.env.SERVICE_VERSION);
  response.writeHead(airy && request.url !== '/healthz' ? 500 : 200).end(greet('you'));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

type Split = {
  readonly weight: number;
  readonly nonce: string | null;
  readonly closesAt: string | null;
  readonly candidate: { readonly digest: string } | null;
};

/** The operator's machine: the door that users come to, and the commands of the examples. */
class Operator {
  readonly dir = mkdtempSync(join(tmpdir(), 'autoland-door-'));
  readonly commands = join(this.dir, 'commands');
  readonly #home = join(this.dir, 'deployed');
  readonly #door = join(this.dir, 'door');
  #process: ChildProcess | undefined;

  constructor() {
    mkdirSync(this.commands, { mode: 0o755 });
    const programs = {
      loopback: exampleHere(),
      ramp: frontDoorExample('ramp'),
      witness: frontDoorExample('witness'),
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(this.commands, name), text);
      chmodSync(join(this.commands, name), 0o755);
    }
    writeFileSync(join(this.dir, 'door.mjs'), frontDoorExample('door'));
  }

  rules(): string {
    return rules({ steps: ['1%', '10%', '50%'] }).replace(
      '  command: [node, server.js]\n',
      [
        '  runtime:',
        '    command:',
        '      deploy: [loopback]',
        '      status: [loopback]',
        '      stop: [loopback]',
        '      ramp: [ramp]',
        '      witness: [witness]',
        '      addresses: [127.0.0.1]',
        `      settings: { DIR: ${this.#home}, ENTRY: server.js, DOOR: ${this.#door} }`,
        '',
      ].join('\n'),
    );
  }

  /** Answers where users come to. */
  async open(): Promise<string> {
    const child = spawn(process.execPath, [join(this.dir, 'door.mjs'), this.#door, '0']);
    this.#process = child;
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return String(said).trim();
  }

  split(): Split {
    return JSON.parse(readFileSync(join(this.#door, 'split.json'), 'utf8')) as Split;
  }

  /** Shares that users were told to get, each time they changed. */
  shares(): readonly number[] {
    const lines = readFileSync(join(this.#door, 'log.ndjson'), 'utf8').trim().split('\n');
    const shares = lines.map((line) => (JSON.parse(line) as { share?: number }).share ?? 0);
    return shares.filter((share, at) => share !== shares[at - 1]);
  }

  close(): void {
    this.#process?.kill('SIGKILL');
    const home = join(this.#home, 'greeter');
    for (const name of readdirSync(home).filter((file) => file.endsWith('.json')))
      process.kill((JSON.parse(readFileSync(join(home, name), 'utf8')) as { pid: number }).pid, 'SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

describe('a service behind a front door of its own', () => {
  const operator = new Operator();
  const stage = new Stage({ 'server.js': server, '.autoland/autoland.yaml': operator.rules() });
  let url = '';
  beforeAll(async () => {
    url = await operator.open();
    await stage.up('--runtime-commands', operator.commands);
    // One in a hundred of them must be some.
    await stage.open(url, 4000);
  });
  afterAll(async () => {
    await stage.close();
    operator.close();
  });

  const stable = async () => (await stage.status()).services[0]?.stable ?? '';
  const failures = () => stage.users.statuses.get(500) ?? 0;
  /** Until users are given the candidate there. */
  const opened = () =>
    until(
      () => (operator.split().weight > 0 ? true : undefined),
      () => stage.said,
    );
  const closed = () =>
    until(
      () => (operator.split().weight === 0 ? true : undefined),
      () => stage.said,
    );

  async function reverted({ reasons }: ChangeView): Promise<void> {
    const revert = /reverted by (chg_\w+)/.exec(reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ class: 'revert', state: 'landed' });
  }

  it('is served by it, and doctor tells of it', async () => {
    expect(operator.split()).toMatchObject({ weight: 0, nonce: null, candidate: null });
    const doctor = await stage.run(['doctor']);
    expect(doctor.stdout).toMatch(/works +front door +everybody gets stable/);
  });

  it('lands a change: users meet it there step by step, and then everybody', async () => {
    const before = await stable();
    const view = await stage.ended(await stage.submit(reformatted()));
    expect(view).toMatchObject({ state: 'landed' });
    expect(view.exposed).toBeGreaterThan(20);
    expect(operator.shares().slice(0, 4)).toEqual([0, 0.01, 0.1, 0.5]);
    const now = await stable();
    expect(now).not.toBe(before);
    expect(operator.split()).toMatchObject({ weight: 0, stable: { digest: now }, candidate: null });
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('rolls back what fails there, and nobody meets it any more', async () => {
    const [before, digest] = [stage.repo.show('main', 'greet.js'), await stable()];
    const airy = { 'greet.js': `export const greet = (name) =>${'\n'.repeat(40)}  'hello ' + name;\n` };
    const view = await stage.ended(await stage.submit(airy));
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.server-errors' });
    const harmed = failures();
    expect(harmed).toBeGreaterThan(0);
    await reverted(view);
    expect(stage.repo.show('main', 'greet.js')).toBe(before);
    expect(await stable()).toBe(digest);
    expect(failures()).toBe(harmed);
    await stage.json('autonomy', 'restore', 'lint', '--reason', 'it was a drill');
  });

  it('closes by itself where the control plane is killed again and again, and goes on with one that lives', async () => {
    const change = await stage.submit(reformatted());
    await opened();
    const killed = new Set<number>();
    const kill = setInterval(() => {
      const pid = holderOf(join(stage.state, 'control.lock'))?.pid;
      if (pid === undefined || killed.has(pid)) return;
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
    }, 100);
    await closed();
    clearInterval(kill);
    expect(killed.size).toBeGreaterThan(0);
    expect(await stage.ended(change)).toMatchObject({ state: 'landed' });
  });

  it('closes where the doorkeeper is killed, and the rollout starts anew', async () => {
    const change = await stage.submit(reformatted());
    await opened();
    // Until it was looked at, nothing of it can be lost.
    await until(
      async () => (JSON.stringify(await stage.journal(change)).includes('"epoch":"') ? true : undefined),
      () => stage.said,
    );
    const { nonce } = operator.split();
    const { pid = Number.NaN } =
      readChildren(join(stage.state, 'run/children.json')).find(({ name }) => name === 'doorkeeper') ?? {};
    process.kill(pid, 'SIGKILL');
    await closed();
    await opened();
    expect(operator.split().nonce).not.toBe(nonce);
    expect(await stage.ended(change)).toMatchObject({ state: 'landed' });
  });

  it('closes when its flag is killed, and the change is rolled back', async () => {
    const change = await stage.submit(reformatted());
    await opened();
    await stage.json('kill', `greeter.${operator.split().nonce}`);
    await closed();
    const view = await stage.ended(change);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.killed' });
    await reverted(view);
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
  });
});
