import { spawn } from 'node:child_process';
import { chmodSync, chownSync, closeSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import type { Instance, ServiceSpec } from '../../../ports/runtime.ts';
import type { LaunchCommand, SandboxLauncher, ServiceJob } from '../../../ports/sandbox.ts';
import { giveSecrets } from '../../sandbox/give-secrets.ts';
import { type StateLayout, safeName, socketPath } from '../state-layout.ts';
import { type AdmissionOptions, admit } from './admission.ts';
import { becomesHealthy, isHealthy } from './health.ts';
import type { InstanceRecord } from './instances-file.ts';
import { OtlpReceiver, type ReceivedReport } from './otlp-receiver.ts';
import { ended, isAlive, type ProcessIdentity, signal, startTimeOf } from './process-identity.ts';
import { serviceJob } from './service-job.ts';
import { ServiceLog } from './service-log.ts';

export type SlotContext = AdmissionOptions & {
  readonly layout: StateLayout;
  readonly launcher: SandboxLauncher;
  readonly lifetime: ServiceJob['lifetime'];
  /** Called when a process began or ended. */
  readonly changed: () => void;
};

/** SIGTERM gets this long before SIGKILL. */
const TERM_MS = 1000;
/** A process that ran this long is no longer taken to be crashing on and on. */
const STEADY_MS = 60_000;
const BACKOFF_MS = { first: 100, most: 30_000 };

/** One place among a version's instances: at most one process runs in it, at one socket path for good. */
export class Slot {
  readonly digest: string;
  readonly n: number;
  readonly socket: string;
  spec: ServiceSpec;
  restarts: number;
  readonly #context: SlotContext;
  readonly #dir: string;
  readonly #log: ServiceLog;
  readonly #otlp: OtlpReceiver;
  #process: ProcessIdentity | undefined;
  #starting: Promise<void> | undefined;
  #startedAt = 0;
  #failures = 0;
  #retryAt = 0;
  #over = false;

  constructor(record: Omit<InstanceRecord, 'pid' | 'startTime'>, context: SlotContext) {
    const name = `${digestName(record.digest)}-${record.n}`;
    this.spec = record.spec;
    this.digest = record.digest;
    this.n = record.n;
    this.restarts = record.restarts;
    this.#context = context;
    this.#dir = join(context.layout.services, safeName(record.spec.name, 'service name'), name);
    this.socket = socketPath(join(this.#dir, 'run', 'http.sock'));
    this.#log = new ServiceLog(context.layout.logs, `${record.spec.name}-${name}`);
    this.#otlp = new OtlpReceiver(socketPath(join(this.#dir, 'otlp', 'otlp.sock')), context.launcher.owner());
  }

  get alive(): boolean {
    return this.#process !== undefined && isAlive(this.#process);
  }

  instance(): Instance | undefined {
    if (this.#process === undefined || !this.alive) return undefined;
    return { service: this.spec.name, digest: this.digest, ...this.#process, socket: this.socket };
  }

  record(): InstanceRecord {
    const { spec, digest, n, restarts } = this;
    return {
      spec,
      digest,
      n,
      restarts,
      pid: this.#process?.pid ?? null,
      startTime: this.#process?.startTime ?? null,
    };
  }

  telemetry(): ReceivedReport {
    return this.#otlp.report();
  }

  healthy(): Promise<boolean> {
    return this.alive ? isHealthy(this.socket, this.spec.health.path) : Promise.resolve(false);
  }

  /** Takes over a process of an earlier supervisor. False: it is gone, or not healthy (then it is ended). */
  async adopt(found: ProcessIdentity): Promise<boolean> {
    if (!isAlive(found)) return false;
    this.#process = found;
    this.#startedAt = performance.now();
    if (await this.healthy()) {
      await this.#otlp.listen();
      return true;
    }
    await this.#endProcess();
    return false;
  }

  /** Runs until healthy, or rejects with `runtime.refused`, `runtime.unhealthy`, `sandbox.unavailable`; several calls are one. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Starts a crashed process again, each time after a longer pause. */
  async tend(): Promise<void> {
    this.#log.rotate();
    const now = performance.now();
    if (this.alive) {
      if (now - this.#startedAt > STEADY_MS) this.#failures = 0;
      return;
    }
    if (this.#over || this.#starting !== undefined) return;
    if (this.#retryAt === 0) {
      this.#retryAt = now + Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#failures);
      this.#failures += 1;
      this.#context.changed();
    }
    if (now < this.#retryAt) return;
    this.#retryAt = 0;
    this.restarts += 1;
    // What hinders it is tried again later; meanwhile the instance counts as not running.
    await this.start().catch(() => {});
  }

  /** Ends the process for good, and forgets its directory. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#starting?.catch(() => {});
    await this.#endProcess();
    await this.#otlp.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Leaves the process running for a later supervisor. */
  async release(): Promise<void> {
    this.#over = true;
    await this.#otlp.close();
  }

  async #start(): Promise<void> {
    // Whether it may be new here was decided before it got this place.
    const wanted = { service: this.spec.name, digest: this.digest, newAt: undefined };
    const release = await admit(wanted, this.#context);
    await this.#endProcess();
    const dirs = this.#makeDirs();
    await this.#otlp.listen();
    const job = serviceJob(this.spec, release, dirs, this.#context.lifetime);
    this.#spawn(await this.#context.launcher.launch(job));
    const { path, timeoutSeconds } = this.spec.health;
    const at = { socket: this.socket, path };
    if (await becomesHealthy(at, timeoutSeconds * 1000, () => !this.alive || this.#over)) return;
    const how = this.alive
      ? `did not answer 2xx at ${path} within ${timeoutSeconds} s`
      : 'ended before it was healthy';
    await this.#endProcess();
    throw new AutolandError(
      'runtime.unhealthy',
      `${this.spec.name} ${digestName(this.digest)} ${how}. The end of its output:\n${this.#log.tail()}`,
      { mend: `See ${this.#log.path}.` },
    );
  }

  #spawn(command: LaunchCommand): void {
    const fd = this.#log.open();
    try {
      const child = spawn(command.file, [...command.args], {
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
        cwd: '/',
        stdio: ['ignore', fd, fd, command.secrets === undefined ? 'ignore' : 'pipe'],
        detached: this.#context.lifetime === 'detached',
      });
      child.on('error', () => {});
      if (command.secrets !== undefined) giveSecrets(child, command.secrets);
      child.once('exit', () => this.#context.changed());
      child.unref();
      const startTime = child.pid === undefined ? undefined : startTimeOf(child.pid);
      this.#process =
        child.pid === undefined || startTime === undefined ? undefined : { pid: child.pid, startTime };
      this.#startedAt = performance.now();
    } finally {
      closeSync(fd);
    }
    // On disk before anything else: a supervisor killed now must find the process again.
    this.#context.changed();
  }

  async #endProcess(): Promise<void> {
    const target = this.#process;
    if (target === undefined) return;
    signal(target, 'SIGTERM');
    if (!(await ended(target, TERM_MS))) signal(target, 'SIGKILL');
    await ended(target, TERM_MS);
    this.#process = undefined;
    this.#context.changed();
  }

  #makeDirs(): { run: string; otlp: string } {
    const dirs = { run: join(this.#dir, 'run'), otlp: join(this.#dir, 'otlp') };
    // Nothing of the process before: its socket file would make the next one fail to listen.
    rmSync(dirs.run, { recursive: true, force: true });
    for (const [dir, mode] of [
      [this.#dir, 0o711],
      [dirs.otlp, 0o755],
    ] as const) {
      mkdirSync(dir, { recursive: true });
      chmodSync(dir, mode);
    }
    mkdirSync(dirs.run, { mode: 0o700 });
    const owner = this.#context.launcher.owner();
    if (owner !== undefined) chownSync(dirs.run, owner.uid, owner.gid);
    return dirs;
  }
}

/** The first twelve digits of a digest, for names. */
export function digestName(digest: string): string {
  const found = /^sha256:([0-9a-f]{12})[0-9a-f]{52}$/.exec(digest)?.[1];
  if (found !== undefined) return found;
  throw new AutolandError(
    'usage',
    `a digest must be sha256: and 64 hex digits, found ${JSON.stringify(digest.slice(0, 80))}`,
  );
}
