import type { InstanceExceptions } from '../../../domain/crashes/exception.ts';
import type { Instance, ProcessSpec, ServiceSpec } from '../../../ports/runtime.ts';
import type { Group, InstanceTelemetry } from '../group.ts';
import { InTurn } from '../in-turn.ts';
import type { InstanceRecord } from '../instances-file.ts';
import { runsElsewhere } from '../refusals.ts';
import { Slot, type SlotContext } from './slot.ts';

/** The instances of one version that are processes of this machine. */
export class VersionGroup implements Group {
  readonly digest: string;
  readonly service: string;
  readonly #context: SlotContext;
  #slots: readonly Slot[] = [];
  readonly #turns = new InTurn();
  readonly stray = false;
  stopping = false;

  constructor(service: string, digest: string, context: SlotContext) {
    this.service = service;
    this.digest = digest;
    this.#context = context;
  }

  get slots(): readonly Slot[] {
    return this.#slots;
  }

  get sockets(): readonly string[] {
    return this.#slots.map((slot) => slot.socket);
  }

  get empty(): boolean {
    return this.#slots.length === 0;
  }

  get graceSeconds(): number {
    return Math.max(0, ...this.#slots.map((slot) => (slot.alive ? slot.spec.graceSeconds : 0)));
  }

  async healthy(): Promise<boolean> {
    return (await Promise.all(this.#slots.map((slot) => slot.healthy()))).includes(true);
  }

  instances(): readonly Instance[] {
    return this.#slots.flatMap((slot) => slot.instance() ?? []);
  }

  telemetry(): readonly InstanceTelemetry[] {
    const { service, digest } = this;
    return this.#slots.map((slot) => {
      const { n, restarts } = slot;
      return { service, digest, n, restarts, ...slot.telemetry() };
    });
  }

  takeExceptions(): readonly InstanceExceptions[] {
    const { service, digest } = this;
    return this.#slots.map((slot) => ({ service, digest, ...slot.takeExceptions() }));
  }

  exclusive<T>(act: () => Promise<T>): Promise<T> {
    return this.#turns.run(act);
  }

  /** Brings the number of healthy instances to what the spec says. What it began itself is ended again when one fails. */
  async fill(spec: ServiceSpec): Promise<void> {
    if (!('command' in spec)) throw runsElsewhere(this.service, this.digest, 'by the command of the service');
    const wanted = Array.from({ length: spec.instances }, (_, n) => this.#slot(spec, n));
    const surplus = this.#slots.filter((slot) => slot.n >= spec.instances);
    const down = (
      await Promise.all(wanted.map(async (slot) => ((await slot.healthy()) ? [] : [slot])))
    ).flat();
    const known = new Set(this.#slots);
    this.#slots = [...wanted, ...surplus];
    const results = await Promise.allSettled(down.map((slot) => slot.start()));
    const failed = results.find((one) => one.status === 'rejected');
    const over = failed === undefined ? surplus : wanted.filter((slot) => !known.has(slot));
    this.#slots = this.#slots.filter((slot) => !over.includes(slot));
    this.#context.changed();
    await Promise.all(over.map((slot) => slot.end()));
    if (failed !== undefined) throw failed.reason;
  }

  /** Takes over what an earlier supervisor left; what is gone is started again in the background. */
  async adopt(record: InstanceRecord): Promise<void> {
    const slot = new Slot(record, this.#context);
    this.#slots = [...this.#slots, slot];
    if (record.pid !== null && record.startTime !== null) {
      await slot.adopt({ pid: record.pid, startTime: record.startTime });
    }
  }

  tend(): void {
    if (!this.stopping) for (const slot of this.#slots) void slot.tend();
  }

  async release(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.release()));
  }

  async end(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.end()));
    this.#slots = [];
  }

  #slot(spec: ProcessSpec, n: number): Slot {
    const found = this.#slots.find((slot) => slot.n === n);
    if (found === undefined) return new Slot({ spec, digest: this.digest, n, restarts: 0 }, this.#context);
    found.spec = spec;
    return found;
  }
}
