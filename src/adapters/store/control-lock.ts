import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { AutolandError } from '../../domain/errors.ts';
import { KernelLock } from './kernel-lock.ts';

/** One control plane for each state directory. Held until `free` is called or the process ends, by whatever cause. */
export class ControlLock {
  readonly #lock: KernelLock;
  readonly #note: string;

  private constructor(lock: KernelLock, note: string) {
    this.#lock = lock;
    this.#note = note;
  }

  /** Throws AutolandError `journal.locked` that names the holder's pid. */
  static take(file: string): ControlLock {
    const note = `${file}.pid`;
    const lock = KernelLock.tryTake(file);
    if (lock === undefined) throw held(file, note);
    tellHolder(note);
    return new ControlLock(lock, note);
  }

  free(): void {
    rmSync(this.#note, { force: true });
    this.#lock.free();
  }
}

/** Only the lock counts; this tells people who holds it, where there is room for it. */
function tellHolder(note: string): void {
  try {
    writeFileSync(note, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    rmSync(note, { force: true });
  }
}

function held(file: string, note: string): AutolandError {
  const holder = readHolder(note);
  return new AutolandError('journal.locked', `expected no other control plane on ${file}, found ${holder}`, {
    mend: 'use the one that runs, or end it first; a lock is never left behind by a dead process',
  });
}

function readHolder(note: string): string {
  try {
    return `the process with pid ${readFileSync(note, 'utf8').trim()}`;
  } catch {
    return 'one that has not told its pid yet';
  }
}
