import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KernelLock } from './kernel-lock.ts';

export type SlotsPlace = {
  /** An existing directory, the operator's own. */
  readonly directory: string;
  readonly name: string;
  /** How many there are. */
  readonly most: number;
};

/** One of a few places for what may be under way at once, of all processes. The kernel frees it when its holder dies. */
export class Slot {
  readonly #lock: KernelLock;
  readonly #note: string;

  private constructor(lock: KernelLock, note: string) {
    this.#lock = lock;
    this.#note = note;
  }

  /** `note`: what others are told of it. Where none is free: the notes of those who have them. Never waits. */
  static take({ directory, name, most }: SlotsPlace, note: string): Slot | readonly string[] {
    const files = Array.from({ length: most }, (_, at) => join(directory, `${name}-${at + 1}.lock`));
    for (const file of files) {
      const lock = KernelLock.tryTake(file);
      if (lock === undefined) continue;
      writeFileSync(noteOf(file), note, { mode: 0o600 });
      return new Slot(lock, noteOf(file));
    }
    return files.map((file) => read(noteOf(file)));
  }

  free(): void {
    rmSync(this.#note, { force: true });
    this.#lock.free();
  }
}

const noteOf = (file: string) => `${file}.note`;

/** Its holder may be about to write it, or done at this moment. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'one that has not told its name yet';
  }
}
