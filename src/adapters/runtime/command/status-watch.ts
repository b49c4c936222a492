import type { DeployedSpec, RuntimeCommands } from '../../../ports/runtime.ts';
import type { Troubles } from '../troubles.ts';
import type { Answer } from './answers.ts';
import type { CommandCaller } from './command-caller.ts';
import type { DeployedContext, DeployedGroup } from './deployed-group.ts';
import { checkedAddresses, listed } from './listing.ts';

export type StatusWatchOptions = Pick<DeployedContext, 'taken' | 'moved'> & {
  readonly caller: Pick<CommandCaller, 'call'>;
  readonly troubles: Troubles;
  readonly groups: () => readonly DeployedGroup[];
  /** Remembers a version that runs and that nobody asked for. */
  readonly found: (spec: DeployedSpec, digest: string) => DeployedGroup;
  readonly everyMs: number;
};

/** Asks now and then which versions run: machines are replaced, and what somebody else starts is drift. */
export class StatusWatch {
  readonly #options: StatusWatchOptions;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  #over = false;

  constructor(options: StatusWatchOptions) {
    this.#options = options;
  }

  /** On a timer. Never throws. */
  tend(): void {
    const now = performance.now();
    if (this.#over || this.#looking || now - this.#lookedAt < this.#options.everyMs) return;
    this.#looking = true;
    void this.look().finally(() => {
      this.#lookedAt = performance.now();
      this.#looking = false;
    });
  }

  close(): void {
    this.#over = true;
  }

  /** Never rejects: where a status fails, what is known goes on being true. */
  async look(): Promise<void> {
    const begun = this.#options.groups().filter(({ empty }) => !empty);
    const services = Map.groupBy(begun, ({ spec }) => JSON.stringify([spec.name, spec.commands]));
    await Promise.all([...services.values()].map((groups) => this.#ask(groups)));
  }

  async #ask(groups: readonly DeployedGroup[]): Promise<void> {
    const spec = groups[0]?.spec;
    if (spec === undefined) return;
    const what = `asking which versions of ${spec.name} run`;
    await this.#options.troubles.contain(what, () =>
      this.#compare(spec, spec.commands).catch((thrown: unknown) => {
        // What was ended because all of it ends is no trouble.
        if (!this.#over) throw thrown;
      }),
    );
  }

  async #compare(spec: DeployedSpec, commands: RuntimeCommands): Promise<void> {
    const acts = () => this.#of(spec).map((group) => group.acts);
    const before = acts();
    const { versions } = await this.#options.caller.call('status', commands, { service: spec.name });
    // Something was started or stopped meanwhile: what was heard may be older than that.
    if (before.some(isOdd) || String(acts()) !== String(before)) return;
    const where = () => JSON.stringify(this.#of(spec).map(({ digest, sockets }) => [digest, sockets]));
    const known = where();
    for (const { digest } of versions)
      if (!this.#of(spec).some((group) => group.digest === digest)) this.#options.found(spec, digest);
    const own = this.#of(spec).filter((group) => isSame(group.spec.commands, commands));
    // First of all: an address may have gone from one version to another.
    for (const group of own)
      group.leave(addressesOf(versions.filter(({ digest }) => digest !== group.digest)));
    for (const group of own) await this.#tell(group, listed(versions, group.digest));
    if (where() !== known) this.#options.moved();
  }

  /** One that is where nobody may be sent does not keep the others from being followed. */
  async #tell(group: DeployedGroup, instances: ReturnType<typeof listed>): Promise<void> {
    const { troubles, taken } = this.#options;
    const what = `following where ${group.service} ${group.digest.slice(0, 19)} runs`;
    await troubles.contain(what, () => group.take(checkedAddresses(instances, taken, group)));
  }

  #of({ name }: DeployedSpec): readonly DeployedGroup[] {
    return this.#options.groups().filter(({ service }) => service === name);
  }
}

function isOdd(acts: number): boolean {
  return acts % 2 === 1;
}

function isSame(one: RuntimeCommands, other: RuntimeCommands): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function addressesOf(versions: Answer<'status'>['versions']): ReadonlySet<string> {
  return new Set(versions.flatMap(({ instances }) => instances.map(({ address }) => address)));
}
