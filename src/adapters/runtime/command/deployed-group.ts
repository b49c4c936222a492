import { AutolandError } from '../../../domain/errors.ts';
import type { DeployedSpec, Instance, ServiceSpec } from '../../../ports/runtime.ts';
import { type AdmissionOptions, admit } from '../admission.ts';
import { digestName } from '../digest-name.ts';
import type { Group } from '../group.ts';
import { becomesHealthy, isHealthy } from '../health.ts';
import { InTurn } from '../in-turn.ts';
import type { DeploymentRecord } from '../instances-file.ts';
import { runsElsewhere } from '../refusals.ts';
import type { Troubles } from '../troubles.ts';
import { warmUp } from '../warm-up.ts';
import type { CommandCaller } from './command-caller.ts';
import { checkedAddresses, inOrder, listed, type Taken } from './listing.ts';
import { Pulse } from './pulse.ts';

export type DeployedContext = AdmissionOptions & {
  readonly caller: Pick<CommandCaller, 'call'>;
  readonly troubles: Troubles;
  /** Called when what is to be remembered has changed. It never throws. */
  readonly changed: () => void;
  /** Called when it may listen elsewhere than before. It never throws. */
  readonly moved: () => void;
  /** Where versions of any service listen: two versions at one address could not be told apart. */
  readonly taken: Taken;
};

/** `asked`: somebody asks for it now; `left`: an earlier supervisor knew of it; `found`: a status named it. */
export type Origin = 'asked' | 'left' | 'found';

