import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { removeTree } from './remove-tree.ts';
import { systemPath } from './system-path.ts';

/** sun_path of unix(7) holds 107 bytes and an end; the rest is for what is made below. */
const longestPath = 85;
/** Of the name, chosen at random so that nobody can take it first. */
const randomHexDigits = 8;

/** A directory that is gone when this process is, however it ends. */
export type ScratchDirectory = {
  readonly path: string;
  /** At once and without waiting, for a process that is about to end. */
  removeNow(): void;
  remove(): Promise<void>;
};

/**
 * Below TMPDIR; others may pass through it but not list it. A killed process cannot tidy up, and one that is interrupted has
 * children that still write: a shell that outlives it removes the directory too. Rejects with `state.unusable`.
 */
export async function openScratchDirectory(prefix: string): Promise<ScratchDirectory> {
  const path = nameBelow(tmpdir(), prefix);
  // Before there is anything to remove: this process may be killed at any moment from then on.
  const reaper = startReaper(path);
  await make(path).catch((thrown: unknown) => {
    reaper.stdin?.end('done\n');
    throw thrown;
  });
  return {
    path,
    removeNow: () => {
      try {
        rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      } catch {
        // The reaper has the longer breath.
      }
    },
    remove: async () => {
      await removeTree(path);
      reaper.stdin?.end('done\n');
    },
  };
}

/** Whether a fault is that of the place: no room, no rights, no files left to open. */
export function isPlaceFault(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown && placeFaults.has(String(thrown.code));
}

const placeFaults: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE']);

export function placeFault(cause: unknown): AutolandError {
  const message = `expected a place to work in below ${tmpdir()}: ${messageOf(cause)}`;
  const mend = 'name a directory with room in it, that is yours to write, in TMPDIR';
  return new AutolandError('state.unusable', message, { mend, cause });
}

function nameBelow(directory: string, prefix: string): string {
  // Absolute: what runs in it, and what removes it, stands elsewhere.
  const path = join(resolve(directory), prefix + randomBytes(randomHexDigits / 2).toString('hex'));
  if (Buffer.byteLength(path) <= longestPath) return path;
  throw new AutolandError(
    'state.unusable',
    `expected a short path in TMPDIR, found ${directory}: a socket below it would have too long a name`,
    {
      mend: `name a directory of at most ${longestPath - prefix.length - randomHexDigits - 1} bytes in TMPDIR`,
    },
  );
}

async function make(path: string): Promise<void> {
  try {
    // Fails where there is one already.
    await mkdir(path);
    // The sandbox's user must pass.
    await chmod(path, 0o711);
  } catch (cause) {
    throw placeFault(cause);
  }
}

/**
 * Reads until its input ends, which only the end of this process does. Then ends whatever has the directory on its command line:
 * not all jobs die with who is killed. More than once, for what began or wrote meanwhile.
 */
const reap = `read -r done && exit 0
for pause in 0 0.2 2; do
  sleep "$pause"
  for file in $(grep -lsF -- "$1/" /proc/[0-9]*/cmdline); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/cmdline}"
  done 2>/dev/null
  rm -rf -- "$1" 2>/dev/null && continue
  chmod -R u+rwX -- "$1"; rm -rf -- "$1"
done`;

/** In a session of its own: the terminal's Ctrl-C is not for it. */
function startReaper(path: string): ChildProcess {
  const reaper = spawn('/bin/sh', ['-c', reap, 'sh', path], {
    cwd: '/',
    detached: true,
    env: { PATH: systemPath() },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without it only the end by a signal is less tidy.
  reaper.on('error', () => {});
  reaper.stdin.on('error', () => {});
  reaper.unref();
  return reaper;
}
