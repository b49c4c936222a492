import { types } from 'node:util';
import type { Crossing, Handler, Settled } from '../handler.ts';
import { otherThan } from './other.ts';

/** Which results are replaced, and by what; see `BoundaryMutant`. */
export type Fault = {
  readonly package: string;
  /** As the recorder's ledger writes it. */
  readonly path: string;
  readonly fault: 'throw' | 'nothing' | 'other';
};

const mostPath = 300;

/**
 * Replaces what calls of one path answer. The package's function runs first: what it does besides, it does. Values cross
 * as they do while they are recorded, so that nothing but the fault differs.
 */
export class Disturber implements Handler {
  readonly #fault: Fault;
  readonly #note: () => void;
  #noted = false;

  /** `note`: told once that a result was replaced by another one. */
  constructor(fault: Fault, note: () => void) {
    this.#fault = fault;
    this.#note = note;
  }

  call(crossing: Crossing, proceed: () => unknown): unknown {
    if (!this.#isMeant(crossing)) return proceed();
    let value: unknown;
    try {
      value = proceed();
    } catch (thrown) {
      return this.#forgive(thrown);
    }
    // What a promise settles to is replaced when it does: a function that promises does not throw.
    return types.isPromise(value) ? value : this.#replace(value);
  }

  settle(crossing: Crossing, { kind, value }: Settled): unknown {
    const isMeant = this.#isMeant(crossing);
    if (kind === 'resolve') return isMeant ? this.#replace(value) : value;
    if (isMeant) return this.#forgive(value);
    throw value;
  }

  read(_crossing: Crossing, value: unknown): unknown {
    return value;
  }

  /** With this method arguments are handed over behind proxies, as they are to the recorder. */
  callback(_crossing: Crossing, _called: unknown, proceed: () => unknown): unknown {
    return proceed();
  }

  #isMeant({ package: name, path, kind }: Crossing): boolean {
    if (name !== this.#fault.package) return false;
    return (kind === 'construct' ? `new ${path}` : path).slice(0, mostPath) === this.#fault.path;
  }

  /** Only an answer is another thing than a throw. */
  #forgive(thrown: unknown): undefined {
    if (this.#fault.fault !== 'nothing') throw thrown;
    this.#changed();
    return undefined;
  }

  #replace(value: unknown): unknown {
    const { fault } = this.#fault;
    const other = fault === 'other' ? otherThan(value) : undefined;
    if (fault !== 'throw' && Object.is(other, value)) return value;
    this.#changed();
    if (fault === 'throw') throw new Error('A fault that autoland made, to see whether a test notices.');
    return other;
  }

  #changed(): void {
    if (this.#noted) return;
    this.#noted = true;
    this.#note();
  }
}
