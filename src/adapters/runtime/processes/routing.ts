import type { Route } from '../../../ports/runtime.ts';
import { checkedKey } from '../../flags/tombstones.ts';
import type { Group } from '../group.ts';
import { beingStopped, refused } from '../refusals.ts';
import { type RoutedService, readRoutes, writeRoutes } from '../routes-file.ts';
import { type StateLayout, safeName } from '../state-layout.ts';
import { RoutingQueue } from './routing-queue.ts';

type Find = (service: string, digest: string) => Group | undefined;

/** What the router is told, in routes.json: only versions that answer, and are not being stopped. */
export class Routing {
  readonly #layout: StateLayout;
  readonly #find: Find;
  readonly #followed: (service: string) => Promise<void>;
  readonly #queue = new RoutingQueue();

  /** `followed`: of a front door that is slower than the router, which reads routes.json by itself. */
  constructor(
    layout: StateLayout,
    find: Find,
    followed: (service: string) => Promise<void> = async () => {},
  ) {
    this.#layout = layout;
    this.#find = find;
    this.#followed = followed;
  }

  /** In the order they came: what a killed control plane still asked for must not undo what its successor asks. */
  set(route: Route): Promise<void> {
    return this.#queue.push((signal) => this.#set(route, signal));
  }

  /** Nobody is sent to the service any more. */
  remove(service: string): Promise<void> {
    return this.#queue.push(async () => {
      const others = readRoutes(this.#layout).filter((one) => one.route.service !== service);
      writeRoutes(this.#layout, others);
    });
  }

  async all(): Promise<readonly Route[]> {
    await this.#queue.idle();
    return readRoutes(this.#layout).map((one) => one.route);
  }

  /** Once users are sent where routes.json says. */
  followed(service: string): Promise<void> {
    return this.#followed(service);
  }

  inProduction(service: string, digest: string): boolean {
    const route = readRoutes(this.#layout).find((one) => one.route.service === service)?.route;
    return route?.stable === digest || route?.candidate?.digest === digest;
  }

  /** The number of a routed version's instances may have changed. */
  refresh(service: string): void {
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

  refreshAll(): void {
    for (const { route } of readRoutes(this.#layout)) this.refresh(route.service);
  }

  async #set(route: Route, signal: AbortSignal): Promise<void> {
    safeName(route.service, 'service name');
    if (route.candidate !== null) checkedKey(route.candidate.flag);
    const digests = digestsOf(route);
    for (const digest of digests) {
      const group = this.#find(route.service, digest);
      if (group?.stray === false && !group.stopping && (await group.healthy())) continue;
      throw refused(`${route.service} ${digest} has no healthy instance to route to`, 'Start it first.');
    }
    signal.throwIfAborted();
    // Between the look and the write a stop may have been accepted.
    if (digests.some((digest) => this.#find(route.service, digest)?.stopping !== false)) {
      throw beingStopped(route.service, digests.join(' or '));
    }
    const others = readRoutes(this.#layout).filter((one) => one.route.service !== route.service);
    writeRoutes(this.#layout, [...others, this.#routed(route)]);
    await this.followed(route.service);
  }

  #routed(route: Route): RoutedService {
    const sockets = digestsOf(route).map(
      (digest) => [digest, this.#find(route.service, digest)?.sockets ?? []] as const,
    );
    return { route, sockets: new Map(sockets) };
  }
}

function digestsOf({ stable, candidate }: Route): string[] {
  return candidate === null ? [stable] : [stable, candidate.digest];
}
