import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import type { Instance, ProcessSpec } from '../../../ports/runtime.ts';
import type { LaunchCommand, SandboxLauncher, ServiceJob } from '../../../ports/sandbox.ts';
import { OtlpReceiver, type ReceivedReport } from '../../telemetry/otlp/receiver.ts';
import { type AdmissionOptions, admit } from '../admission.ts';
import { digestName } from '../digest-name.ts';
import { becomesHealthy, isHealthy } from '../health.ts';
import type { InstanceRecord } from '../instances-file.ts';
import { RestartPause } from '../restart-pause.ts';
import { type StateLayout, safeName } from '../state-layout.ts';
import type { Troubles } from '../troubles.ts';
import { warmUp } from '../warm-up.ts';
import { isAlive, type ProcessIdentity, signal } from './process-identity.ts';
import { serviceJob } from './service-job.ts';
import { ServiceLog } from './service-log.ts';
import { RUN_MIB, SlotDirs } from './slot-dirs.ts';
import { beginProcess, endProcess } from './slot-process.ts';

export type SlotContext = AdmissionOptions & {
  readonly layout: StateLayout;
  readonly launcher: SandboxLauncher;
  readonly lifetime: ServiceJob['lifetime'];
  /** Called when a process began or ended. It never throws: what runs is kept running when it cannot be recorded. */
  readonly changed: () => void;
  readonly troubles: Troubles;
};

/** One place among a version's instances: at most one process runs in it, at one socket path for good. */
export class Slot {
  readonly digest: string;
  readonly n: number;
  readonly socket: string;
  spec: ProcessSpec;
  restarts: number;
  readonly takeExceptions = () => this.#otlp.takeExceptions();
  readonly #context: SlotContext;
  readonly #dirs: SlotDirs;
  readonly #log: ServiceLog;
  readonly #otlp: OtlpReceiver;
  readonly #pause = new RestartPause();
  #process: ProcessIdentity | undefined;
  #starting: Promise<void> | undefined;
  #startedAt = 0;
  #over = false;
  #tending = false;
  /** Its directory is being emptied after it was ended. */
  #clearing: Promise<void> | undefined;

  constructor(record: Omit<InstanceRecord, 'pid' | 'startTime'>, context: SlotContext) {
    const name = `${digestName(record.digest)}-${record.n}`;
    this.spec = record.spec;
    this.digest = record.digest;
    this.n = record.n;
    this.restarts = record.restarts;
    this.#context = context;
    const dir = join(context.layout.services, safeName(record.spec.name, 'service name'), name);
    this.#dirs = new SlotDirs(dir, context.launcher.owner());
    this.socket = this.#dirs.socket;
    this.#log = new ServiceLog(context.layout.logs, `${record.spec.name}-${name}`);
    this.#otlp = new OtlpReceiver(this.#dirs.otlpSocket, context.launcher.owner());
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

  /** One look: bounds what it writes, and starts a crashed process again, each time after a longer pause. Never rejects. */
  async tend(): Promise<void> {
    // A slow look must not be joined by the next ones.
    if (this.#tending) return;
    this.#tending = true;
    const { troubles } = this.#context;
    // Apart: a log that cannot be cut must not keep a service down.
    troubles.attempt(`cutting ${this.#log.path}`, () => this.#log.rotate());
    await troubles.contain(`looking through ${this.#dirs.run}`, () => this.#boundDisk());
    this.#restart();
    this.#tending = false;
  }

  async #boundDisk(): Promise<void> {
    const target = this.#process;
    if (target === undefined || !this.alive || !(await this.#dirs.overfull(target.pid))) return;
    if (this.#process !== target) return;
    this.#sayLast(
      `${this.spec.name} ${digestName(this.digest)} was ended: it kept more than ${RUN_MIB} MiB beside its socket`,
    );
    // No grace: it could go on writing.
    signal(target, 'SIGKILL');
    await endProcess(target);
    if (this.#starting === undefined) this.#clearing = this.#dirs.empty();
    await this.#clearing;
  }

  #sayLast(word: string): void {
    const { troubles } = this.#context;
    troubles.tell(word);
    troubles.attempt(`writing to ${this.#log.path}`, () => this.#log.say(word));
  }

  #restart(): void {
    const now = performance.now();
    if (this.alive) this.#pause.runs(now - this.#startedAt);
    if (this.alive || this.#over || this.#starting !== undefined) return;
    const pause = this.#pause.look(now);
    if (pause === 'began') this.#context.changed();
    if (pause !== 'over') return;
    this.restarts += 1;
    // What hinders it is tried again later; meanwhile the instance counts as not running.
    this.start().catch(() => {});
  }

  /** Ends the process for good, and forgets its directory. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#starting?.catch(() => {});
    await this.#endProcess();
    await this.#otlp.close();
    await this.#dirs.remove();
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
    await this.#clearing?.catch(() => {});
    await this.#dirs.make();
    await this.#otlp.listen();
    const job = serviceJob(this.spec, release, this.#dirs, this.#context.lifetime);
    this.#spawn(await this.#context.launcher.launch(job));
    const { path, timeoutSeconds } = this.spec.health;
    const at = { socket: this.socket, path };
    const gone = () => !this.alive || this.#over;
    if (await becomesHealthy(at, timeoutSeconds * 1000, gone)) {
      if (this.spec.warmUp !== undefined) await warmUp(this.socket, this.spec.warmUp, gone);
      return;
    }
    const how = this.alive
      ? `did not answer 2xx at ${path} within ${timeoutSeconds} s`
      : 'ended before it was healthy';
    await this.#endProcess();
    await this.#dirs.empty().catch(() => {});
    const tail = this.#log.tail(Object.keys(this.spec.secretFiles).map((name) => job.env[name] ?? ''));
    throw new AutolandError(
      'runtime.unhealthy',
      `${this.spec.name} ${digestName(this.digest)} ${how}. The end of its output:\n${tail}`,
      { mend: `see ${this.#log.path}` },
    );
  }

  #spawn(command: LaunchCommand): void {
    const output = this.#log.open();
    try {
      const { lifetime, changed } = this.#context;
      this.#process = beginProcess({ command, output, lifetime, onExit: changed });
      this.#startedAt = performance.now();
    } finally {
      closeSync(output);
    }
    // On disk before anything else: a supervisor killed now must find the process again.
    this.#context.changed();
  }

  async #endProcess(): Promise<void> {
    if (this.#process === undefined) return;
    await endProcess(this.#process);
    this.#process = undefined;
    this.#context.changed();
  }
}
