import { execFile } from 'node:child_process';
import { chmodSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SystemCalls } from '../../domain/system-calls.ts';
import { isErrno } from '../runtime/files.ts';
import { systemPath } from '../system-path.ts';
import { TraceReading } from './trace-reading.ts';

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** strace writes each line for itself: to be woken by each would take more of a processor than to read them. The pipe seldom fills meanwhile. */
const lookMs = 25;
const pieceBytes = 64 * 1024;
/** At one look: whoever floods it must leave others their turn. */
const mostPieces = 64;

export async function makePipe(path: string): Promise<void> {
  await promisify(execFile)('mkfifo', ['-m', '600', path], { env: { PATH: systemPath() } });
}

/**
 * A named pipe that strace writes to, and what was read from it so far. A file could be emptied by what is traced, which runs as
 * the same user; from a pipe nothing can be taken back, and nobody else may read it.
 */
export class CallPipe {
  readonly #reading: TraceReading;
  readonly #reader: number;
  readonly #piece = Buffer.allocUnsafe(pieceBytes);
  readonly #looking: NodeJS.Timeout;
  #keeper: number | undefined;
  #hasEnded = false;

  /** `path`: one that `makePipe` made; `project`: where the project stands for what is traced. */
  static open(path: string, project: string): CallPipe {
    const reader = openSync(path, O_RDONLY | O_NONBLOCK);
    try {
      // While it is open the pipe has no end, whoever comes and goes.
      const keeper = openSync(path, O_WRONLY | O_NONBLOCK);
      chmodSync(path, 0o222);
      return new CallPipe(reader, keeper, project);
    } catch (thrown) {
      closeSync(reader);
      throw thrown;
    }
  }

  private constructor(reader: number, keeper: number, project: string) {
    this.#reading = new TraceReading(project);
    this.#reader = reader;
    this.#keeper = keeper;
    this.#looking = setInterval(() => this.#look(), lookMs);
  }

  /** What was traced; MUST be called once all that writes has ended. `restMs`: how long it may take to read the rest. */
  async read(restMs = 10_000): Promise<SystemCalls> {
    this.#letGo();
    const until = performance.now() + restMs;
    for (this.#look(); !this.#hasEnded && performance.now() < until; this.#look()) await sleep(1);
    if (!this.#hasEnded) this.#reading.gap('unfinished');
    return this.#reading.done();
  }

  close(): void {
    clearInterval(this.#looking);
    this.#letGo();
    closeSync(this.#reader);
  }

  #look(): void {
    let length = pieceBytes;
    for (let pieces = 0; length > 0 && pieces < mostPieces; pieces += 1) {
      length = this.#next();
      this.#reading.push(this.#piece.subarray(0, length));
    }
  }

  /** How much was read; 0: nothing more for now, or for good. */
  #next(): number {
    if (this.#hasEnded) return 0;
    try {
      const length = readSync(this.#reader, this.#piece);
      this.#hasEnded = length === 0;
      return length;
    } catch (thrown) {
      if (isErrno(thrown, 'EAGAIN')) return 0;
      this.#hasEnded = true;
      this.#reading.gap('unreadable');
      return 0;
    }
  }

  #letGo(): void {
    if (this.#keeper !== undefined) closeSync(this.#keeper);
    this.#keeper = undefined;
  }
}
