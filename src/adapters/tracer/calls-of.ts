import type { SystemCallKind } from '../../domain/system-calls.ts';
import { LOOK_UP_FILE } from '../sandbox/bubblewrap/skeleton.ts';
import { directoryOf, textOf, unescaped } from './line.ts';
import { placeOf } from './place-of.ts';

/** As a line says it: who asked is not known there. */
export type Asked = {
  readonly kind: SystemCallKind;
  readonly target: string;
  readonly args?: readonly string[];
};

type Use = 'read' | 'write' | 'links';
/** Where a path stands among the arguments, and the directory that it starts from; -1: the current one. */
type PathUse = readonly [directory: number, path: number, use: Use];

const paths: Readonly<Record<string, readonly PathUse[]>> = {
  access: [[-1, 0, 'read']],
  faccessat: [[0, 1, 'read']],
  faccessat2: [[0, 1, 'read']],
  unlink: [[-1, 0, 'write']],
  unlinkat: [[0, 1, 'write']],
  rmdir: [[-1, 0, 'write']],
  mkdir: [[-1, 0, 'write']],
  mkdirat: [[0, 1, 'write']],
  mknod: [[-1, 0, 'write']],
  mknodat: [[0, 1, 'write']],
  truncate: [[-1, 0, 'write']],
  chmod: [[-1, 0, 'write']],
  fchmodat: [[0, 1, 'write']],
  chown: [[-1, 0, 'write']],
  lchown: [[-1, 0, 'write']],
  fchownat: [[0, 1, 'write']],
  rename: [
    [-1, 0, 'write'],
    [-1, 1, 'write'],
  ],
  renameat: [
    [0, 1, 'write'],
    [2, 3, 'write'],
  ],
  renameat2: [
    [0, 1, 'write'],
    [2, 3, 'write'],
  ],
  link: [
    [-1, 0, 'read'],
    [-1, 1, 'write'],
  ],
  linkat: [
    [0, 1, 'read'],
    [2, 3, 'write'],
  ],
  symlink: [
    [-1, 0, 'links'],
    [-1, 1, 'write'],
  ],
  symlinkat: [
    [-1, 0, 'links'],
    [1, 2, 'write'],
  ],
};

/** Of the calls that open: where directory, path and flags stand. */
const opening: Readonly<Record<string, readonly [directory: number, path: number, flags: number]>> = {
  open: [-1, 0, 1],
  openat: [0, 1, 2],
  openat2: [0, 1, 2],
  creat: [-1, 0, -1],
};

const meddling = new Set(['ptrace', 'process_vm_readv', 'process_vm_writev', 'pidfd_getfd']);
const addressed: Readonly<Record<string, SystemCallKind>> = {
  connect: 'reach',
  sendto: 'reach',
  sendmsg: 'reach',
  sendmmsg: 'reach',
  bind: 'listen',
};

export type Call = {
  readonly name: string;
  readonly args: readonly string[];
  /** What the kernel says that was opened, when it was. */
  readonly opened: string | undefined;
  /** The task's current directory. */
  readonly cwd: string;
};

/** What a call asks for; undefined: an argument is not as strace writes it. */
export function asksOf(call: Call): readonly Asked[] | undefined {
  const { name, args } = call;
  if (name in opening) return openedBy(call);
  if (name in paths) return all((paths[name] ?? []).map((use) => named(call, use)));
  if (name === 'execve' || name === 'execveat') return startedBy(call);
  const kind = addressed[name];
  if (kind !== undefined) return addressesIn(args.join(', ')).map((target) => ({ kind, target }));
  return meddling.has(name) ? [{ kind: 'meddle', target: name }] : [];
}

const written = /\b(?:O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE)\b/;

function openedBy(call: Call): readonly Asked[] | undefined {
  const [directory, path, flags] = opening[call.name] ?? [-1, 0, -1];
  const found = named(call, [directory, path, 'read']);
  if (found === undefined || found.length === 0) return found;
  const isWritten = flags === -1 || written.test(call.args[flags] ?? '');
  const target = placeOf({ path: found[0]?.target ?? '', opened: call.opened });
  if (target.endsWith(`/${LOOK_UP_FILE}`)) return [{ kind: 'reach', target: 'a name' }];
  return [{ kind: isWritten ? 'write' : 'read', target }];
}

/** [] for a path that could not be read: the kernel could not either. */
function named(call: Call, [directory, at, use]: PathUse): readonly Asked[] | undefined {
  const path = textOf(call.args[at]);
  if (path === undefined) return isPointer(call.args[at]) ? [] : undefined;
  const from = directory === -1 ? call.cwd : (directoryOf(call.args[directory]) ?? call.cwd);
  // What a link leads to is asked for by another name from then on.
  if (use === 'links' && !path.startsWith('/')) return [];
  return [{ kind: use === 'write' ? 'write' : 'read', target: placeOf({ path, from }) }];
}

function startedBy({ name, args, cwd }: Call): readonly Asked[] | undefined {
  const [at, list] = name === 'execve' ? [0, 1] : [1, 2];
  const path = textOf(args[at]);
  if (path === undefined) return isPointer(args[at]) ? [] : undefined;
  const from = name === 'execve' ? cwd : (directoryOf(args[0]) ?? cwd);
  const given = [...(args[list] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, each = '']) =>
    unescaped(each),
  );
  return [{ kind: 'run', target: placeOf({ path, from }), args: given.slice(1, 11) }];
}

const isPointer = (argument: string | undefined) => /^(?:NULL|0x[0-9a-f]+)$/.test(argument ?? '');

const address = /\{sa_family=(AF_\w+)((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}/g;

/** Netlink asks the kernel about itself, and AF_UNSPEC ends a connection. */
const harmless = new Set(['AF_NETLINK', 'AF_UNSPEC']);

function addressesIn(text: string): readonly string[] {
  return [...text.matchAll(address)].flatMap(([, family = '', rest = '']) => {
    const port = Number(/htons\((\d+)\)/.exec(rest)?.[1]);
    const [, kind, name = ''] = /sun_path=(@?)"((?:[^"\\]|\\.)*)"/.exec(rest) ?? [];
    if (kind !== undefined) return `unix ${kind}${unescaped(name)}`;
    const host = /inet_(?:addr|pton)\((?:AF_INET6, )?"([0-9a-fA-F:.]+)"/.exec(rest)?.[1];
    if (host !== undefined) return `${host.includes(':') ? `[${host}]` : host}:${portOf(port)}`;
    // A socket without a name binds itself.
    return harmless.has(family) || family === 'AF_UNIX' ? [] : family;
  });
}

/** The kernel picks those from 32768 on (`ip_local_port_range`), and where it is asked to pick one: 0. */
const portOf = (port: number) => (port === 0 || port >= 32_768 ? '*' : String(port));

function all(parts: readonly (readonly Asked[] | undefined)[]): readonly Asked[] | undefined {
  const found = parts.filter((part) => part !== undefined);
  return found.length === parts.length ? found.flat() : undefined;
}
