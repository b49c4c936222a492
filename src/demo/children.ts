import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AutolandError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { ownEnding } from '../own-ending.ts';

/** Where this program's own modules are. */
const modules = join(import.meta.dirname, '..');

/** A child process that speaks NDJSON on standard output and ends when its standard input closes. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<number | null>;
  #errors = '';

  constructor(name: string, module: string, options: { args?: readonly string[]; env?: NodeJS.ProcessEnv }) {
    this.#name = name;
    this.#process = spawn(
      process.execPath,
      [join(modules, `${module}.${ownEnding}`), ...(options.args ?? [])],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { ...process.env, ...options.env },
        // A process group of its own: Ctrl-C reaches the demo alone, which then ends its children in order.
        detached: true,
      },
    );
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', resolve);
      this.#process.once('error', () => resolve(null));
    });
    this.#process.stdin?.on('error', () => {});
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-4_000);
    });
  }

  send(text: string): void {
    this.#process.stdin?.write(text);
  }

  onLine(take: (line: JsonObject) => void): void {
    if (this.#process.stdout === null) return;
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const parsed = parse(line);
      if (parsed !== undefined) take(parsed);
    });
  }

  /** Rejects when the process ends before `condition` held. */
  async until(
    condition: Promise<unknown>,
    code: 'runtime.unreachable' = 'runtime.unreachable',
  ): Promise<void> {
    const ended = this.#exited.then((status) => {
      throw new AutolandError(code, `${this.#name} ended early (exit ${status}): ${inWords(this.#errors)}`);
    });
    await Promise.race([condition, ended]);
  }

  /** Closes its standard input, waits, and kills what is left after `graceMs`. */
  async end(graceMs: number): Promise<void> {
    this.#process.stdin?.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }
}

/** What was told as JSON, told to people. */
function inWords(errors: string): string {
  const lines = errors.trim().split('\n');
  return lines.map((line) => String(parse(line)?.message ?? line)).join('\n');
}

function parse(line: string): JsonObject | undefined {
  try {
    return JSON.parse(line) as JsonObject;
  } catch {
    return undefined;
  }
}
