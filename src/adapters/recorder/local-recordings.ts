import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { RecordingsFile } from '../../ports/replayer.ts';

const mostBytes = 64 * 1024 * 1024;
const mostFiles = 1000;

/** One file, or what recorders of services left in a directory. */
export class LocalRecordings implements RecordingsFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Buffer> {
    try {
      const names = (await stat(this.#path)).isDirectory() ? await namesIn(this.#path) : [this.#path];
      const parts: Buffer[] = [];
      let left = mostBytes;
      for (const name of names) {
        const bytes = await readAtMost(name, left);
        left -= bytes.length;
        parts.push(bytes);
      }
      return Buffer.concat(parts);
    } catch (cause) {
      throw new AutolandError('usage', `expected recorded calls in ${this.#path}: ${messageOf(cause)}`, {
        mend: 'name a file that a recorder wrote, or the directory of them',
        cause,
      });
    }
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort();
  if (names.length === 0) throw new Error('found no file *.jsonl');
  if (names.length > mostFiles) throw new Error(`found ${names.length} files, over ${mostFiles}`);
  return names.map((name) => join(directory, name));
}

/** Whole lines: a process may have ended within its last one. */
async function readAtMost(path: string, most: number): Promise<Buffer> {
  // Without O_NONBLOCK a named pipe would hold the reader for ever.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error(`${path} is not a regular file`);
  if (stats.size > most) throw new Error(`there are more than ${mostBytes} bytes`);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(stats.size), 0, stats.size, 0);
  return buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1);
}
