import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BubblewrapSandbox } from '../../src/adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { readOutputFile } from '../../src/adapters/sandbox/read-output-file.ts';
import type { SandboxLimits, SandboxMount, SandboxResult } from '../../src/ports/sandbox.ts';
import { covers } from '../../src/testing/covers.ts';

const LIMITS: SandboxLimits = { seconds: 20, memoryMiB: 256, processes: 64, diskMiB: 16, outputKiB: 64 };
const SECRET_NAME = 'AUTOLAND_REDTEAM_TOKEN';

/** What the hostile script has at hand. */
const PRELUDE = `const fs = require('node:fs');
const net = require('node:net');
const { spawnSync } = require('node:child_process');
const attempt = (act) => { try { return act() ?? 'done'; } catch (thrown) { return thrown.code ?? 'failed'; } };
const say = (value) => console.log(JSON.stringify(value));
const pids = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name));`;

describe('a hostile script in the sandbox', () => {
  covers('ASI05');
  let root: string;
  let sandbox: BubblewrapSandbox;
  const victim = spawn('sleep', ['600.125'], { stdio: 'ignore' });
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'autoland-redteam-'));
    process.env[SECRET_NAME] = 'redteam-secret-value';
    await mkdir(join(root, 'state', 'keys'), { recursive: true });
    await writeFile(join(root, 'state', 'keys', 'gate.key'), 'PRIVATE KEY');
    sandbox = new BubblewrapSandbox({ workDir: join(root, 'work'), stateDir: join(root, 'state') });
    await chmod(root, 0o755);
    await sandbox.probe();
  });
  afterAll(async () => {
    delete process.env[SECRET_NAME];
    victim.kill('SIGKILL');
    await rm(root, { recursive: true, force: true });
  });

  type Change = { limits?: Partial<SandboxLimits>; mounts?: readonly SandboxMount[] };
  const hostile = (script: string, { limits, mounts = [] }: Change = {}): Promise<SandboxResult> =>
    sandbox.run({
      argv: ['node', '-e', `${PRELUDE}\n${script}`],
      cwd: '/tmp',
      env: {},
      mounts,
      network: 'none',
      limits: { ...LIMITS, ...limits },
    });
  const answer = async (script: string, change: Change = {}): Promise<unknown> => {
    const result = await hostile(script, change);
    if (result.kind !== 'exited' || result.code !== 0)
      throw new Error(`the attack itself failed: ${JSON.stringify(result)}`);
    return JSON.parse(result.stdout);
  };

  it('finds no secret in any environment', async () => {
    covers('LLM02');
    const script = `const all = pids.map((pid) => attempt(() => fs.readFileSync('/proc/' + pid + '/environ', 'latin1')));
      say([process.env, ...all].map((each) => JSON.stringify(each)).filter((text) => text.includes('${SECRET_NAME}') || text.includes('redteam')).length);`;
    expect(await answer(script)).toBe(0);
  });

  it('reads no key of the state directory, no home, no shadow file, not through other processes’ roots either', async () => {
    const paths = [
      join(root, 'state', 'keys', 'gate.key'),
      '/root/.npmrc',
      '/etc/shadow',
      '/etc/ssh',
      '/home',
      '/var',
      '/sys',
    ];
    const script = `const views = ['', ...pids.map((pid) => '/proc/' + pid + '/root'), ...pids.map((pid) => '/proc/' + pid + '/cwd/../../..')];
      const read = (path) => attempt(() => fs.statSync(path).isDirectory() ? fs.readdirSync(path).filter((name) => name !== 'sandbox').join() || 'ENOENT' : fs.readFileSync(path, 'utf8'));
      say([...new Set(views.flatMap((view) => ${JSON.stringify(paths)}.map((path) => read(view + path))))].sort());`;
    for (const found of await answerList(script)) expect(['EACCES', 'ENOENT']).toContain(found);
  });

  it('sees, kills and traces no process of the host', async () => {
    const script = `say({ sleepers: pids.filter((pid) => String(attempt(() => fs.readFileSync('/proc/' + pid + '/cmdline'))).includes('600' + '.125')),
      kill: attempt(() => process.kill(${victim.pid}, 'SIGKILL')), own: attempt(() => process.kill(${process.pid}, 'SIGKILL')),
      few: pids.length < 10, memory: attempt(() => fs.openSync('/proc/1/mem', 'r+')), sysrq: attempt(() => fs.writeFileSync('/proc/sysrq-trigger', 'b')) });`;
    expect(await answer(script)).toMatchObject({ sleepers: [], kill: 'ESRCH', own: 'ESRCH', few: true });
    expect(victim.exitCode).toBeNull();
  });

  it('is stopped as a fork bomb', async () => {
    const script = `require('node:fs').writeFileSync('/tmp/bomb.sh', 'while :; do sh /tmp/bomb.sh & done'); spawnSync('sh', ['/tmp/bomb.sh']);`;
    expect(await hostile(script)).toMatchObject({ kind: 'limit', limit: 'processes' });
  });

  it('is stopped as a memory hog, also when it hides memory in a file system', async () => {
    const hog = 'const held = []; for (;;) held.push(Buffer.alloc(16e6, 1));';
    expect(await hostile(hog, { limits: { memoryMiB: 128 } })).toMatchObject({
      kind: 'limit',
      limit: 'memory',
    });
    const hide = `say(['/tmp', '/dev/shm', '/home/sandbox', '/dev', '/run', '/'].map((place) =>
      attempt(() => { for (let i = 0; i < 64; i += 1) fs.writeFileSync(place + '/' + i, Buffer.alloc(1e6, 1)); return 'took 64 MB'; })));`;
    for (const outcome of await answerList(hide))
      expect(['ENOSPC', 'EROFS', 'EACCES', 'ENOENT']).toContain(outcome);
  });

  it('is stopped as a disk filler: one large file, many, a million empty ones', async () => {
    const large = `const fd = fs.openSync('/out/large', 'w'); say(attempt(() => { for (;;) fs.writeSync(fd, Buffer.alloc(1e6, 1)); }));`;
    expect(['EFBIG', 'limit']).toContain(await outcomeOf(large));
    const many = `for (let i = 0; ; i += 1) fs.writeFileSync('/out/' + i, Buffer.alloc(1e6, 1));`;
    expect(await outcomeOf(many)).toBe('limit');
    const empty = `for (let i = 0; ; i += 1) fs.writeFileSync('/out/' + i, '');`;
    expect(await outcomeOf(empty, 1)).toBe('limit');
  });

  it('is cut when it never stops talking, and ended when it never stops', async () => {
    const loud = await hostile(`for (;;) fs.writeSync(1, 'x'.repeat(60000));`, {
      limits: { seconds: 1, outputKiB: 8 },
    });
    expect(loud).toMatchObject({ kind: 'limit', limit: 'seconds' });
    expect(loud.stdout.length).toBeLessThan(9_000);
    const deaf = `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {}); for (;;);`;
    expect(await hostile(deaf, { limits: { seconds: 1 } })).toMatchObject({
      kind: 'limit',
      limit: 'seconds',
    });
  });

  it('reaches no socket of the host: loopback, path or abstract name', async () => {
    let reached = 0;
    const servers = [createServer(), createServer(), createServer()];
    for (const server of servers) server.on('connection', () => (reached += 1));
    servers[0]?.listen(0, '127.0.0.1');
    servers[1]?.listen(join(root, 'control.sock'));
    servers[2]?.listen(`\0autoland-redteam-${process.pid}`);
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const address = servers[0]?.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const targets = [
      { host: '127.0.0.1', port },
      { path: join(root, 'control.sock') },
      { path: `\0autoland-redteam-${process.pid}` },
    ];
    const script = `Promise.all(${JSON.stringify(targets)}.map((target) => new Promise((resolve) => net.connect(target)
      .on('connect', () => resolve('connected')).on('error', (thrown) => resolve(thrown.code))))).then(say);`;
    expect(await answer(script)).toEqual(['ECONNREFUSED', 'ENOENT', 'ECONNREFUSED']);
    for (const server of servers) server.close();
    expect(reached).toBe(0);
  });

  it('cannot make the host follow its links, in its output or as the next job’s mount', async () => {
    const out = await sandbox.jobDirectory('out');
    const mounts: SandboxMount[] = [{ source: out, target: '/out', mode: 'write' }];
    const key = join(root, 'state', 'keys', 'gate.key');
    const script = `fs.symlinkSync('${key}', '/out/report.json'); fs.symlinkSync('${join(root, 'state')}', '/out/sub'); say('planted');`;
    expect(await answer(script, { mounts })).toBe('planted');
    await expect(readOutputFile(out, 'report.json')).rejects.toMatchObject({ code: 'sandbox.failed' });
    await expect(readOutputFile(out, 'sub/keys/gate.key')).rejects.toMatchObject({ code: 'sandbox.failed' });
    const before = await stat(key);
    const next: SandboxMount[] = [{ source: join(out, 'sub'), target: '/in', mode: 'write' }];
    await expect(hostile('', { mounts: next })).rejects.toMatchObject({ code: 'sandbox.failed' });
    // Handing the directory to the next job must not hand over what the links lead to.
    expect(await answer(`say(attempt(() => fs.readFileSync('/out/report.json')))`, { mounts })).toBe(
      'ENOENT',
    );
    const after = await stat(key);
    expect([after.uid, after.mode]).toEqual([before.uid, before.mode]);
  });

  it('gains nothing from setuid programs, its own or the system’s', async () => {
    const out = await sandbox.jobDirectory('setuid');
    const mounts: SandboxMount[] = [{ source: out, target: '/out', mode: 'write' }];
    const script = `fs.copyFileSync('/usr/bin/id', '/out/id'); attempt(() => fs.chmodSync('/out/id', 0o6755));
      say([spawnSync('/out/id', ['-u']).stdout.toString(), spawnSync('su', ['-c', 'id -u']).status === 0, spawnSync('mount', ['-t', 'tmpfs', 'x', '/tmp']).status === 0, spawnSync('unshare', ['-Ur', 'id']).status === 0]);`;
    expect(await answer(script, { mounts })).toEqual(['1000\n', false, false, false]);
    // A program that is left setuid on the host would lend its owner's rights: the job's owner, who has none.
    const left = await stat(join(out, 'id'));
    expect(left.uid).toBe(sandbox.owner()?.uid ?? process.getuid?.());
  });

  it('writes into no read-only mount, and neither remounts nor covers one', async () => {
    const source = await sandbox.jobDirectory('input');
    await writeFile(join(source, 'given'), 'given');
    const script = `say(['/in/given', '/in/new', '/usr/bin/new', '/opt/bin/npm', '/etc/passwd', '/new', '/dev/new', '/proc/sys/kernel/hostname']
      .map((path) => attempt(() => fs.writeFileSync(path, 'x'))).concat(attempt(() => fs.unlinkSync('/in/given')), spawnSync('mount', ['-o', 'remount,rw', '/in']).status === 0 ? 'done' : 'EPERM'));`;
    const outcomes = await answerList(script, { mounts: [{ source, target: '/in', mode: 'read' }] });
    for (const outcome of outcomes) expect(['EROFS', 'EACCES', 'EPERM']).toContain(outcome);
    expect(await readdir(source)).toEqual(['given']);
  });

  it('finds no descriptor of the host open', async () => {
    const held = await import('node:fs').then(({ openSync }) =>
      openSync(join(root, 'state', 'keys', 'gate.key'), 'r'),
    );
    const script = `say(fs.readdirSync('/proc/self/fd').map((fd) => attempt(() => fs.readlinkSync('/proc/self/fd/' + fd))).filter((path) => path.startsWith('/') && path !== '/dev/null' && !path.startsWith('/proc')))`;
    expect(await answer(script)).toEqual([]);
    expect(held).toBeGreaterThan(2);
  });

  it('reads no npm settings of the machine', async () => {
    const present = await Promise.all(
      ['/usr/etc', '/usr/local/etc'].map((path) =>
        access(path).then(
          () => path,
          () => undefined,
        ),
      ),
    );
    const script = `say(${JSON.stringify(present.filter((path) => path !== undefined))}.flatMap((path) => fs.readdirSync(path)))`;
    expect(await answer(script)).toEqual([]);
  });

  async function answerList(script: string, change: Change = {}): Promise<unknown[]> {
    const list = await answer(script, change);
    if (!Array.isArray(list) || list.length === 0) throw new Error('the attack reported nothing');
    return list;
  }

  async function outcomeOf(script: string, diskMiB = 16): Promise<unknown> {
    const mounts: SandboxMount[] = [
      { source: await sandbox.jobDirectory('fill'), target: '/out', mode: 'write' },
    ];
    const result = await hostile(script, { mounts, limits: { diskMiB } });
    if (result.kind === 'limit') return result.limit === 'disk' ? 'limit' : result.limit;
    return result.stdout === '' ? `${result.code}: ${result.stderr}` : JSON.parse(result.stdout);
  }
});
