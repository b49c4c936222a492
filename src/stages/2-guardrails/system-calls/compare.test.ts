import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SystemCall, SystemCallKind, SystemCalls } from '../../../domain/system-calls.ts';
import { compareCalls } from './compare.ts';
import { failing } from './judge-call.ts';

const node = '/opt/node/bin/node';

/** `kind target args…`, by Node unless said otherwise: `npm: read /x`. */
function call(text: string): SystemCall {
  const [, by = node, kind, target = '', rest = ''] =
    /^(?:(\S+): )?(\S+) (unix \S+|a name|\S+)(?: (.*))?$/.exec(text) ?? [];
  const failed = rest === '!' ? { failed: true as const } : {};
  const args = kind === 'run' ? { args: rest === '' || rest === '!' ? [] : rest.split(' ') } : {};
  return { kind: kind as SystemCallKind, by, target, ...args, ...failed };
}
const run = (...calls: readonly string[]): SystemCalls => ({
  traced: true,
  calls: calls.map(call),
  gaps: [],
});
const found = (base: readonly string[], head: readonly string[], again = base) =>
  compareCalls([run(...base), run(...again)], run(...head)).found.map((each) => each.code);

describe('compareCalls', () => {
  it.each<[string, string, string]>([
    ['run /usr/bin/curl -s http://x', 'program-started', 'a program'],
    ['run /usr/bin/curl !', 'program-started', 'a program that is not there'],
    ['run ./node_modules/a/bin/a', 'program-started', 'a program of a package'],
    ['run /tmp/x-1', 'program-started', 'a program that was brought along'],
    ['reach 192.0.2.1:80', 'address-reached', 'an address'],
    ['reach 169.254.169.254:80', 'address-reached', "the cloud's own"],
    ['reach [2001:db8::1]:*', 'address-reached', 'an address of the new kind'],
    ['reach 127.0.0.1:53', 'address-reached', 'a service of this machine'],
    ['reach unix /var/run/docker.sock', 'address-reached', 'a socket of the system'],
    ['reach unix @abs', 'address-reached', 'a socket without a file'],
    ['reach AF_VSOCK', 'address-reached', 'the host of a machine'],
    ['reach a name', 'name-looked-up', 'a name'],
    ['reach 127.0.0.1:*', 'loopback-reached', 'a server of its own'],
    ['listen [::]:*', 'listens', 'a port'],
    ['meddle ptrace', 'tracer-touched', 'another process'],
    ['read /autoland/calls/pipe', 'tracer-touched', 'the tracer'],
    ['write /autoland/calls/pipe', 'tracer-touched', "the tracer's pipe"],
    ...[
      ...[
        '/home/sandbox/.npmrc',
        '/root/.ssh/id_rsa',
        '/home/x/.ssh',
        '/home/x/.aws/credentials',
        '/home/x/.config/gh/hosts.yml',
      ],
      ...[
        '/etc/shadow',
        '/etc/ssh/ssh_config',
        '/etc/npmrc',
        '/usr/local/etc/npmrc',
        '/proc/7/environ',
        '/srv/app/.env.local',
      ],
      ...[
        '/var/run/secrets/kubernetes.io/token',
        '/home/x/.bash_history',
        '/home/x/.config/google-chrome/a',
        '/srv/tls/a.key',
      ],
    ].map((path): [string, string, string] => [`read ${path} !`, 'credentials-read', 'credentials']),
    ...[
      '/etc/passwd',
      '/home/sandbox',
      '/home/x/.config/a',
      '/proc/7/status',
      '/proc',
      '/var/lib/dbus/machine-id',
      '/sys/class/net',
    ].map((path): [string, string, string] => [`read ${path}`, 'file-read', 'a file']),
    ...[
      '/etc/cron.d/a',
      '/usr/lib/a',
      '/home/x/.bashrc',
      '/home/x/.ssh/authorized_keys',
      '/home/x/.config/autostart/a',
    ].map((path): [string, string, string] => [`write ${path} !`, 'file-written', 'a file that will run']),
    ...[
      '/home/x/.cache/a',
      './package.json',
      './package-lock.json',
      './node_modules/b/index.js',
      './packages/b/package.json',
      './node_modules/.pnpm/b@1/node_modules/b/index.js',
      './.github/workflows/a.yml',
    ].map((path): [string, string, string] => [`write ${path}`, 'file-left', 'a file']),
  ])('sees %s: %s, %s', (text, code) => {
    expect(found(['read /etc/passwd-', 'run /bin/sh -c x'], [text])).toEqual([code]);
    expect(found([text], [text])).toEqual([]);
  });

  it.each([
    ...[
      '/usr/lib/a.so',
      '/lib/x/libc.so.6',
      '/opt/npm/lib/a.js',
      '/etc/ssl/certs/a.pem',
      '/etc/localtime',
      '/etc/hosts',
    ],
    ...[
      '/proc/self/maps',
      '/proc/self/fd',
      '/proc/cpuinfo',
      '/proc/sys/vm/overcommit_memory',
      '/sys/fs/cgroup/memory.max',
    ],
    ...[
      '/dev/urandom',
      '/dev/null',
      '/tmp/a',
      '/package.json !',
      '/.mocharc.json !',
      '/home/sandbox/.node_modules/a !',
    ],
    ...['/autoland/recorder/main.js', '/home/sandbox/node_modules/a/package.json !', '/etc/ld.so.preload !'],
  ])('does not mind that %s is read', (path) => {
    expect(found([], [`read ${path}`])).toEqual([]);
  });

  it.each([
    ...[
      'write /dev/null',
      'write /tmp/a',
      'write ./node_modules/.cache/a',
      'write ./node_modules/.vite/deps/package.json',
      'write ./.nyc_output/a',
      'write /proc/self/comm',
    ],
    ...[
      'reach unix /tmp/a',
      'reach unix ./a.sock',
      'reach unix /var/run/nscd/socket',
      'listen unix /tmp/a',
      'write /autoland/records/7.jsonl',
    ],
  ])('does not mind %s', (text) => {
    expect(found([], [text])).toEqual([]);
  });

  it('knows a call again whose numbers differ', () => {
    const old = [
      'read /proc/12/status',
      'run /usr/bin/git log --max-count=1 /tmp/a-1',
      'write /home/x/.npm/_logs/2026-01-01T00_00_00_000Z.log',
    ];
    const now = [
      'read /proc/345/status',
      'run /bin/git log --max-count=22 /tmp/b-2',
      'write /home/x/.npm/_logs/2027-02-03T04_05_06_007Z.log',
    ];
    expect(found(old, now)).toEqual([]);
  });

  it('does not excuse one program by another', () => {
    const old = [
      'npm: run /bin/sh -c test',
      'npm: read /home/sandbox/.npmrc !',
      '/bin/sh: run /opt/node/bin/node',
    ];
    expect(found(old, ['run /bin/sh -c test', 'read /home/sandbox/.npmrc !'])).toEqual([
      'credentials-read',
      'program-started',
    ]);
  });

  it('sees a program that is known and started otherwise, and a name that was never found', () => {
    const old = ['run /usr/local/bin/git !', 'run /usr/bin/git log'];
    expect(found(old, ['run /usr/local/bin/git !', 'run /usr/bin/git push'])).toEqual(['program-differs']);
    expect(found(old, ['run /somewhere/git !', 'run /usr/bin/git log'])).toEqual([]);
  });

  it('takes a port for its own where the base listens on it', () => {
    expect(
      found(['listen [::]:3000', 'reach 127.0.0.1:*'], ['listen 0.0.0.0:3000', 'reach [::1]:3000']),
    ).toEqual([]);
    expect(
      found(['reach 127.0.0.1:3000', 'listen 0.0.0.0:3000'], ['reach 127.0.0.1:3000', 'listen 0.0.0.0:3000']),
    ).toEqual([]);
    expect(found([], ['listen 0.0.0.0:3000', 'reach 127.0.0.1:3000'])).toEqual([
      'address-reached',
      'listens',
    ]);
  });

  it('masks what comes and goes in the base, but nothing that fails', () => {
    const [first, second] = [['read /var/lib/a/x', 'read /home/x/.ssh/a'], ['read /var/lib/a/y']];
    expect(found(first, ['read /var/lib/a/z'], second)).toEqual([]);
    expect(found(first, ['read /var/lib/b/z'], second)).toEqual(['file-read']);
    expect(found(first, ['read /home/x/.ssh/b'], second)).toEqual(['credentials-read']);
  });

  const anyCall = fc.constantFrom(
    ...[
      'run /bin/sh -c x',
      'run /bin/sh -c y',
      'run /bin/ls !',
      'run /usr/bin/ls',
      'npm: run /bin/sh -c x',
      'read /etc/passwd',
    ],
    ...[
      'read /home/x/.npmrc',
      'read /var/a/1',
      'read /var/a/b',
      'write /home/x/.a',
      'write /etc/a',
      'reach 127.0.0.1:80',
    ],
    ...['reach 127.0.0.1:*', 'listen 0.0.0.0:80', 'reach a name', 'meddle ptrace', 'read /usr/a'],
  );
  const calls = fc.array(anyCall, { maxLength: 6 });
  const rank = (codes: readonly string[]) => {
    const fails = codes.some((code) => failing.some((each) => each === code));
    return fails ? 2 : Number(codes.length > 0);
  };

  it('finds no less when the head does more', () => {
    fc.assert(
      fc.property(calls, calls, calls, anyCall, (first, second, head, more) => {
        const [less, all] = [found(first, head, second), found(first, [...head, more], second)];
        expect(rank(all)).toBeGreaterThanOrEqual(rank(less));
        expect(all.length).toBeGreaterThanOrEqual(less.length);
      }),
    );
  });

  it('finds nothing in what either run of the base did, in any order', () => {
    fc.assert(
      fc.property(calls, calls, (first, second) => {
        expect(found(first, [...second, ...first].toReversed(), second)).toEqual([]);
      }),
    );
  });

  it('finds the same in any order', () => {
    const all = fc.tuple(calls, calls, calls);
    fc.assert(
      fc.property(all, ([first, second, head]) => {
        const turned = found(first.toReversed(), head.toReversed(), second.toReversed());
        expect(turned).toEqual(found(first, head, second));
        expect(found(second, head, first)).toEqual(turned);
      }),
    );
  });

  it('takes any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const kind = fc.constantFrom<SystemCallKind>('run', 'reach', 'listen', 'read', 'write', 'meddle');
    const one = fc.record({ kind, by: text, target: text, args: fc.array(text, { maxLength: 2 }) });
    fc.assert(
      fc.property(fc.array(one), (list) => {
        const all = { traced: true, calls: list, gaps: [] };
        expect(compareCalls([all, all], all).found).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('ends in time for long paths', () => {
    for (const part of [
      '/',
      '/a',
      '/.',
      '1',
      'a1',
      '/tmp/',
      '.config/',
      '/x/node_modules',
      'lock',
      '.pem',
      '_history',
    ])
      for (const start of ['read /v', 'write ./', 'write /home/x/', 'run /v']) {
        const calls = Array.from(
          { length: 300 },
          (_, at) => `${start}${part.repeat(1000 / part.length)}${'x'.repeat(at)}`,
        );
        expect(found(calls, [])).toEqual([]);
      }
  });
});
