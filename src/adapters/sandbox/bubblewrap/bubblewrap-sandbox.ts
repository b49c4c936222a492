import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import type {
  LaunchCommand,
  Sandbox,
  SandboxJob,
  SandboxLauncher,
  SandboxResult,
  ServiceJob,
} from '../../../ports/sandbox.ts';
import { type ProcessIdentity, startTimeOf } from '../../runtime/processes/process-identity.ts';
import { bubblewrapCommand, SECRETS_FD, secretArguments } from './arguments.ts';
import type { Finding } from './attempt-escape.ts';
import { planCgroup, sweepCgroups } from './cgroup.ts';
import { hostCommand, hostEnvironment, insideCommand, keptCommand } from './commands.ts';
import { diskUse } from './disk-use.ts';
import { MODEL_DOOR, type OpenDoor, REGISTRY_DOOR } from './doors.ts';
import { cgroupEnforcer, type Enforcer, pollingEnforcer } from './enforcer.ts';
import { giveTo } from './give-to.ts';
import { type HostBase, type HostBaseOptions, prepareHostBase } from './host-base.ts';
import { type Identity, jobIdentity } from './identity.ts';
import { prepareMounts } from './mounts.ts';
import { OWN_TASKS, processesOf } from './own-tasks.ts';
import { probeIsolation } from './probe.ts';
import { findPrograms, INSTALL_MEND } from './programs.ts';
import { closedComponent, closedError } from './reachable.ts';
import { sweepStrays } from './strays.ts';
import { STATUS_FD, supervise } from './supervise.ts';
import { filterFinding } from './system-call-filter.ts';

export type BubblewrapOptions = HostBaseOptions & {
  /** The job's numeric ids are derived from it, when autoland is root. */
  readonly stateDir: string;
  /** The registry proxy's Unix socket; undefined: a job with `network: 'registry'` is refused. */
  readonly registrySocket?: string;
};

type Probe = { ok: boolean; findings: readonly Finding[] };

const PROBE_VALID_MS = 60_000;
/** A test run must never take the processor from production on the same machine. */
const YIELDING = ['nice', '-n', '15'];

/**
 * Runs jobs and services under bubblewrap, as an unprivileged user in namespaces of their own, limited by control
 * groups where these can be written. Same-kernel isolation: not enough to host tenants that are hostile to each other.
 * As root, writable mounts are given to the job's ids and stay theirs; a writable mount MUST NOT be shared by two
 * jobs at a time; read what a job wrote with `readOutputFile`, never by a plain path.
 */
export class BubblewrapSandbox implements Sandbox, SandboxLauncher {
  readonly #options: BubblewrapOptions;
  readonly #identity: Identity | undefined;
  readonly #self: ProcessIdentity = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  #begins = Promise.withResolvers<void>();
  #base: Promise<HostBase> | undefined;
  #probe: { until: number; answer: Promise<Probe> } | undefined;

  constructor(options: BubblewrapOptions) {
    this.#options = options;
    this.#identity = jobIdentity(options.stateDir);
  }

  owner(): Identity | undefined {
    return this.#identity;
  }

