import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceReading } from './trace-reading.ts';

function read(...lines: readonly string[]) {
  const reading = new TraceReading('/work');
  reading.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return reading.done();
}

const shown = (lines: readonly string[]) =>
  read(...lines).calls.map(({ kind, by, target, args = [], failed }) =>
    [kind, by, target, ...args, ...(failed === true ? ['in vain'] : [])].join(' '),
  );

const start = '6 execve("/opt/node/bin/node", ["node", "--test"], 0x7 /* 5 vars */) = 0';
const node = '/opt/node/bin/node';

describe('TraceReading', () => {
  it('knows who asked, through threads, children and programs', () => {
    const lines = [
      start,
      '6 clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD} => {parent_tid=[7]}, 88) = 7',
      '7 openat(AT_FDCWD</work>, "/etc/a", O_RDONLY) = 3</etc/a>',
      '6 vfork( <unfinished ...>',
      '8 chdir("sub") = 0',
      '8 execve("../run", ["run", "-c", "x"], 0x7 /* 5 vars */) = 0',
      '6 <... vfork resumed>) = 8',
      '8 openat(AT_FDCWD</work/sub>, "/etc/b", O_RDONLY) = -1 ENOENT (No such file or directory)',
      '8 mkdir("/etc/c", 0777) = 0',
      '6 access("/etc/d", F_OK) = 0',
    ];
    expect(shown(lines)).toEqual([
      `run autoland ${node} --test`,
      `read ${node} /etc/a`,
      `read ${node} /etc/d`,
      `run ${node} ./run -c x`,
      'read ./run /etc/b in vain',
      'write ./run /etc/c',
    ]);
    expect(read(...lines)).toMatchObject({ traced: true, gaps: [] });
  });

  it('tells npm from other scripts, unless the project brings it along', () => {
    const as = (script: string) => [
      `6 execve("${node}", ["node", "${script}", "test"], 0x7 /* 5 vars */) = 0`,
      '6 access("/etc/d", F_OK) = 0',
    ];
    expect(shown(as('/opt/npm/bin/npm-cli.js'))[1]).toBe('read npm /etc/d');
    for (const script of [
      '/work/npm/bin/npm-cli.js',
      '/tmp/npm/bin/npm-cli.js',
      '/opt/x/../../tmp/npm/bin/npm-cli.js',
    ])
      expect(shown(as(script))[1]).toBe(`read ${node} /etc/d`);
  });

  it('names what was opened, not what it was called', () => {
    const opened = (path: string, by: string) => `6 openat(AT_FDCWD</work>, "${path}", O_RDONLY) = 3<${by}>`;
    const lines = [
      opened('link', '/home/sandbox/.npmrc'),
      opened('/proc/self/maps', '/proc/6/maps'),
      opened('/proc/self/fd/3', '/etc/shadow'),
      opened('/proc/7/environ', '/proc/7/environ'),
      '6 access("/proc/self/root/etc/a", F_OK) = 0',
      '6 access("/usr/../etc/./b", F_OK) = 0',
      '6 symlink("/home/sandbox/.ssh", "/tmp/x") = 0',
    ];
    expect(
      shown([start, ...lines])
        .slice(1)
        .map((each) => each.split(' ')[2]),
    ).toEqual([
      '/home/sandbox/.npmrc',
      '/proc/self/maps',
      '/etc/shadow',
      '/proc/7/environ',
      '/etc/a',
      '/etc/b',
      '/home/sandbox/.ssh',
    ]);
  });

  it('names addresses', () => {
    const connect = (address: string) =>
      `6 connect(3<socket:[1]>, {${address}}, 16) = -1 EINPROGRESS (Operation now in progress)`;
    const lines = [
      connect('sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.1")'),
      connect('sa_family=AF_INET, sin_port=htons(40123), sin_addr=inet_addr("127.0.0.1")'),
      connect(
        'sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0',
      ),
      connect('sa_family=AF_UNIX, sun_path="/run/docker.sock"'),
      connect('sa_family=AF_UNIX, sun_path=@"abs"'),
      connect('sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000'),
      connect('sa_family=AF_VSOCK, svm_cid=2'),
      '6 sendmmsg(3<socket:[1]>, [{msg_hdr={msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}, msg_namelen=16}, msg_len=1}], 1, 0) = 1',
      '6 openat(AT_FDCWD</work>, "/lib/libnss_autoland.so.2", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)',
      '6 bind(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, 16) = 0',
      '6 ptrace(PTRACE_SEIZE, 7, NULL, 0) = 0',
    ];
    expect(
      shown([start, ...lines])
        .slice(1)
        .map((each) => each.replace(`${node} `, '')),
    ).toEqual([
      'reach 192.0.2.1:80',
      'reach 127.0.0.1:*',
      'reach [::1]:443',
      'reach unix /run/docker.sock',
      'reach unix @abs',
      'reach AF_VSOCK',
      'reach 8.8.8.8:53',
      'reach a name',
      'listen 0.0.0.0:*',
      'meddle ptrace',
    ]);
  });

  it('leaves out what is the business of the project, and not what will run', () => {
    const write = (path: string) => `6 openat(AT_FDCWD</work>, "${path}", O_WRONLY|O_CREAT, 0666) = 3</x>`;
    const lines = ['/work/src/a.js', '/tmp/a'].map((path) => `6 access("${path}", F_OK) = 0`);
    const writes = ['coverage/a', 'package.json', 'node_modules/a/index.js', '.github/a', '/tmp/a'];
    const found = shown([
      start,
      ...lines,
      ...writes.map((path) => write(path).replace('3</x>', '-1 EROFS (x)')),
    ]);
    expect(found.slice(1).map((each) => each.split(' ')[2])).toEqual([
      './package.json',
      './node_modules/a/index.js',
      './.github/a',
    ]);
  });

  it.each<[string, string[], string]>([
    ['half a line', ['6 openat(AT_FDCWD</work>, "/etc/a', '7 access("/x", F_OK) = 0'], 'unreadable'],
    ['bytes', ['6 \u0000'], 'unreadable'],
    ['a long line', [`6 access("/${'x'.repeat(5000)}", F_OK) = 0`], 'unreadable'],
    ['an end without a beginning', ['6 <... openat resumed>) = 3</etc/a>'], 'unreadable'],
    [
      'the end of another',
      ['6 access("/x", F_OK <unfinished ...>', '6 <... openat resumed>) = 0'],
      'unreadable',
    ],
    ['two at once', ['6 access("/x", F_OK <unfinished ...>', '6 access("/y", F_OK) = 0'], 'unreadable'],
    ['two who made one task', ['6 vfork() = 8', '7 vfork() = 8'], 'contradiction'],
    ['an argument that is none', ['6 access(O_RDONLY, F_OK) = 0'], 'unreadable'],
  ])('has a gap for %s', (_name, lines, why) => {
    expect(read(start, ...lines).gaps).toEqual([why]);
  });

  it('is not traced where strace wrote nothing, whatever else was written', () => {
    expect(read()).toEqual({ traced: false, calls: [], gaps: [] });
    expect(read('6 access("/x", F_OK) = 0', 'x').traced).toBe(false);
  });

  it('reads a call that the end came into', () => {
    const reading = new TraceReading('/work');
    reading.push(Buffer.from(`${start}\n6 openat(AT_FDCWD</work>, "/etc/a", O_RDONLY`));
    const { calls, gaps } = reading.done();
    expect(calls.map(({ target }) => target)).toEqual([node, '/etc/a']);
    expect(gaps).toEqual([]);
  });

  it('holds no more than it has room for', () => {
    const many = Array.from({ length: 20_010 }, (_, at) => `6 access("/etc/${at}", F_OK) = 0`);
    const { calls, gaps } = read(start, ...many);
    expect(calls.length).toBe(20_000);
    expect(gaps).toEqual(['too-many']);
    const chain = Array.from({ length: 20_000 }, (_, at) => [
      `${at + 7} access("/a", F_OK) = 0`,
      `${at + 8} vfork() = ${at + 7}`,
    ]);
    expect(read(start, ...chain.flat()).calls.length).toBe(2);
  });

  const line = fc.constantFrom(
    ...[
      '6 access("/etc/a", F_OK) = 0',
      '8 access("/etc/b", F_OK) = 0',
      '6 vfork() = 8',
      '6 vfork( <unfinished ...>',
    ],
    ...[
      '6 <... vfork resumed>) = 8',
      '8 execve("/bin/sh", ["sh"], 0x7 /* 5 vars */) = 0',
      '8 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/a"}, 9) = 0',
    ],
  );

  it('lets nobody take back what was written, by any lines in between or in front of others', () => {
    const forged = fc.oneof(line, fc.string({ unit: 'binary-ascii', maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(forged, { maxLength: 8 }), (lines, more) => {
        const all = read(start, ...lines);
        const mixed = read(
          start,
          ...lines.flatMap((each, at) => [more[at] ?? [], each].flat()),
          ...more.slice(lines.length),
        );
        const targets = new Set(mixed.calls.map(({ target }) => target));
        const kept = all.calls.every(({ target }) => targets.has(target));
        expect(kept || mixed.gaps.length > 0).toBe(true);
      }),
    );
  });

  it('reads the same in pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), fc.integer({ min: 1, max: 60 }), (lines, size) => {
        const bytes = Buffer.from([start, ...lines, ''].join('\n'));
        const reading = new TraceReading('/work');
        for (let at = 0; at < bytes.length; at += size) reading.push(bytes.subarray(at, at + size));
        expect(reading.done()).toEqual(read(start, ...lines));
      }),
      { numRuns: 50 },
    );
  });
});
