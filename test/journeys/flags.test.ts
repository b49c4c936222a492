import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileFlagStore } from '../../src/adapters/flags/file-flag-store.ts';
import { collect, processesNaming, runCli, spawnCli, until } from './cli.ts';
import { greeter } from './greeter.ts';
import { BareRepository } from './repository.ts';

describe('flags, as people and programs use them', () => {
  let dir: string;
  let where: string[];
  let repo: BareRepository;
  let up: ChildProcess;
  let said: () => { stdout: string; stderr: string };
  let port: number;
  let flags: FileFlagStore;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'al-'));
    port = await freePort();
    const yaml = `version: 1\nflags: { environment: production, serve: { ofrep: ${port} } }\n`;
    repo = new BareRepository(join(dir, 'r.git'), { ...greeter, '.autoland/autoland.yaml': yaml });
    where = ['--repo', repo.dir, '--state', join(dir, 's')];
    // Not ephemeral: it must outlive a control plane that cannot start.
    up = spawnCli(['up', '--port', '0', '--allow-unsigned-policy', ...where]);
    said = collect(up);
    await until(
      () => (said().stdout.includes('autoland is ready') ? true : undefined),
      () => said().stderr,
    );
    flags = new FileFlagStore(join(dir, 's'));
  });
  afterAll(async () => {
    up.kill('SIGTERM');
    await once(up, 'exit').catch(() => {});
    expect(processesNaming(dir)).toEqual([]);
    rmSync(dir, { recursive: true, force: true });
  });

  const json = async (...words: string[]) =>
    JSON.parse((await runCli([...words, ...where, '--json'])).stdout);

  async function post(
    path: string,
    token: string,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: path.endsWith('kill') ? '{"reason":"checkout fails"}' : '{"context":{"targetingKey":"user-1"}}',
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  const isOn = async (key: string, token: string) =>
    (await post(`/ofrep/v1/evaluate/flags/${key}`, token)).body.value;
  const becomes = (key: string, token: string, wanted: boolean) =>
    until(
      async () => ((await isOn(key, token)) === wanted ? true : undefined),
      () => `${key} is not ${wanted}: ${said().stderr}`,
    );

  it('gives a token once, tells who closed a flag, and journals it', async () => {
    const made = await runCli(['flags', 'token', '--scope', 'read,kill', '--name', 'on-call', ...where]);
    expect(made.stdout).toMatch(/^alflag_\S+\n$/);
    const token = made.stdout.trim();
    await flags.write('shop.one', 1, 0);
    await becomes('shop.one', token, true);
    const killed = await post('/v1/flags/shop.one/kill', token);
    expect(killed.body).toEqual({ flag: 'shop.one', killed: true, by: 'token:on-call' });
    expect(await isOn('shop.one', token)).toBe(false);

    const shown = await runCli(['flags', ...where]);
    expect(shown.stdout).toMatch(
      /^shop\.one {2}0 % of users \(was 100 %\), version 1; killed by token:on-call at .*:\s+checkout/,
    );
    const kills = () => journalled('flag.killed');
    const entries = await until(
      async () => ((await kills()).length > 0 ? kills() : undefined),
      () => said().stderr,
    );
    expect(entries).toMatchObject([
      { actor: 'token:on-call', data: { flag: 'shop.one', reason: 'checkout fails' } },
    ]);
    // A second kill, by another way, is none.
    expect((await runCli(['kill', 'shop.one', ...where])).code).toBe(0);
    expect(await kills()).toHaveLength(1);

    const [{ id }] = await json('flags', 'tokens');
    expect(JSON.stringify(await json('flags', 'tokens'))).not.toMatch(/hash|alflag/);
    expect((await runCli(['flags', 'revoke', id, ...where])).stdout).toContain('it counts no more');
    await until(
      async () => ((await post('/ofrep/v1/evaluate/flags', token)).status === 401 ? true : undefined),
      () => 'the token still counts',
    );
    expect(await journalled('flag-token.revoked')).toHaveLength(1);
  });

  it('is looked at by the doctor', async () => {
    const findings: { check: string; status: string; detail: string }[] = await json('doctor');
    const found = findings.find(({ check }) => check === 'flags');
    expect(found).toMatchObject({
      status: 'missing',
      detail: `ofrep at 127.0.0.1:${port}; nobody has a token`,
    });
  });

  it.each([
    [['flags', 'token', '--scope', 'write'], /expected read, kill, or both, found "write"/],
    [
      ['flags', 'token', '--scope', 'read', '--environment', 'staging'],
      /expected the environment production/,
    ],
    [['flags', 'token'], /--scope/],
    [['flags', 'revoke', '000000000000'], /expected the id of a flag token/],
    [['kill', 'shop.none'], /expected a flag of this repository/],
  ])('refuses %j with a mend', async (words, message) => {
    const { code, stderr } = await runCli([...words, ...where]);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\n {2}mend: /);
    expect(code).toBe(2);
  });

  it('closes flags while control plane and journal are gone', async () => {
    const { token } = await json('flags', 'token', '--scope', 'read,kill');
    for (const key of ['shop.two', 'shop.three', 'shop.four']) await flags.write(key, 1, 0);
    await becomes('shop.four', token, true);
    const { controlPlane } = await json('status');
    for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm'])
      writeFileSync(join(dir, 's', name), 'not what it was\n'.repeat(1_000));
    process.kill(controlPlane.pid, 'SIGKILL');
    await until(
      () => (said().stderr.includes('control plane ended') ? true : undefined),
      () => 'the control plane lives',
    );
    const { code, stderr } = await runCli(['kill', 'shop.two', ...where]);
    expect(stderr).toMatch(/^autoland: closed, but the journal could not be written: /);
    expect(code).toBe(0);
    await becomes('shop.two', token, false);
    expect((await post('/v1/flags/shop.three/kill', token)).status).toBe(200);
    expect(await isOn('shop.three', token)).toBe(false);
    expect(await isOn('shop.four', token)).toBe(true);
    // The red button of a person who has nothing but the repository.
    repo.push('main', { '.autoland/STOP': 'payment incident\n' });
    await becomes('shop.four', token, false);
    const shown = await runCli(['flags', ...where]);
    expect(shown.stdout).toMatch(/^STOPPED by branch:\w{10} at .*: every rollout is closed\n/);
  });

  async function journalled(type: string): Promise<{ actor: string; data: unknown }[]> {
    const { stdout } = await runCli(['audit', 'show', ...where, '--json']);
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return entries.filter((entry) => entry.type === type);
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