  /** A fresh directory, writable for a job that mounts it; on a path that the job's ids can pass. */
  async jobDirectory(prefix: string): Promise<string> {
    const jobs = join((await this.#hostBase()).directory, 'jobs');
    await mkdir(jobs, { recursive: true, mode: 0o755 });
    const made = await mkdtemp(join(jobs, `${prefix}-`));
    const identity = this.#identity;
    if (identity !== undefined) await giveTo(made, identity, (await diskUse([made])).owners.get(made) ?? []);
    return made;
  }

  /** For whoever would leave it no turn: once the next job runs. It may never do. */
  nextJob(): Promise<void> {
    return this.#begins.promise;
  }

  async probe(): Promise<Probe> {
    if (this.#probe !== undefined && performance.now() < this.#probe.until) return this.#probe.answer;
    const answer = this.#tryOut();
    this.#probe = { until: performance.now() + PROBE_VALID_MS, answer };
    const { ok } = await answer.catch(() => ({ ok: false }));
    // A failure is tried again at once: the mend may just have been made.
    if (!ok) this.#probe = undefined;
    return answer;
  }

  /** Ends what jobs of killed processes left hanging. */
  async sweep(): Promise<void> {
    const { cgroups } = await this.#hostBase();
    sweepStrays();
    if (cgroups !== undefined) await sweepCgroups(cgroups, Date.now());
  }

  async run(job: SandboxJob): Promise<SandboxResult> {
    await this.#assertProbed();
    return this.#execute(job);
  }

  async launch(job: ServiceJob): Promise<LaunchCommand> {
    await this.#assertProbed();
    const base = await this.#hostBase();
    await prepareMounts(job.mounts, this.#identity);
    if (base.cgroups !== undefined) await sweepCgroups(base.cgroups, Date.now());
    const limits = { memoryMiB: job.memoryMiB, processes: job.processes + OWN_TASKS };
    const cgroup = base.cgroups === undefined ? [] : planCgroup(base.cgroups, limits, 'service').writes;
    const inside = bubblewrapCommand(base, {
      ...job,
      command: insideCommand(job.argv, [], limits.processes),
      scratchMiB: job.memoryMiB,
      doors: [],
      statusFd: undefined,
      owner: undefined,
    });
    const { filter } = base;
    // As large as its scratch space: it bounds the log too, between two looks of who started it.
    const fileKiB = job.memoryMiB * 1024;
    const host = { identity: this.#identity, lastFd: SECRETS_FD, fileKiB, cgroup, filter };
    const command = hostCommand(host, inside);
    const kept = job.lifetime === 'detached' ? keptCommand(command) : command;
    const environment = Object.entries(hostEnvironment()).map(([name, value]) => `${name}=${value}`);
    return {
      file: '/usr/bin/env',
      args: ['-i', ...environment, ...kept],
      secrets: secretArguments(base, job.env),
    };
  }

  async #execute(job: SandboxJob): Promise<SandboxResult> {
    const base = await this.#hostBase();
    const doors = await this.#doors(job);
    const disk = await prepareMounts(job.mounts, this.#identity);
    const enforcer = this.#enforcer(base, job);
    const inside = bubblewrapCommand(base, {
      command: insideCommand(job.argv, doors, processesOf(job)),
      cwd: job.cwd,
      mounts: job.mounts,
      scratchMiB: Math.min(job.limits.diskMiB, job.limits.memoryMiB),
      doors,
      statusFd: STATUS_FD,
      owner: this.#self,
    });
    const fileKiB = job.limits.diskMiB * 1024;
    const cgroup = enforcer.writes;
    const host = { identity: this.#identity, lastFd: STATUS_FD, fileKiB, cgroup, filter: base.filter };
    const [file = '', ...args] = [...YIELDING, ...hostCommand(host, inside)];
    const env = Object.assign({}, job.env, ...doors.map(({ door }) => door.environment));
    const secrets = secretArguments(base, env);
    const result = supervise({ command: [file, ...args], secrets, limits: job.limits, enforcer, ...disk });
    this.#begins.resolve();
    this.#begins = Promise.withResolvers();
    return result;
  }

  #enforcer(base: HostBase, job: SandboxJob): Enforcer {
    const all = { memoryMiB: job.limits.memoryMiB, processes: processesOf(job) };
    return base.cgroups === undefined ? pollingEnforcer(all) : cgroupEnforcer(base.cgroups, all);
  }

  async #doors({ network, modelSocket }: SandboxJob): Promise<readonly OpenDoor[]> {
    const doors = [
      ...(network === 'registry' ? [{ door: REGISTRY_DOOR, outside: this.#registrySocket() }] : []),
      ...(modelSocket === undefined ? [] : [{ door: MODEL_DOOR, outside: modelSocket }]),
    ];
    for (const { outside } of doors) {
      const closed = await closedComponent(outside, this.#identity).catch(() => outside);
      if (closed !== undefined) throw closedError(closed, outside);
    }
    return doors;
  }

  #registrySocket(): string {
    const socket = this.#options.registrySocket;
    if (socket !== undefined) return socket;
    throw new AutolandError(
      'sandbox.unavailable',
      'the job needs the registry, but no registry proxy is running',
      { mend: 'start the registry proxy and give the sandbox its socket' },
    );
  }

  #hostBase(): Promise<HostBase> {
    this.#base ??= prepareHostBase(this.#options, this.#identity).catch((thrown: unknown) => {
      this.#base = undefined;
      throw thrown;
    });
    return this.#base;
  }

  async #assertProbed(): Promise<void> {
    const { ok, findings } = await this.probe();
    if (ok) return;
    const failed = findings
      .filter((finding) => !finding.ok)
      .map(({ check, detail }) => `${check}: ${detail}`);
    throw new AutolandError(
      'sandbox.unavailable',
      `nothing runs outside of a sandbox that was seen to hold, but ${failed.join('; ')}`,
      { mend: `${INSTALL_MEND}; unprivileged user namespaces must be allowed` },
    );
  }

  async #tryOut(): Promise<Probe> {
    const programs = [...findPrograms(), filterFinding(process.arch)];
    if (programs.some(({ ok }) => !ok)) return { ok: false, findings: programs };
    const base = await this.#hostBase();
    await this.sweep();
    const isolation = await probeIsolation(base.directory, (job) => this.#execute(job));
    const findings = [...programs, ...base.findings, ...isolation];
    return { ok: findings.every(({ ok }) => ok), findings };
  }
}
