import { execFile } from 'node:child_process';
import { chmodSync, closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { SystemCalls } from '../../domain/system-calls.ts';
import { systemPath } from '../system-path.ts';
import { TraceReading } from './trace-reading.ts';

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** How long it may take to read the rest. */
const restMs = 10_000;

/**
 * A named pipe that strace writes to, and what was read from it so far. A file could be emptied by what is traced, which runs as
 * the same user; from a pipe nothing can be taken back, and nobody else may read it.
 */
export class CallPipe {
  readonly #reading: TraceReading;
  readonly #socket: Socket;
  readonly #ended: Promise<void>;
  #keeper: number | undefined;

  /** `project`: where the project stands for what is traced. */
  static async open(path: string, project: string): Promise<CallPipe> {
    await promisify(execFile)('mkfifo', ['-m', '600', path], { env: { PATH: systemPath() } });
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
    this.#keeper = keeper;
    this.#socket = new Socket({ fd: reader, readable: true, writable: false });
    this.#ended = new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.on('error', () => this.#reading.gap('unreadable'));
    });
    this.#socket.on('data', (chunk: Buffer) => this.#reading.push(chunk));
  }

  /** What was traced; MUST be called once all that writes has ended. */
  async read(): Promise<SystemCalls> {
    this.#letGo();
    const late = AbortSignal.timeout(restMs);
    const isLate = new Promise<void>((resolve) =>
      late.addEventListener('abort', () => resolve(), { once: true }),
    );
    await Promise.race([this.#ended, isLate]);
    if (late.aborted) this.#reading.gap('unfinished');
    return this.#reading.done();
  }

  close(): void {
    this.#letGo();
    this.#socket.destroy();
  }

  #letGo(): void {
    if (this.#keeper !== undefined) closeSync(this.#keeper);
    this.#keeper = undefined;
  }
}
