import { mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const mostBytes = 16 * 1024 * 1024;
const flushBytes = 32 * 1024;
const flushMs = 100;

const { setTimeout } = globalThis;
const { getBuiltinModule } = process;

/**
 * One file of JSON lines for each process, there from the first line on. Written in a tick of its own, at the exit and at
 * SIGTERM: runners end their workers that way.
 */
export class RecordWriter {
  readonly #file: string;
  #descriptor: number | undefined;
  #waiting = '';
  #written = 0;
  #full = false;
  #timed = false;
  #isMainThread = true;

  constructor(file: string) {
    this.#file = file;
  }

  write(line: Readonly<Record<string, unknown>>): void {
    if (this.#full) return;
    const text = `${JSON.stringify(line)}\n`;
    this.#listen();
    this.#written += text.length;
    if (this.#written > mostBytes) {
      this.#full = true;
      this.#waiting += `${JSON.stringify({ t: 'gap', why: 'too-much' })}\n`;
    } else this.#waiting += text;
    // A worker may be ended without notice.
    if (!this.#isMainThread || this.#waiting.length >= flushBytes || this.#full) this.flush();
    else this.#later();
  }

  flush(): void {
    if (this.#waiting === '') return;
    const text = this.#waiting;
    this.#waiting = '';
    try {
      this.#open();
      writeSync(this.#descriptor ?? -1, text);
    } catch {
      // The client may have put another file system in the place of this one for a while.
      this.#waiting = text + this.#waiting;
      if (this.#waiting.length > mostBytes) this.#full = true;
    }
  }

  #open(): void {
    if (this.#descriptor !== undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    this.#descriptor = openSync(this.#file, 'a');
  }

  /** Not before there is something to write: most processes never load a watched package. */
  #listen(): void {
    if (this.#written > 0) return;
    this.#isMainThread = getBuiltinModule('node:worker_threads').isMainThread;
    process.on('exit', () => this.flush());
    if (this.#isMainThread) process.on('SIGTERM', this.#onTerminate);
  }

  readonly #onTerminate = (): void => {
    this.flush();
    // Without this listener the signal would have ended the process.
    if (process.listenerCount('SIGTERM') > 1) return;
    process.removeListener('SIGTERM', this.#onTerminate);
    process.kill(process.pid, 'SIGTERM');
  };

  #later(): void {
    if (this.#timed) return;
    this.#timed = true;
    const timer = setTimeout(() => {
      this.#timed = false;
      this.flush();
    }, flushMs);
    timer.unref();
  }
}
