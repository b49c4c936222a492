import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS, sandboxContract, shellJob } from '../../../testing/contracts/sandbox.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { ownerArguments } from './strays.ts';

const isRoot = process.getuid?.() === 0;

describe('BubblewrapSandbox', () => {
  let workDir: string;
  let sandbox: BubblewrapSandbox;
  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'autoland-sandbox-'));
    await chmod(workDir, 0o755);
    sandbox = new BubblewrapSandbox({ workDir, stateDir: workDir });
  });
  afterAll(() => rm(workDir, { recursive: true, force: true }));
  const directory = () => sandbox.jobDirectory('test');

  sandboxContract(() => ({ sandbox, directory }));

  it('ends jobs of owners that are gone before it runs its first one', async () => {
    const gone = ownerArguments({ pid: 2 ** 22 + 1, startTime: '1' });
    const stray = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ...gone.slice(1)]);
    const ended = once(stray, 'exit');
    await new BubblewrapSandbox({ workDir, stateDir: workDir }).run(shellJob('true'));
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('names the time zone as the host does', async () => {
    const zone = await readlink('/etc/localtime').catch(() => '');
    expect(await sandbox.run(shellJob('readlink -n /etc/localtime || true'))).toMatchObject({ stdout: zone });
  });

  it('knows the name of this machine, and says of others that there are none', async () => {
    const script =
      'for (const name of ["localhost", "example.com"]) require("dns").lookup(name, (e, at) => console.log(name, e?.code ?? at))';
    const result = await sandbox.run({ ...shellJob(''), argv: ['node', '-e', script] });
    expect(result.stdout.split('\n').sort().join(' ').trim()).toBe(
      'example.com ENOTFOUND localhost 127.0.0.1',
    );
  });

  describe.each(['detect', 'never'] as const)('limits, control groups: %s', (cgroups) => {
    let limited: BubblewrapSandbox;
    beforeAll(() => {
      limited = new BubblewrapSandbox({ workDir, stateDir: workDir, cgroups });
    });

    it('ends a job that takes too long', async () => {
      const limits = { ...LIMITS, seconds: 5 };
      expect(await limited.run(shellJob('echo begun; sleep 600', { limits }))).toMatchObject({
        kind: 'limit',
        limit: 'seconds',
        stdout: 'begun\n',
      });
    });

    it('ends one that takes too much memory', async () => {
      const script = 'const held = []; setInterval(() => held.push(Buffer.alloc(8e6, 1)), 5)';
      const limits = { ...LIMITS, memoryMiB: 128 };
      const result = await limited.run(shellJob('', { argv: ['node', '-e', script], limits }));
      expect(result).toMatchObject({ kind: 'limit', limit: 'memory' });
    });

    it('has the kernel refuse processes far above the limit, however fast they come', async () => {
      const limits = { ...LIMITS, processes: 20 };
      const result = await limited.run({ ...shellJob("grep 'Max processes' /proc/self/limits"), limits });
      // Twice the limit and the sandbox's own four, and some.
      expect(result).toMatchObject({ kind: 'exited', stdout: expect.stringMatching(/ 304 +304 /) });
    });

    it('ends one that starts too many processes', async () => {
      const limits = { ...LIMITS, processes: 20 };
      const result = await limited.run(shellJob('for i in $(seq 60); do sleep 30 & done; wait', { limits }));
      expect(result).toMatchObject({ kind: 'limit', limit: 'processes' });
    });

    it('ends one that fills a writable mount, in many files or in removed ones', async () => {
      const limits = { ...LIMITS, diskMiB: 4 };
      const fill = 'for i in $(seq 20); do head -c 1000000 /dev/zero > /out/$i; done; sleep 30';
      const hide =
        'for i in 3 4 5 6 7 8 9; do eval "exec $i>/out/$i; rm /out/$i; head -c 1000000 /dev/zero >&$i"; done; sleep 30';
      for (const script of [fill, hide]) {
        const mounts = [{ source: await directory(), target: '/out', mode: 'write' as const }];
        expect(await limited.run(shellJob(script, { mounts, limits }))).toMatchObject({
          kind: 'limit',
          limit: 'disk',
        });
      }
    });

    it('counts only what the job adds', async () => {
      const out = await directory();
      await writeFile(join(out, 'held'), Buffer.alloc(8_000_000, 1));
      const job = {
        mounts: [{ source: out, target: '/out', mode: 'write' as const }],
        limits: { ...LIMITS, diskMiB: 4 },
      };
      expect(await limited.run(shellJob('echo x > /out/more', job))).toMatchObject({
        kind: 'exited',
        code: 0,
      });
    });
  });

  it('leaves neither process nor control group', async () => {
    const mark = `${Date.now()}.25`;
    const limits = { ...LIMITS, seconds: 1 };
    await sandbox.run(shellJob(`(setsid sleep ${mark} &) ; sleep ${mark}`, { limits }));
    await sandbox.run(shellJob(`(setsid sleep ${mark} &) ; true`));
    const processes = await Promise.all(
      (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((pid) => commandLine(pid)),
    );
    expect(processes.filter((line) => line.includes(mark))).toEqual([]);
    const groups = await Promise.all(
      ['pids', 'memory', '.'].map((name) => readdir(`/sys/fs/cgroup/${name}`).catch(() => [])),
    );
    expect(groups.flat().filter((name) => name.startsWith(`autoland-${process.pid}-`))).toEqual([]);
  });

  it('refuses a job for the registry when there is no proxy', async () => {
    await expect(sandbox.run(shellJob('true', { network: 'registry' }))).rejects.toMatchObject({
      code: 'sandbox.unavailable',
    });
  });

  it('runs nothing when the system lacks a part, and says what to install', async () => {
    const broken = new BubblewrapSandbox({ workDir, stateDir: workDir, node: '/bin/false' });
    const { ok, findings } = await broken.probe();
    expect(ok).toBe(false);
    expect(findings.some((finding) => finding.check === 'start' && !finding.ok)).toBe(true);
    await expect(broken.run(shellJob('true'))).rejects.toMatchObject({
      code: 'sandbox.unavailable',
      mend: expect.stringContaining('apt-get install bubblewrap socat'),
    });
  });

  it('refuses a mount that a link leads to, one that does not exist, and one that shares a file with the host', async () => {
    const [real, shared] = [await directory(), await directory()];
    const planted = join(workDir, 'planted');
    await symlink(real, planted);
    await writeFile(join(workDir, 'outside'), 'x');
    await link(join(workDir, 'outside'), join(shared, 'inside'));
    for (const source of [planted, join(workDir, 'absent'), shared]) {
      const mounts = [{ source, target: '/in', mode: 'write' as const }];
      await expect(sandbox.run(shellJob('true', { mounts }))).rejects.toMatchObject({
        code: 'sandbox.failed',
      });
    }
  });

  it.skipIf(!isRoot)('names the closed directory above a mount, and its mend', async () => {
    const closed = join(workDir, 'closed');
    await mkdir(join(closed, 'source'), { recursive: true });
    await chmod(closed, 0o700);
    const mounts = [{ source: join(closed, 'source'), target: '/in', mode: 'read' as const }];
    await expect(sandbox.run(shellJob('true', { mounts }))).rejects.toMatchObject({
      code: 'sandbox.unavailable',
      message: expect.stringContaining(closed),
      mend: expect.stringContaining('chmod'),
    });
  });

  it.skipIf(!isRoot)(
    'copies a Node that the job may not reach, once, and works below a closed directory',
    async () => {
      // The Node that runs the tests may itself have been copied, where a checkout is closed to the job.
      const before = await copiedTools(workDir);
      const closed = join(workDir, 'root-only');
      await mkdir(closed, { mode: 0o700 });
      const node = join(closed, 'node');
      await copyFile(process.execPath, node);
      for (const hidden of [join(closed, 'a'), workDir]) {
        const elsewhere = new BubblewrapSandbox({ workDir: hidden, stateDir: workDir, node });
        expect(await elsewhere.run(shellJob('node --version'))).toMatchObject({ kind: 'exited', code: 0 });
        const shared = join('/var/cache/autoland', String(elsewhere.owner()?.uid));
        if (hidden !== workDir) await rm(shared, { recursive: true });
        await rmdir(dirname(shared)).catch(() => {});
      }
      expect((await copiedTools(workDir)).filter((name) => !before.includes(name))).toHaveLength(1);
    },
  );
});

async function copiedTools(workDir: string): Promise<string[]> {
  return (await readdir(workDir)).filter((name) => name.startsWith('tool-'));
}

async function commandLine(pid: string): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
