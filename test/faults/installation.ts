import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readChildren } from '../../src/adapters/runtime/children-file.ts';
import { isAlive, signal, startTimeOf } from '../../src/adapters/runtime/processes/process-identity.ts';
import { RuntimeClient } from '../../src/adapters/runtime/processes/runtime-client.ts';
import { stateLayout } from '../../src/adapters/runtime/state-layout.ts';
import type { JsonObject } from '../../src/domain/json.ts';

export type Victim = 'control plane' | 'router' | 'supervisor';

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const run = promisify(execFile);

/** `autoland up` as people start it, and the commands that they type beside it. */
export class Installation {
  readonly state: string;
  readonly #repo: string;
  readonly #port: number;
  readonly #log: string;
  readonly #env: NodeJS.ProcessEnv;
  #up: ChildProcess | undefined;

  constructor(options: { repo: string; state: string; port: number; log: string }) {
    this.state = options.state;
    this.#repo = options.repo;
    this.#port = options.port;
    this.#log = options.log;
    // Compiling the same sources again and again would take most of the time of a campaign.
    this.#env = { ...process.env, NODE_COMPILE_CACHE: `${options.log}.compiled` };
  }

  start(): void {
    const log = openSync(this.#log, 'a');
    const args = [main, 'up', ...this.#place(), '--port', String(this.#port), '--allow-unsigned-policy'];
    this.#up = spawn(process.execPath, args, { stdio: ['ignore', log, log], env: this.#env });
    closeSync(log);
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    const up = this.#up;
    if (up === undefined || up.exitCode !== null || up.signalCode !== null) return;
    const exit = once(up, 'exit');
    up.kill('SIGTERM');
    await exit;
  }

  /** false: it was not alive, or not known to be. */
  async kill(victim: Victim): Promise<boolean> {
    if (victim === 'supervisor') return this.#killUp();
    const found = readChildren(stateLayout(this.state).children).find(({ name }) => name === victim);
    if (found === undefined || !isAlive(found)) return false;
    signal(found, 'SIGKILL');
    return true;
  }

  async autoland(...args: readonly string[]): Promise<JsonObject> {
    const argv = [main, ...args, ...this.#place(), '--json'];
    const { stdout } = await run(process.execPath, argv, { env: this.#env }).catch(
      (thrown: { stdout?: string; stderr?: string }) => {
        if (thrown.stdout) return { stdout: thrown.stdout };
        throw new Error(`autoland ${args.join(' ')} failed: ${thrown.stderr}`);
      },
    );
    return JSON.parse(stdout) as JsonObject;
  }

  /** Whether the supervisor is there to be asked. */
  async answers(): Promise<boolean> {
    try {
      await new RuntimeClient({ stateDir: this.state }).running();
      return true;
    } catch {
      return false;
    }
  }

  /** Kills whatever still runs. */
  sweep(): void {
    for (const line of this.processes()) {
      const pid = Number.parseInt(line, 10);
      const startTime = startTimeOf(pid);
      if (startTime !== undefined) signal({ pid, startTime }, 'SIGKILL');
    }
  }

  log(): string {
    return readFileSync(this.#log, 'utf8').slice(-4_000);
  }

  /** Command lines of every process that names the state directory. */
  processes(): readonly string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && startTimeOf(Number(name)))
      .map((pid) => `${pid} ${commandLine(pid)}`)
      .filter((line) => line.includes(this.state));
  }

  #place(): readonly string[] {
    return ['--repo', this.#repo, '--state', this.state];
  }

  async #killUp(): Promise<boolean> {
    const up = this.#up;
    if (up === undefined || up.exitCode !== null || up.signalCode !== null) return false;
    // Two kills at the same time are one.
    this.#up = undefined;
    const exit = once(up, 'exit');
    up.kill('SIGKILL');
    await exit;
    return true;
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
