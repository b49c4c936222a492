import { existsSync } from 'node:fs';
import type { Argv } from '../../ports/test-runner.ts';

/** They make tasks: from them is known who asked. */
const tasks = ['clone', 'clone3', 'fork', 'vfork', 'execve', 'execveat', 'chdir', 'fchdir'];
const network = ['connect', 'bind', 'sendto', 'sendmsg', 'sendmmsg'];
const files = [
  ...['open', 'openat', 'openat2', 'creat', 'access', 'faccessat', 'faccessat2'],
  ...[
    'unlink',
    'unlinkat',
    'rmdir',
    'rename',
    'renameat',
    'renameat2',
    'mkdir',
    'mkdirat',
    'mknod',
    'mknodat',
  ],
  ...[
    'link',
    'linkat',
    'symlink',
    'symlinkat',
    'truncate',
    'chmod',
    'fchmodat',
    'chown',
    'lchown',
    'fchownat',
  ],
];
/** By these one process could take the tracer, or a file that it has open, out of another's hands. */
const meddling = ['ptrace', 'process_vm_readv', 'process_vm_writev', 'pidfd_getfd'];
/**
 * The first call of each thread, and no news. strace stops a new thread at every call until it has met one that is traced:
 * without it a run costs half as much again.
 */
const first = ['set_robust_list'];

// Not every machine has each of them: `?` says that this is no error.
const traced = [...first, ...tasks, ...network, ...files, ...meddling].map((name) => `?${name}`).join(',');

const options = [
  // Not as the parent: it would wait for processes that the tests leave behind, which end with the sandbox.
  ...['-DDD', '-f', '--seccomp-bpf', '-qq', '-y', '-a', '1', '-s', '80'],
  ...['-e', `trace=${traced}`, '-e', 'signal=none'],
].join(' ');

const attempt = `timeout 10 strace ${options} -o /dev/null -- true`;

/** Whether strace is where the sandbox looks for programs; not, whether it works there. */
export function mayTrace(): boolean {
  return ['/usr/local/bin', '/usr/bin'].some((directory) => existsSync(`${directory}/strace`));
}

/** Exits with 0 where strace is installed and may trace. */
export const traceAttempt: Argv = ['/bin/sh', '-c', `${attempt} && strace --version | head -n 1`];

// Tried out first, each time: the tests must run where it is missing or may not trace.
const script = `if ${attempt} </dev/null >/dev/null 2>&1
then exec strace ${options} -o "$0" -- "$@"
fi
exec "$@"`;

/** Runs the command under strace, which writes to `output`; where there is none, without. */
export function underStrace(command: Argv, output: string): Argv {
  return ['/bin/sh', '-c', script, output, ...command];
}
