import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { privateDir } from '../files.ts';

/** One file and one older: at most twice this, plus what is written between two looks. */
const LARGEST = 1 << 20;
const TAIL_BYTES = 2000;

/**
 * What a service writes, in STATE/logs. It writes to the file itself, appending, so that it goes on when the
 * supervisor is gone; so the file is rotated by copy and truncation.
 */
export class ServiceLog {
  readonly path: string;
  #from = 0;

  constructor(logsDir: string, name: string) {
    privateDir(logsDir);
    this.path = join(logsDir, `${name}.log`);
  }

  /** A descriptor for the process's output; the caller closes it. */
  open(): number {
    this.rotate();
    const fd = openSync(this.path, 'a', 0o600);
    this.#from = statSync(this.path).size;
    return fd;
  }

  rotate(): void {
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= LARGEST) return;
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path, 0);
    // A burst between two looks must not be kept twice over.
    if (size > 2 * LARGEST) truncateSync(`${this.path}.1`, LARGEST);
    this.#from = 0;
  }

  /** The end of what was written since `open`, without control characters. */
  tail(): string {
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    const from = Math.max(Math.min(this.#from, size), size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - from);
    if (buffer.length === 0) return '(no output)';
    const fd = openSync(this.path, 'r');
    try {
      readSync(fd, buffer, 0, buffer.length, from);
    } finally {
      closeSync(fd);
    }
    return printable(buffer.toString('utf8')).trim();
  }
}

/** A service's output must not drive a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''));
}
