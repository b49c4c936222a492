import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directoryOf, parseLine, textOf } from './line.ts';

/** As strace wrote them. */
const real = [
  '6     execve("/opt/node/bin/node", ["node", "--test"], 0x7fff38fa8190 /* 5 vars */) = 0',
  '6 access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)',
  '12    openat(AT_FDCWD</w>, "/proc/self/maps", O_RDONLY|O_CLOEXEC) = 17</proc/12/maps>',
  String.raw`6 openat(AT_FDCWD</tmp>, "/tmp/a \"q\" <x>\n\303\251", O_WRONLY|O_CREAT, 0666) = 21</tmp/a \"q\" \74x\76\n\303\251>`,
  '6 connect(18<socket:[667943]>, {sa_family=AF_UNIX, sun_path=@"abs"}, 6) = -1 ECONNREFUSED (Connection refused)',
  '6 bind(32<socket:[1]>, {sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::", &sin6_addr), sin6_scope_id=0}, 28) = 0',
  '6 sendmsg(18<socket:[6]>, {msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}, msg_namelen=16, msg_iov=[{iov_base="hello"..., iov_len=500}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = -1 ENETUNREACH (Network is unreachable)',
  '23 sendto(18<socket:[6]>, [{nlmsg_len=20, nlmsg_type=RTM_GETADDR, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=1795904672, nlmsg_pid=0}, {ifa_family=AF_UNSPEC, ...}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20',
  '6 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f7650eb9010) = 1574',
  '6 clone3({flags=CLONE_VM|CLONE_FS, child_tid=0x7f76, parent_tid=0x7f76, exit_signal=0, stack=0x7f, stack_size=0x7ffdc0, tls=0x7f} => {parent_tid=[1569]}, 88) = 1569',
  '6 set_robust_list(0x7f764e8299a0, 24) = 0',
  '6 vfork( <unfinished ...>',
  '6 <... vfork resumed>) = 1576',
  '6 openat(AT_FDCWD</w>, "ff", O_RDONLY <unfinished ...>',
  '6 <... openat resumed>) = 3</tmp/ff>',
  '6 <... clone3 resumed> => {parent_tid=[1570]}, 88) = 1570',
  '6 <... clone resumed>, child_tidptr=0x7f7650eb9010) = 1573',
  '6 connect(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("1.2.3.4")}, 16) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)',
  '6 +++ superseded by execve in pid 7 +++',
];
const kinds = [
  ...Array(11).fill('call'),
  'begun',
  'resumed',
  'begun',
  ...Array(3).fill('resumed'),
  'call',
  'other',
];

describe('parseLine', () => {
  it('reads what strace writes', () => {
    expect(real.map((line) => parseLine(line)?.kind)).toEqual(kinds);
  });

  it('takes arguments and results apart', () => {
    expect(parseLine(real[3] ?? '')).toEqual({
      kind: 'call',
      tid: 6,
      name: 'openat',
      args: ['AT_FDCWD</tmp>', String.raw`"/tmp/a \"q\" <x>\n\303\251"`, 'O_WRONLY|O_CREAT', '0666'],
      value: 21,
      path: '/tmp/a "q" <x>\né',
    });
    expect(textOf(String.raw`"a\tb\\\303\251"`)).toBe('a\tb\\é');
    expect(textOf('NULL')).toBeUndefined();
    expect(directoryOf('3</w/\\74x\\76>(deleted)')).toBe('/w/<x>');
  });

  it('takes no two lines for one, wherever the first was left', () => {
    const [line, cut] = [fc.constantFrom(...real), fc.double({ min: 0, max: 1, noNaN: true })];
    fc.assert(
      fc.property(line, cut, line, (first, part, second) => {
        const beginning = first.slice(0, Math.floor(part * first.length));
        // Digits alone make another number of a task, and so a call of nobody that is known.
        fc.pre(!/^\d*$/.test(beginning));
        expect(parseLine(beginning + second)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no line with something in front that is meant to swallow it', () => {
    const piece = fc.constantFrom(
      ...[
        '12 ',
        'access(',
        'openat(AT_FDCWD',
        '</w>',
        ', ',
        '"',
        '\\',
        '"...',
        '{',
        '[',
        '<',
        '/* ',
        ' /* 5 vars */',
        ' => ',
      ],
      ...[
        '<... ',
        'openat resumed>',
        ') = 0',
        ') = -1 ENOENT (',
        ' <unfinished ...>',
        '+++ ',
        '--- stopped by SIG',
        'sun_path=@',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(...real), (pieces, line) => {
        const front = pieces.join('');
        fc.pre(front !== '' && front.trim() !== '12');
        expect(parseLine(`${front}${line}`)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '',
    'openat("x")',
    '6 openat(AT_FDCWD</w>, "/x", O_RDONLY) = 3</x> and more',
    '6 openat(AT_FDCWD</w>, "/x"y, O_RDONLY) = 3',
    '6 openat(AT_FDCWD</w>, "/x\u00e9", O_RDONLY) = 3',
    `6 ${'a('.repeat(1000)}`,
    '6 <... openat resumed>)))))) = 3',
    '6 +++ exited with 0 +++ 7 access("/x", F_OK) = 0',
  ])('is no line: %s', (text) => {
    expect(parseLine(text)).toBeUndefined();
  });

  it('ends in time for any text of the length of a line', () => {
    for (const text of ['"', '\\"', '<', '(', '6 x(<', '6 x("\\', '6 x(/* ', '6 <... x resumed>'])
      expect(parseLine(`6 x(${text.repeat(4096 / text.length)}`)).toBeUndefined();
  });
});
