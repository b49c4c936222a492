import { closeSync, constants, openSync, writeSync } from 'node:fs';

const { setTimeout } = globalThis;
const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
const flushMs = 1000;
const mostWaiting = 64 * 1024;

/**
 * Lines of one process, in a file that nobody else may read. Stops for good at the first thing that goes wrong, and listens
 * to no signal: a service's own end must be as it is without.
 */
export class SampleWriter {
  readonly #file: string;
  readonly #mostBytes: number;
  #descriptor: number | undefined;
  #waiting = '';
  #written = 0;
  #timed = false;
  #stopped = false;

  constructor(file: string, mostBytes: number) {
    this.#file = file;
    this.#mostBytes = mostBytes;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  write(line: unknown): void {
    if (this.#stopped) return;
    const text = `${JSON.stringify(line)}\n`;
    const bytes = Buffer.byteLength(text);
    if (this.#written + bytes > this.#mostBytes) {
      this.#stop();
      return;
    }
    if (this.#written === 0) process.on('exit', () => this.flush());
    this.#written += bytes;
    this.#waiting += text;
    if (this.#waiting.length >= mostWaiting) this.flush();
    else this.#later();
  }

  flush(): void {
    const text = this.#waiting;
    this.#waiting = '';
    if (text === '') return;
    try {
      // Not through a link, nor into a file that is there.
      this.#descriptor ??= openSync(this.#file, O_APPEND | O_CREAT | O_EXCL | O_WRONLY, 0o600);
      writeSync(this.#descriptor, text);
    } catch {
      this.#stop();
    }
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.flush();
    try {
      if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    } catch {
      // What is lost is only a sample.
    }
    this.#descriptor = undefined;
  }

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
