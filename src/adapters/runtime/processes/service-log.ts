import {
  appendFileSync,
  closeSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { privateDir } from '../files.ts';
import { lastWords } from '../last-words.ts';

/** One file and one older: at most twice this, plus what is written between two looks. */
const LARGEST = 1 << 20;
/** How much is read of what is quoted, so that a long secret is seen whole. */
const LOOKED_AT = 16 * 1024;

/**
 * What a service writes, in STATE/logs. It writes to the file itself, appending, so that it goes on when the
 * supervisor is gone; so the file is cut in place, and its end kept beside it.
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
    const stats = statSync(this.path, { throwIfNoEntry: false });
    // More room can be allocated than is written.
    if (stats === undefined || Math.max(stats.size, stats.blocks * 512) <= LARGEST) return;
    const kept = this.#read(Math.max(0, stats.size - LARGEST), stats.size);
    // First: on a full disk this makes the room.
    truncateSync(this.path, 0);
    this.#from = 0;
    writeFileSync(`${this.path}.1`, kept, { mode: 0o600 });
  }

  /** The supervisor's own word, among the service's; after what it wrote so far. */
  say(text: string): void {
    appendFileSync(this.path, `autoland: ${text}\n`, { mode: 0o600 });
  }

  /** The last lines written since `open`, without these secrets, what looks like one, and control characters. */
  tail(secrets: readonly string[]): string {
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    const begin = Math.min(this.#from, size);
    const from = Math.max(begin, size - LOOKED_AT);
    const found = this.#read(from, size).toString('utf8');
    // A line that begins before what is read may begin with half of a secret.
    const whole = from === begin ? found : found.slice(found.indexOf('\n') + 1 || found.length);
    return lastWords(whole, secrets);
  }

  #read(from: number, to: number): Buffer {
    const buffer = Buffer.alloc(to - from);
    if (buffer.length === 0) return buffer;
    const fd = openSync(this.path, 'r');
    try {
      return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, from));
    } finally {
      closeSync(fd);
    }
  }
}
