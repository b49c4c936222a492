import { writeSync } from 'node:fs';
import { messageOf } from '../../domain/errors.ts';

/** Tells of a trouble when it begins, and not again at every try while it lasts. */
export class Troubles {
  readonly #tell: (message: string) => void;
  readonly #lasting = new Set<string>();

  constructor(tell = tellOnStandardError) {
    this.#tell = tell;
  }

  /** Never rejects: what runs on a timer must not end the process. */
  async contain(what: string, act: () => void | Promise<void>): Promise<void> {
    try {
      await act();
      this.#lasting.delete(what);
    } catch (thrown) {
      this.#begin(what, thrown);
    }
  }

  /** As `contain`, at once. False: it failed. */
  attempt(what: string, act: () => void): boolean {
    try {
      act();
      this.#lasting.delete(what);
      return true;
    } catch (thrown) {
      this.#begin(what, thrown);
      return false;
    }
  }

  /** What was seen once, and is mended already. */
  tell(message: string): void {
    this.#tell(message);
  }

  #begin(what: string, thrown: unknown): void {
    if (this.#lasting.has(what)) return;
    this.#lasting.add(what);
    this.#tell(`${what} failed and is tried again: ${messageOf(thrown)}`);
  }
}

function tellOnStandardError(message: string): void {
  try {
    writeSync(2, `autoland: ${message}\n`);
  } catch {
    // It may be a file on the very disk that is full. process.stderr would end the process.
  }
}
