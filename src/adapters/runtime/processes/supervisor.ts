import { chmodSync } from 'node:fs';
import type { InstanceExceptions } from '../../../domain/crashes/exception.ts';
import type { AttestationVerifier } from '../../../ports/attestor.ts';
import type { ReleaseStore } from '../../../ports/release-store.ts';
import type { DeployedSpec, Instance, Route, Runtime, ServiceSpec } from '../../../ports/runtime.ts';
import type { SandboxLauncher, ServiceJob } from '../../../ports/sandbox.ts';
import { admit } from '../admission.ts';
import { Deployments } from '../command/deployments.ts';
import type { Grant } from '../command/executable.ts';
import { digestName } from '../digest-name.ts';
import { holdFileLock } from '../file-lock.ts';
import { privateDir } from '../files.ts';
import type { Group, InstanceTelemetry } from '../group.ts';
import { type Running, readInstances } from '../instances-file.ts';
import { InstancesRecord } from '../instances-record.ts';
import { beingStopped, refused } from '../refusals.ts';
import { type StateLayout, safeName, stateLayout } from '../state-layout.ts';
import { Troubles } from '../troubles.ts';
import { Routing } from './routing.ts';
import type { SlotContext } from './slot.ts';
import { VersionGroup } from './version-group.ts';

export type SupervisorOptions = {
  readonly stateDir: string;
  readonly launcher: SandboxLauncher;
  readonly releases: ReleaseStore;
  readonly verifier: AttestationVerifier;
  /** `detached`: services outlive the supervisor, and its successor adopts them. */
  readonly lifetime: ServiceJob['lifetime'];
  /** Which runtime commands this machine allows; none, where it is not said. */
  readonly commands?: Grant;
  /** How often a status is asked for, besides. */
  readonly statusMs?: number;
  /** Settles once the front door of a service has the route that is on disk. Absent: the router reads it by itself. */
  readonly followed?: (service: string) => Promise<void>;
  /** Told of what fails while nobody waits for it; default: standard error. */
  readonly onTrouble?: (message: string) => void;
};

const TEND_MS = 250;
const STATUS_MS = 10_000;
const NO_COMMANDS: Grant = { allowed: [], never: [] };

