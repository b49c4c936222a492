import type { DeployedSpec } from '../../../ports/runtime.ts';
import type { AdmissionOptions } from '../admission.ts';
import type { Group } from '../group.ts';
import type { DeploymentRecord } from '../instances-file.ts';
import type { Troubles } from '../troubles.ts';
import { CommandCaller } from './command-caller.ts';
import { type DeployedContext, DeployedGroup, type Origin } from './deployed-group.ts';
import type { Grant } from './executable.ts';
import type { Taken } from './listing.ts';
import { StatusWatch } from './status-watch.ts';

export type DeploymentsOptions = AdmissionOptions & {
  readonly troubles: Troubles;
  readonly commands: Grant;
  readonly everyMs: number;
  /** All that the supervisor knows of. */
  readonly groups: () => readonly Group[];
  readonly add: (group: Group) => void;
  readonly changed: () => void;
  /** Called when something listens elsewhere than before. It never throws. */
  readonly moved: () => void;
};

/** The versions that commands run somewhere else: the supervisor's other half. */
export class Deployments {
  readonly #options: DeploymentsOptions;
  readonly #caller: CommandCaller;
  readonly #context: DeployedContext;
  readonly #watch: StatusWatch;

  constructor(options: DeploymentsOptions) {
    this.#options = options;
    this.#caller = new CommandCaller(options.commands);
    const shared = { ...options, caller: this.#caller, taken: this.#taken };
    this.#context = shared;
    const found = (spec: DeployedSpec, digest: string) =>
      this.#made({ spec, digest, addresses: [] }, 'found');
    this.#watch = new StatusWatch({ ...shared, groups: () => this.#all(), found });
  }

  group(spec: DeployedSpec, digest: string): DeployedGroup {
    return this.#made({ spec, digest, addresses: [] }, 'asked');
  }

  /** As an earlier supervisor left it. */
  adopt(record: DeploymentRecord): void {
    this.#made(record, 'left');
  }

  /** What only was found belongs to whoever started it. */
  records(): readonly DeploymentRecord[] {
    return this.#all()
      .filter(({ stray, empty }) => !stray && !empty)
      .map((group) => group.record());
  }

  tend(): void {
    this.#watch.tend();
  }

  async examine(spec: DeployedSpec): Promise<string> {
    const names = (['deploy', 'status', 'stop'] as const).map((name) =>
      this.#caller.examine(name, spec.commands),
    );
    const { versions } = await this.#caller.call('status', spec.commands, { service: spec.name });
    return `${[...new Set(names)].join(', ')} may run; status lists ${versions.length} of ${spec.name}`;
  }

  close(): void {
    this.#watch.close();
    this.#caller.close();
  }

  readonly #taken: Taken = (address, { service, digest }) =>
    this.#all().find(
      (group) => group.sockets.includes(address) && !(group.service === service && group.digest === digest),
    )?.digest;

  #all(): readonly DeployedGroup[] {
    return this.#options.groups().filter((group) => group instanceof DeployedGroup);
  }

  #made(record: DeploymentRecord, from: Origin): DeployedGroup {
    const group = new DeployedGroup(record, this.#context, from);
    this.#options.add(group);
    return group;
  }
}
