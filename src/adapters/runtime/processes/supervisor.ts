import { chmodSync } from 'node:fs';
import { AutolandError } from '../../../domain/errors.ts';
import type { AttestationVerifier } from '../../../ports/attestor.ts';
import type { ReleaseStore } from '../../../ports/release-store.ts';
import type { Instance, Route, Runtime, ServiceSpec } from '../../../ports/runtime.ts';
import type { SandboxLauncher, ServiceJob } from '../../../ports/sandbox.ts';
import { holdFileLock } from '../file-lock.ts';
import { privateDir } from '../files.ts';
import { type StateLayout, safeName, stateLayout } from '../state-layout.ts';
import { admit } from './admission.ts';
import { digestName } from './digest-name.ts';
import { readInstances, writeInstances } from './instances-file.ts';
import { beingStopped, refused } from './refusals.ts';
import { Routing } from './routing.ts';
import type { SlotContext } from './slot.ts';
import { Troubles } from './troubles.ts';
import { type InstanceTelemetry, VersionGroup } from './version-group.ts';

export type SupervisorOptions = {
  readonly stateDir: string;
  readonly launcher: SandboxLauncher;
  readonly releases: ReleaseStore;
  readonly verifier: AttestationVerifier;
  /** `detached`: services outlive the supervisor, and its successor adopts them. */
  readonly lifetime: ServiceJob['lifetime'];
  /** Told of what fails while nobody waits for it; default: standard error. */
  readonly onTrouble?: (message: string) => void;
};

const TEND_MS = 250;

/** Runs releases as processes of this machine. One per state directory. */
export class Supervisor implements Runtime {
  readonly #layout: StateLayout;
  readonly #context: SlotContext;
  readonly #groups = new Map<string, VersionGroup>();
  readonly #routing: Routing;
  readonly #lock: { release(): void };
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** What runs differs from instances.json, which could not be written. */
  #unsaved = false;

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
    this.#routing = new Routing(this.#layout, (service, digest) => this.#groups.get(key(service, digest)));
    const troubles = new Troubles(options.onTrouble);
    this.#context = { ...options, layout: this.#layout, troubles, changed: () => this.#changed() };
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
    const group = this.#group(spec.name, digest);
    return group.exclusive(async () => {
      if (group.stopping) throw beingStopped(spec.name, digest);
      this.#groups.set(key(spec.name, digest), group);
      try {
        const newAt = this.#routing.inProduction(spec.name, digest) ? undefined : new Date();
        await admit({ service: spec.name, digest, newAt }, this.#context);
        await group.fill(spec);
        this.#assertSaved();
      } finally {
        if (group.slots.length === 0) this.#forget(group);
        this.#routing.refresh(spec.name);
      }
      return group.instances();
    });
  }

  async stop(service: string, digest: string): Promise<void> {
    if (this.#routing.inProduction(service, digest))
      throw refused(`${service} ${digest} serves requests`, 'Route to another version first.');
    const group = this.#groups.get(key(service, digest));
    if (group === undefined) return this.#assertSaved();
    // From here on no route can be set to it; what it still serves gets the grace.
    group.stopping = true;
    const graceSeconds = Math.max(0, ...group.slots.map((slot) => (slot.alive ? slot.spec.graceSeconds : 0)));
    await new Promise((resolve) => setTimeout(resolve, graceSeconds * 1000));
    await group.exclusive(() => group.end());
    this.#forget(group);
    this.#save();
    this.#assertSaved();
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

  /** By the socket that each report came through. */
  telemetry(): readonly InstanceTelemetry[] {
    return [...this.#groups.values()].flatMap((group) => group.telemetry());
  }

  /** `end`: services end too; `leave`: they go on, for the next supervisor. */
  async close(services: 'end' | 'leave'): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const groups = [...this.#groups.values()];
    if (services === 'end') await Promise.all(groups.map((group) => group.end()));
    else await Promise.all(groups.flatMap((group) => group.slots.map((slot) => slot.release())));
    this.#lock.release();
  }

  async #adopt(): Promise<void> {
    const records = readInstances(this.#layout);
    await Promise.all(records.map((record) => this.#group(record.spec.name, record.digest).adopt(record)));
    this.#routing.refreshAll();
    this.#save();
    this.#timer = setInterval(() => this.#tend(), TEND_MS);
  }

  /** On a timer: nothing here may throw, or a full disk would end what keeps production running. */
  #tend(): void {
    if (this.#unsaved) this.#save();
    for (const group of this.#groups.values()) {
      if (!group.stopping) for (const slot of group.slots) void slot.tend();
    }
  }

  #changed(): void {
    if (!this.#closed) this.#save();
  }

  /** What could not be written is written at a later look. */
  #save(): void {
    const records = [...this.#groups.values()].flatMap((group) => group.slots.map((slot) => slot.record()));
    const { instances } = this.#layout;
    const write = () => writeInstances(this.#layout, records);
    this.#unsaved = !this.#context.troubles.attempt(`writing ${instances}`, write);
  }

  /** Who asked for it must not be told that it is done while a crash would undo it. */
  #assertSaved(): void {
    if (this.#unsaved) this.#save();
    if (!this.#unsaved) return;
    throw new AutolandError('state.unusable', `expected to write ${this.#layout.instances}`, {
      mend: 'free some space on that disk; what runs goes on running',
    });
  }

  #group(service: string, digest: string): VersionGroup {
    safeName(service, 'service name');
    digestName(digest);
    const found = this.#groups.get(key(service, digest));
    if (found?.stopping === true) throw beingStopped(service, digest);
    const group = found ?? new VersionGroup(service, digest, this.#context);
    this.#groups.set(key(service, digest), group);
    return group;
  }

  #forget(group: VersionGroup): void {
    this.#groups.delete(key(group.service, group.digest));
  }
}

function key(service: string, digest: string): string {
  return `${service} ${digest}`;
}
