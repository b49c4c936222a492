import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Base, bubblewrapCommand, type InsideJob, secretArguments } from './arguments.ts';
import { parseMembership, parseMounts } from './cgroup-home.ts';
import { pickId } from './identity.ts';
import { sumTree } from './process-tree.ts';
import { allows, componentsOf } from './reachable.ts';
import { TailBuffer } from './tail-buffer.ts';

describe('TailBuffer', () => {
  it('keeps exactly the end of whatever is pushed, in bounded memory', () => {
    const chunks = fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 100 }), (texts, limit) => {
        const buffer = new TailBuffer(limit);
        for (const text of texts) buffer.push(Buffer.from(text));
        const all = texts.join('');
        const cut = `[earlier output was cut]\n${all.slice(-limit)}`;
        expect(buffer.text()).toBe(all.length > limit ? cut : all);
      }),
    );
  });

  it('does not cut a character in two', () => {
    const buffer = new TailBuffer(4);
    buffer.push(Buffer.from(`${'ééé'.slice(0, 2)}xé`));
    expect(buffer.text()).toBe('[earlier output was cut]\nxé');
  });
});

describe('pickId', () => {
  it('always gives a free id in the range, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.integer({ min: 61_184, max: 65_519 })), (seed, taken) => {
        const id = pickId(seed, new Set(taken));
        expect(id).toBeGreaterThanOrEqual(61_184);
        expect(id).toBeLessThanOrEqual(65_519);
        expect(taken).not.toContain(id);
        expect(pickId(seed, new Set(taken))).toBe(id);
      }),
    );
  });
});

describe('allows', () => {
  const job = { uid: 5, gid: 5 };
  it.each([
    ['owner', { uid: 5, gid: 0, mode: 0o700 }, true],
    ['owner without right, though others have it', { uid: 5, gid: 0, mode: 0o077 }, false],
    ['group', { uid: 0, gid: 5, mode: 0o050 }, true],
    ['others', { uid: 0, gid: 0, mode: 0o005 }, true],
    ['nobody but root', { uid: 0, gid: 0, mode: 0o700 }, false],
  ])('%s', (_, file, expected) => {
    expect(allows(file, job, 5)).toBe(expected);
  });

  it('is asked about every directory from the root down', () => {
    expect(componentsOf('/a/b/../c')).toEqual(['/', '/a', '/a/c']);
  });
});

describe('sumTree', () => {
  it('counts descendants alone', () => {
    const entry = (pid: number, parent: number) => ({ pid, parent, tasks: 2, kib: 10 });
    const use = sumTree(2, [entry(4, 3), entry(1, 0), entry(3, 2), entry(2, 1), entry(5, 1)]);
    expect([[...use.pids].sort((a, b) => a - b), use.tasks, use.residentKiB]).toEqual([[2, 3, 4], 6, 30]);
  });
});

describe('control group files', () => {
  it('reads both versions', () => {
    const mounts = [
      '30 25 0:26 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids',
      '31 25 0:27 /docker/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate',
      '32 25 0:28 / /tmp rw - tmpfs tmpfs rw',
    ];
    expect(parseMounts(mounts.join('\n'))).toEqual([
      { root: '/', point: '/sys/fs/cgroup/pids', controllers: ['rw', 'pids'] },
      { root: '/docker/x', point: '/sys/fs/cgroup', controllers: [''] },
    ]);
    expect(parseMembership('4:memory:/a:b\n3:cpu,cpuacct:/\n0::/user\n')).toEqual(
      new Map([
        ['memory', '/a:b'],
        ['cpu', '/'],
        ['cpuacct', '/'],
        ['', '/user'],
      ]),
    );
  });
});

describe('bubblewrapCommand', () => {
  const base: Base = {
    skeleton: '/s',
    toolchain: { node: '/n/node', npm: undefined },
    system: { root: ['--ro-bind', '/usr', '/usr'], etc: [], masks: [], hidden: [] },
    npmSettings: [],
  };
  const job: InsideJob = {
    command: ['--bind', '/', '/host'],
    cwd: '/tmp',
    mounts: [],
    scratchMiB: 1,
    doors: [],
    statusFd: undefined,
    owner: undefined,
  };

  it('isolates before all else, closes its root after all mounts, and ends options before the command', () => {
    const mounts = [{ source: '/h', target: '/work', mode: 'write' as const }];
    const command = bubblewrapCommand(base, { ...job, mounts });
    const first = command.indexOf('--ro-bind');
    for (const option of [
      '--unshare-all',
      '--unshare-user',
      '--disable-userns',
      '--clearenv',
      '--new-session',
    ]) {
      expect(command.indexOf(option)).toBeGreaterThan(0);
      expect(command.indexOf(option)).toBeLessThan(first);
    }
    expect(command.lastIndexOf('--remount-ro')).toBeGreaterThan(command.indexOf('/work'));
    expect(command.slice(command.indexOf('--'))).toEqual(['--', ...job.command]);
  });

  it('gives the environment apart, and after it the root, without which nothing starts', () => {
    const given = secretArguments(base, { TOKEN: 'hush', PATH: '/mine' }).toString().split('\0');
    expect(given.slice(0, 3)).toEqual(['--setenv', 'PATH', '/mine']);
    expect(given.slice(-7)).toEqual(['--setenv', 'TOKEN', 'hush', ...base.system.root, '']);
    expect(bubblewrapCommand(base, job)).not.toContain('--setenv');
    expect(bubblewrapCommand(base, job)).not.toContain('/usr');
  });

  it('mounts parents first, whatever the order given', () => {
    const targets = fc.uniqueArray(fc.constantFrom('/a', '/a/b', '/a/b/c', '/d', '/d/e'), { minLength: 1 });
    fc.assert(
      fc.property(targets, (paths) => {
        const mounts = paths.map((target) => ({ source: '/h', target, mode: 'read' as const }));
        const command = bubblewrapCommand(base, { ...job, mounts });
        for (const path of paths) {
          const inner = paths.filter((other) => other.startsWith(`${path}/`));
          for (const other of inner) expect(command.indexOf(path)).toBeLessThan(command.indexOf(other));
        }
      }),
    );
  });
});