/** The instances of one version that the operator's commands run somewhere else. */
export class DeployedGroup implements Group {
  readonly service: string;
  readonly digest: string;
  stopping = false;
  readonly #context: DeployedContext;
  readonly #turns = new InTurn();
  readonly #pulse = new Pulse({
    answers: () => this.healthy(),
    isOurs: () => this.#wanted && !this.stopping && this.#acts % 2 === 0,
    revive: () => this.#revive(),
  });
  #spec: DeployedSpec;
  #addresses: readonly string[];
  #stray: boolean;
  /** Nothing of it was begun, or all of it was ended. */
  #over: boolean;
  /** It was healthy once, and nobody has ended it since: where it dies, it is deployed again. */
  #wanted: boolean;
  /** Grows when a change of it begins and when it ends: a list that was asked for before does not count after. */
  #acts = 0;

  constructor(record: DeploymentRecord, context: DeployedContext, from: Origin) {
    this.service = record.spec.name;
    this.digest = record.digest;
    digestName(record.digest);
    this.#spec = record.spec;
    this.#addresses = record.addresses;
    this.#stray = from === 'found';
    // What is asked for now has begun only once it may.
    this.#over = from !== 'left';
    this.#wanted = from === 'left' && record.addresses.length > 0;
    this.#context = context;
  }

  get stray(): boolean {
    return this.#stray;
  }

  get empty(): boolean {
    return this.#over && this.#addresses.length === 0;
  }

  get graceSeconds(): number {
    return this.#addresses.length === 0 ? 0 : this.#spec.graceSeconds;
  }

  get sockets(): readonly string[] {
    return this.#addresses;
  }

  get spec(): DeployedSpec {
    return this.#spec;
  }

  get acts(): number {
    return this.#acts;
  }

  record(): DeploymentRecord {
    return { spec: this.#spec, digest: this.digest, addresses: this.#addresses };
  }

  instances(): readonly Instance[] {
    if (this.#pulse.isGone) return [];
    const { service, digest } = this;
    return this.#addresses.map((socket) => ({ service, digest, pid: null, startTime: null, socket }));
  }

  telemetry(): readonly [] {
    return [];
  }

  takeExceptions(): readonly [] {
    return [];
  }

  async healthy(): Promise<boolean> {
    return (await this.#answers()).includes(true);
  }

  exclusive<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      this.#acts += 1;
      try {
        return await act();
      } finally {
        this.#acts += 1;
      }
    });
  }

  async fill(spec: ServiceSpec): Promise<void> {
    if (!('commands' in spec)) throw runsElsewhere(this.service, this.digest, 'by runtime commands');
    const isSame = JSON.stringify(spec) === JSON.stringify(this.#spec);
    const wasStray = this.#stray;
    this.#spec = spec;
    if (!wasStray && isSame && (await this.#runsStill())) return;
    this.#stray = false;
    this.#over = false;
    // On disk before anything else: a supervisor killed now must know that there may be something to stop.
    this.#context.changed();
    try {
      await this.#deploy(spec);
    } catch (thrown) {
      this.#stray = wasStray;
      if (!this.#wanted) await this.#takeBack();
      throw thrown;
    }
  }

  tend(): void {
    this.#pulse.tend();
  }

  async end(): Promise<void> {
    const { commands, name: service } = this.#spec;
    const { digest } = await this.#context.caller.call('stop', commands, { service, digest: this.digest });
    this.#assertAsked(digest, 'stop');
    const { versions } = await this.#context.caller.call('status', commands, { service });
    if (listed(versions, this.digest).length > 0)
      throw new AutolandError(
        'command.failed',
        `expected ${service} ${digestName(this.digest)} to be ended by stop, but status lists it still`,
        { mend: 'let stop return only once nothing of the version runs' },
      );
    this.#over = true;
    this.#wanted = false;
    this.#addresses = [];
  }

  /** What runs somewhere else goes on there. */
  async release(): Promise<void> {}

  /** Others listen there now. */
  leave(addresses: ReadonlySet<string>): void {
    this.#addresses = this.#addresses.filter((address) => !addresses.has(address));
  }

  /** Where a status has it. What is not in the list, and yet answers, stays: users are there. */
  async take(addresses: readonly string[]): Promise<void> {
    const acts = this.#acts;
    const unlisted = this.#addresses.filter((address) => !addresses.includes(address));
    const answers = await Promise.all(unlisted.map((address) => this.#answersAt(address)));
    // It was begun to be changed meanwhile: what that finds out is newer.
    if (acts !== this.#acts) return;
    this.#addresses = inOrder([...addresses, ...unlisted.filter((_, at) => answers[at])]);
  }

  /** On behalf of nobody: it was wanted, and has died. */
  #revive(): Promise<void> {
    const what = `deploying ${this.service} ${digestName(this.digest)}, which does not answer any more,`;
    const again = async () => {
      if (!this.#wanted || this.stopping) return;
      await this.fill(this.#spec);
      this.#context.moved();
    };
    return this.#context.troubles.contain(what, () => this.exclusive(again));
  }

  async #runsStill(): Promise<boolean> {
    if (this.#addresses.length === 0) return false;
    const { commands, name: service } = this.#spec;
    const { versions } = await this.#context.caller.call('status', commands, { service });
    const now = checkedAddresses(listed(versions, this.digest), this.#context.taken, this);
    if (now.length === 0) return false;
    this.#addresses = now;
    this.#context.changed();
    return (await this.#answers()).every(Boolean);
  }

  async #deploy(spec: DeployedSpec): Promise<void> {
    const { name: service, commands, health } = spec;
    // Whether it may be new here was decided before it got this place.
    const { dir, commit } = await admit({ service, digest: this.digest, newAt: undefined }, this.#context);
    const answer = await this.#context.caller.call('deploy', commands, {
      service,
      digest: this.digest,
      release: { dir, commit },
      instances: spec.instances,
      health: { path: health.path },
    });
    this.#assertAsked(answer.digest, 'deploy');
    if ('failed' in answer) throw this.#unhealthy(`does not run: ${answer.failed}`);
    this.#addresses = checkedAddresses(answer.instances, this.#context.taken, this);
    this.#pulse.found(false);
    this.#context.changed();
    const until = health.timeoutSeconds * 1000;
    const become = (socket: string) => becomesHealthy({ socket, path: health.path }, until, () => false);
    const healthy = await Promise.all(this.#addresses.map(become));
    const silent = this.#addresses.find((_, at) => healthy[at] !== true);
    if (silent === undefined) {
      await this.#warmUp(spec);
      this.#wanted = true;
      this.#pulse.found(true);
      return;
    }
    throw this.#unhealthy(`did not answer 2xx at ${silent}${health.path} within ${health.timeoutSeconds} s`);
  }

  async #warmUp({ warmUp: by }: DeployedSpec): Promise<void> {
    if (by !== undefined)
      await Promise.all(this.#addresses.map((address) => warmUp(address, by, () => false)));
  }

  /** What was begun in vain must not stay and cost. Its own failure is told, and mended by whoever compares what runs. */
  #takeBack(): Promise<void> {
    const what = `stopping ${this.service} ${digestName(this.digest)}, which did not become healthy,`;
    return this.#context.troubles.contain(what, () => this.end());
  }

  #answers(): Promise<boolean[]> {
    return Promise.all(this.#addresses.map((address) => this.#answersAt(address)));
  }

  #answersAt(address: string): Promise<boolean> {
    return isHealthy(address, this.#spec.health.path);
  }

  #assertAsked(digest: string, call: string): void {
    if (digest === this.digest) return;
    throw new AutolandError(
      'runtime.refused',
      `${call} was asked for ${this.digest}, and answered for ${JSON.stringify(digest)}`,
      { mend: 'let it answer for the digest that it was given, and run nothing else' },
    );
  }

  #unhealthy(how: string): AutolandError {
    return new AutolandError('runtime.unhealthy', `${this.service} ${digestName(this.digest)} ${how}`, {
      mend: 'see what the version writes where it runs',
    });
  }
}
