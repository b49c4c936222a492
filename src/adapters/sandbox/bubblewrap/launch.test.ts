import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServiceJob } from '../../../ports/sandbox.ts';
import { giveSecrets } from '../give-secrets.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';

const SECRET = 'a-secret-of-the-service';

const SERVER = `require('node:net').createServer((socket) => {
  const { readFileSync } = require('node:fs');
  socket.end(JSON.stringify({ env: Object.keys(process.env).sort(), first: readFileSync('/proc/1/environ', 'latin1') }));
}).listen('/srv/sockets/service.sock')`;

// Starts the command line that it is given, says its process id, and stays until it is killed.
const SPAWNER = `const [file, detached, ...args] = process.argv.slice(1);
const child = require('node:child_process').spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: detached === 'detached' });
process.stdin.pipe(child.stdio[3]);
process.stdout.write(child.pid + '\\n');
setInterval(() => {}, 1000);`;

describe('services in the sandbox', () => {
  let workDir: string;
  let sandbox: BubblewrapSandbox;
  const pids: number[] = [];
  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'autoland-service-'));
    await chmod(workDir, 0o755);
    sandbox = new BubblewrapSandbox({ workDir, stateDir: workDir });
  });
  afterAll(async () => {
    for (const pid of pids) kill(pid);
    await rm(workDir, { recursive: true, force: true });
    await sleep(100);
    await removeOwnCgroups();
  });

  async function serviceJob(lifetime: ServiceJob['lifetime']): Promise<ServiceJob> {
    const sockets = await sandbox.jobDirectory('sockets');
    return {
      argv: ['node', '-e', SERVER],
      cwd: '/srv',
      env: { DECLARED: '1', TOKEN: SECRET },
      mounts: [{ source: sockets, target: '/srv/sockets', mode: 'write' }],
      memoryMiB: 256,
      processes: 64,
      lifetime,
    };
  }

  async function start(lifetime: ServiceJob['lifetime']) {
    const job = await serviceJob(lifetime);
    const { file, args, secrets = Buffer.of() } = await sandbox.launch(job);
    const env = { ...process.env, HOST_SECRET: 'host secret' };
    const stdio = ['pipe', 'pipe', 'inherit'] as const;
    const spawner = spawn(process.execPath, ['-e', SPAWNER, '--', file, lifetime, ...args], {
      env,
      stdio: [...stdio],
    });
    spawner.stdin?.end(secrets);
    const [line] = await once(spawner.stdout ?? spawner, 'data');
    const pid = Number(String(line));
    pids.push(pid, spawner.pid ?? 0);
    const socket = join(job.mounts[0]?.source ?? '', 'service.sock');
    await until(async () => (await ask(socket)) !== undefined);
    return { spawner, pid, socket };
  }

  it('sees its declared environment and nothing of the host, not even in its first process', async () => {
    const { socket, pid } = await start('with-parent');
    const answer = JSON.parse((await ask(socket)) ?? '');
    expect(answer.env).toEqual(['DECLARED', 'HOME', 'LANG', 'PATH', 'PWD', 'TMPDIR', 'TOKEN']);
    expect(answer.first).not.toContain('HOST_SECRET');
    kill(pid);
    await until(async () => (await ask(socket)) === undefined);
  });

  it.each(['with-parent', 'detached'] as const)(
    'shows its secrets in no command line and no file (%s)',
    async (lifetime) => {
      const { pid, socket } = await start(lifetime);
      expect(await processesNaming(socket)).not.toEqual([]);
      expect(await commandLinesWith(SECRET)).toEqual([]);
      const found = await promisify(execFile)('grep', ['-rlF', SECRET, workDir]).catch(
        (error: unknown) => error,
      );
      expect(found).toMatchObject({ code: 1, stdout: '' });
      // Who is neither the service nor root cannot read its environment either.
      const inside = await environmentsWith(SECRET);
      expect(inside).not.toEqual([]);
      for (const each of inside) expect((await stat(`/proc/${each}/environ`)).mode & 0o077).toBe(0);
      kill(pid);
    },
  );

  it('cannot write a file larger than its memory', async () => {
    const script = `const fs = require('node:fs'); const fd = fs.openSync('/srv/sockets/big', 'w');
      try { for (;;) fs.writeSync(fd, Buffer.alloc(1 << 20)); } catch (thrown) { process.exit(thrown.code === 'EFBIG' ? 7 : 8); }`;
    const job = await serviceJob('with-parent');
    const {
      file,
      args,
      secrets = Buffer.of(),
    } = await sandbox.launch({
      ...job,
      argv: ['node', '-e', script],
      // Of this some 50 are Node's own: what is not yet on a slow disk counts too.
      memoryMiB: 256,
    });
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    giveSecrets(child, secrets);
    expect((await once(child, 'exit'))[0]).toBe(7);
    const big = join(job.mounts[0]?.source ?? '', 'big');
    expect((await stat(big)).size).toBe(256 << 20);
    await rm(big);
  });

  it('does not start when its secrets are cut short', async () => {
    const { file, args, secrets = Buffer.of() } = await sandbox.launch(await serviceJob('with-parent'));
    const cut = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    giveSecrets(cut, secrets.subarray(0, secrets.indexOf('TMPDIR')));
    const [code] = await once(cut, 'exit');
    expect(code).not.toBe(0);
  });

  it('ends with its spawner', async () => {
    const { spawner, socket } = await start('with-parent');
    spawner.kill('SIGKILL');
    await until(async () => (await ask(socket)) === undefined);
    expect(await ask(socket)).toBeUndefined();
  });

  it('outlives its spawner when detached, and ends at once when its own process is killed', async () => {
    const { spawner, pid, socket } = await start('detached');
    spawner.kill('SIGKILL');
    await once(spawner, 'exit');
    await sleep(300);
    expect(await ask(socket)).toBeDefined();
    kill(pid);
    await until(async () => (await ask(socket)) === undefined);
    expect(await processesNaming(socket)).toEqual([]);
  });

  it('ends a detached one on SIGTERM too', async () => {
    const { spawner, pid, socket } = await start('detached');
    process.kill(pid, 'SIGTERM');
    await until(async () => (await ask(socket)) === undefined);
    // Its own command line names the socket too.
    const gone = once(spawner, 'exit');
    spawner.kill('SIGKILL');
    await gone;
    expect(await processesNaming(socket)).toEqual([]);
  });
});

function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    connect(path)
      .on('data', (chunk) => {
        text += chunk.toString();
      })
      .on('end', () => resolve(text))
      .on('error', () => resolve(undefined));
  });
}

/** Throws when the test's own time limit is near: the condition never came true. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries += 1) {
    if (tries > 500) throw new Error('waited in vain');
    await sleep(20);
  }
}

function processesNaming(socket: string): Promise<string[]> {
  return commandLinesWith(socket.slice(0, socket.lastIndexOf('/')));
}

async function commandLinesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(text));
}

async function environmentsWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => all[index]?.includes(text));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended already.
  }
}

async function removeOwnCgroups(): Promise<void> {
  const membership = await readFile('/proc/self/cgroup', 'utf8');
  const memory = /:memory:(.*)/.exec(membership)?.[1] ?? '';
  for (const parent of ['/sys/fs/cgroup/pids', join('/sys/fs/cgroup/memory', memory)]) {
    for (const name of await readdir(parent).catch(() => [])) {
      if (name.startsWith(`autoland-${process.pid}-`)) await rmdir(join(parent, name)).catch(() => {});
    }
  }
}
