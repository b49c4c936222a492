import { chmodSync } from 'node:fs';
import { AutolandError } from '../../../domain/errors.ts';
import type { AttestationVerifier } from '../../../ports/attestor.ts';
import type { ReleaseStore } from '../../../ports/release-store.ts';
import type { Instance, Route, Runtime, ServiceSpec } from '../../../ports/runtime.ts';
import type { SandboxLauncher, ServiceJob } from '../../../ports/sandbox.ts';
import { checkedKey } from '../../flags/tombstones.ts';
import { holdFileLock } from '../file-lock.ts';
import { privateDir } from '../files.ts';
import { type RoutedService, readRoutes, writeRoutes } from '../routes-file.ts';
import { type StateLayout, safeName, stateLayout } from '../state-layout.ts';
import { admit } from './admission.ts';
import { readInstances, writeInstances } from './instances-file.ts';
import type { ReceivedReport } from './otlp-receiver.ts';
import { digestName, type SlotContext } from './slot.ts';
import { VersionGroup } from './version-group.ts';

export type SupervisorOptions = {
  readonly stateDir: string;
  readonly launcher: SandboxLauncher;
  readonly releases: ReleaseStore;
  readonly verifier: AttestationVerifier;
  /** `detached`: services outlive the supervisor, and its successor adopts them. */
  readonly lifetime: ServiceJob['lifetime'];
};

/** What an instance reports of itself. */
export type InstanceTelemetry = ReceivedReport & {
  readonly service: string;
  readonly digest: string;
  readonly n: number;
  readonly restarts: number;
};

const TEND_MS = 250;

/** Runs releases as processes of this machine. One per state directory. */
export class Supervisor implements Runtime {
  readonly #layout: StateLayout;
  readonly #context: SlotContext;
  readonly #groups = new Map<string, VersionGroup>();
  readonly #lock: { release(): void };
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #lastRouting: Promise<unknown> = Promise.resolve();

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
    this.#context = { ...options, layout: this.#layout, changed: () => this.#changed() };
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
        const newAt = this.#inProduction(spec.name, digest) ? undefined : new Date();
        await admit({ service: spec.name, digest, newAt }, this.#context);
        await group.fill(spec);
      } finally {
        if (group.slots.length === 0) this.#forget(group);
        this.#refreshRoute(spec.name);
      }
      return group.instances();
    });
  }

  async stop(service: string, digest: string): Promise<void> {
    this.#refuseRouted(service, digest);
    const group = this.#groups.get(key(service, digest));
    if (group === undefined) return;
    // From here on no route can be set to it; what it still serves gets the grace.
    group.stopping = true;
    const graceSeconds = Math.max(0, ...group.slots.map((slot) => (slot.alive ? slot.spec.graceSeconds : 0)));
    await new Promise((resolve) => setTimeout(resolve, graceSeconds * 1000));
    await group.exclusive(() => group.end());
    this.#forget(group);
    this.#save();
  }

  async running(): Promise<readonly Instance[]> {
    return [...this.#groups.values()].flatMap((group) => group.instances());
  }

  /** In the order they came: what a killed control plane still asked for must not undo what its successor asks. */
  route(route: Route): Promise<void> {
    const mine = this.#lastRouting.then(() => this.#route(route));
    this.#lastRouting = mine.catch(() => {});
    return mine;
  }

  async #route(route: Route): Promise<void> {
    safeName(route.service, 'service name');
    if (route.candidate !== null) checkedKey(route.candidate.flag);
    const digests = [route.stable, ...(route.candidate === null ? [] : [route.candidate.digest])];
    for (const digest of digests) {
      const group = this.#groups.get(key(route.service, digest));
      const healthy = await Promise.all((group?.slots ?? []).map((slot) => slot.healthy()));
      if (group !== undefined && !group.stopping && healthy.includes(true)) continue;
      throw refused(`${route.service} ${digest} has no healthy instance to route to`, 'Start it first.');
    }
    // Between the look and the write a stop may have been accepted.
    if (digests.some((digest) => this.#groups.get(key(route.service, digest))?.stopping !== false)) {
      throw beingStopped(route.service, digests.join(' or '));
    }
    const others = readRoutes(this.#layout).filter((one) => one.route.service !== route.service);
    writeRoutes(this.#layout, [...others, this.#routed(route)]);
  }

  async routes(): Promise<readonly Route[]> {
    await this.#lastRouting;
    return readRoutes(this.#layout).map((one) => one.route);
  }

  /** By the socket that each report came through. */
  telemetry(): readonly InstanceTelemetry[] {
    return [...this.#groups.values()].flatMap((group) =>
      group.slots.map((slot) => ({
        service: group.service,
        digest: group.digest,
        n: slot.n,
        restarts: slot.restarts,
        ...slot.telemetry(),
      })),
    );
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
    for (const { route } of readRoutes(this.#layout)) this.#refreshRoute(route.service);
    this.#save();
    this.#timer = setInterval(() => this.#tend(), TEND_MS);
  }

  #tend(): void {
    for (const group of this.#groups.values()) {
      if (!group.stopping) for (const slot of group.slots) void slot.tend();
    }
  }

  #changed(): void {
    if (!this.#closed) this.#save();
  }

  #save(): void {
    const groups = [...this.#groups.values()];
    writeInstances(
      this.#layout,
      groups.flatMap((group) => group.slots.map((slot) => slot.record())),
    );
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

  #inProduction(service: string, digest: string): boolean {
    const route = readRoutes(this.#layout).find((one) => one.route.service === service)?.route;
    return route?.stable === digest || route?.candidate?.digest === digest;
  }

  #refuseRouted(service: string, digest: string): void {
    if (!this.#inProduction(service, digest)) return;
    throw refused(`${service} ${digest} serves requests`, 'Route to another version first.');
  }

  /** The number of a routed version's instances may have changed. */
  #refreshRoute(service: string): void {
    const all = readRoutes(this.#layout);
    const found = all.find((one) => one.route.service === service);
    if (found === undefined) return;
    const now = this.#routed(found.route);
    if (JSON.stringify([...now.sockets]) === JSON.stringify([...found.sockets])) return;
    writeRoutes(
      this.#layout,
      all.map((one) => (one === found ? now : one)),
    );
  }

  #routed(route: Route): RoutedService {
    const digests = [route.stable, ...(route.candidate === null ? [] : [route.candidate.digest])];
    const sockets = digests.map(
      (digest) => [digest, this.#groups.get(key(route.service, digest))?.sockets ?? []] as const,
    );
    return { route, sockets: new Map(sockets) };
  }
}

function key(service: string, digest: string): string {
  return `${service} ${digest}`;
}

function beingStopped(service: string, digest: string): AutolandError {
  return refused(`${service} ${digest} is being stopped`, 'Try again after its grace.');
}

function refused(message: string, mend: string): AutolandError {
  return new AutolandError('runtime.refused', message, { mend });
}
