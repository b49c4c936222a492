import { AutolandError } from '../../domain/errors.ts';
import { type Running, writeInstances } from './instances-file.ts';
import type { StateLayout } from './state-layout.ts';
import type { Troubles } from './troubles.ts';

/** Writes down what runs. What could not be written is written at a later look. */
export class InstancesRecord {
  readonly #layout: StateLayout;
  readonly #troubles: Troubles;
  readonly #running: () => Running;
  /** What runs differs from instances.json. */
  #unsaved = false;

  constructor(layout: StateLayout, troubles: Troubles, running: () => Running) {
    this.#layout = layout;
    this.#troubles = troubles;
    this.#running = running;
  }

  save(): void {
    const write = () => writeInstances(this.#layout, this.#running());
    this.#unsaved = !this.#troubles.attempt(`writing ${this.#layout.instances}`, write);
  }

  /** On a timer. Never throws. */
  tend(): void {
    if (this.#unsaved) this.save();
  }

  /** Who asked for it must not be told that it is done while a crash would undo it. */
  assertSaved(): void {
    this.tend();
    if (!this.#unsaved) return;
    throw new AutolandError('state.unusable', `expected to write ${this.#layout.instances}`, {
      mend: 'free some space on that disk; what runs goes on running',
    });
  }
}