/** Runs releases: as processes of this machine, or by commands somewhere else. One per state directory. */
export class Supervisor implements Runtime {
  readonly #layout: StateLayout;
  readonly #context: SlotContext;
  readonly #groups = new Map<string, Group>();
  readonly #deployments: Deployments;
  readonly #routing: Routing;
  readonly #record: InstancesRecord;
  readonly #lock: { release(): void };
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: SupervisorOptions) {
    this.#layout = stateLayout(options.stateDir);
    privateDir(this.#layout.root);
    privateDir(this.#layout.run);
    privateDir(this.#layout.services);
    // Services that run as another user must reach their own directories; they can list none.
    if (options.launcher.owner() !== undefined) {
      for (const dir of [this.#layout.root, this.#layout.services]) chmodSync(dir, 0o711);
    }
    this.#lock = holdFileLock(this.#layout.supervisorLock);
    const find = (service: string, digest: string) => this.#groups.get(key(service, digest));
    this.#routing = new Routing(this.#layout, find, options.followed);
    const troubles = new Troubles(options.onTrouble);
    this.#record = new InstancesRecord(this.#layout, troubles, () => this.#toRemember());
    const changed = () => this.#changed();
    this.#context = { ...options, layout: this.#layout, troubles, changed };
    const groups = () => [...this.#groups.values()];
    const add = (group: Group) => this.#groups.set(key(group.service, group.digest), group);
    this.#deployments = new Deployments({
      ...options,
      troubles,
      commands: options.commands ?? NO_COMMANDS,
      everyMs: options.statusMs ?? STATUS_MS,
      groups,
      add,
      changed,
      moved: () => this.#moved(),
    });
  }

  /** Adopts what an earlier supervisor left running. Rejects with `state.locked` beside another, `state.corrupt`. */
  static async open(options: SupervisorOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(options);
    try {
      await supervisor.#adopt();
    } catch (thrown) {
      supervisor.#lock.release();
      throw thrown;
    }
    return supervisor;
  }

  async start(spec: ServiceSpec, digest: string): Promise<readonly Instance[]> {
    const group = this.#group(spec, digest);
    return group.exclusive(async () => {
      if (group.stopping) throw beingStopped(spec.name, digest);
      this.#groups.set(key(spec.name, digest), group);
      try {
        const newAt = this.#routing.inProduction(spec.name, digest) ? undefined : new Date();
        await admit({ service: spec.name, digest, newAt }, this.#context);
        await group.fill(spec);
        this.#record.assertSaved();
      } finally {
        if (group.empty) this.#forget(group);
        this.#routing.refresh(spec.name);
      }
      return group.instances();
    });
  }

  async stop(service: string, digest: string): Promise<void> {
    this.#assertNotServing(service, digest);
    const group = this.#groups.get(key(service, digest));
    if (group === undefined) return this.#record.assertSaved();
    // From here on no route can be set to it; what it still serves gets the grace.
    group.stopping = true;
    await new Promise((resolve) => setTimeout(resolve, group.graceSeconds * 1000));
    try {
      await group.exclusive(async () => {
        // Who asked before may have ended it, or have failed to, and then it may be wanted again.
        if (this.#groups.get(key(service, digest)) !== group) return;
        this.#assertNotServing(service, digest);
        group.stopping = true;
        await this.#routing.followed(service);
        await group.end();
      });
    } catch (thrown) {
      // It runs on: whoever wants it ended asks again, and until then it may be wanted again.
      group.stopping = false;
      throw thrown;
    }
    this.#forget(group);
    this.#record.save();
    this.#record.assertSaved();
  }

  #assertNotServing(service: string, digest: string): void {
    if (!this.#routing.inProduction(service, digest)) return;
    throw refused(`${service} ${digest} serves requests`, 'Route to another version first.');
  }

  async running(): Promise<readonly Instance[]> {
    return [...this.#groups.values()].flatMap((group) => group.instances());
  }

  route(route: Route): Promise<void> {
    return this.#routing.set(route);
  }

  routes(): Promise<readonly Route[]> {
    return this.#routing.all();
  }

  /** Takes a service off: no route, and nothing of it runs. */
  async retire(service: string): Promise<void> {
    await this.#routing.remove(service);
    const own = [...this.#groups.values()].filter((group) => group.service === service);
    for (const { digest } of own) await this.stop(service, digest);
  }

  /** By the socket that each report came through. */
  telemetry(): readonly InstanceTelemetry[] {
    return [...this.#groups.values()].flatMap((group) => group.telemetry());
  }

  /** The same for exceptions, since the last call. */
  takeExceptions(): readonly InstanceExceptions[] {
    return [...this.#groups.values()]
      .flatMap((group) => group.takeExceptions())
      .filter(({ exceptions, dropped }) => exceptions.length + dropped > 0);
  }

  /** Whether the runtime commands of a service may run, and answer. */
  examine(spec: DeployedSpec): Promise<string> {
    return this.#deployments.examine(spec);
  }

  /** `end`: processes end too; `leave`: they go on, for the next supervisor. What runs somewhere else always does. */
  async close(services: 'end' | 'leave'): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#deployments.close();
    const isEnded = (group: Group) => services === 'end' && group instanceof VersionGroup;
    const groups = [...this.#groups.values()];
    await Promise.all(groups.map((group) => (isEnded(group) ? group.end() : group.release())));
    this.#lock.release();
  }

  async #adopt(): Promise<void> {
    const { instances, deployments } = readInstances(this.#layout);
    for (const record of deployments) this.#deployments.adopt(record);
    await Promise.all(instances.map((record) => this.#processGroup(record).adopt(record)));
    this.#routing.refreshAll();
    this.#record.save();
    this.#timer = setInterval(() => this.#tend(), TEND_MS);
  }

  /** On a timer: nothing here may throw, or a full disk would end what keeps production running. */
  #tend(): void {
    this.#record.tend();
    for (const group of this.#groups.values()) group.tend();
    this.#deployments.tend();
  }

  #changed(): void {
    if (this.#closed) return;
    for (const group of this.#groups.values()) if (group.stray && group.empty) this.#forget(group);
    this.#record.save();
  }

  #moved(): void {
    if (this.#closed) return;
    this.#changed();
    this.#context.troubles.attempt('setting routes anew', () => this.#routing.refreshAll());
  }

  #toRemember(): Running {
    const groups = [...this.#groups.values()];
    const slots = groups.flatMap((group) => (group instanceof VersionGroup ? group.slots : []));
    return { instances: slots.map((slot) => slot.record()), deployments: this.#deployments.records() };
  }

  #group(spec: ServiceSpec, digest: string): Group {
    safeName(spec.name, 'service name');
    digestName(digest);
    const found = this.#groups.get(key(spec.name, digest));
    if (found?.stopping === true) throw beingStopped(spec.name, digest);
    if (found !== undefined) return found;
    return 'commands' in spec ? this.#deployments.group(spec, digest) : this.#processGroup({ spec, digest });
  }

  #processGroup({ spec, digest }: { readonly spec: ServiceSpec; readonly digest: string }): VersionGroup {
    const found = this.#groups.get(key(spec.name, digest));
    if (found instanceof VersionGroup) return found;
    const group = new VersionGroup(spec.name, digest, this.#context);
    this.#groups.set(key(spec.name, digest), group);
    return group;
  }

  #forget(group: Group): void {
    this.#groups.delete(key(group.service, group.digest));
  }
}

function key(service: string, digest: string): string {
  return `${service} ${digest}`;
}
