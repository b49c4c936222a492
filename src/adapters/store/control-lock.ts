import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { AutolandError } from '../../domain/errors.ts';
import { isAlive, type ProcessIdentity, startTimeOf } from '../runtime/processes/process-identity.ts';
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
    const note = noteOf(file);
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
    const { pid } = process;
    writeFileSync(note, `${pid} ${startTimeOf(pid) ?? ''}\n`, { mode: 0o600 });
  } catch {
    rmSync(note, { force: true });
  }
}

function held(file: string, note: string): AutolandError {
  const pid = readNote(note)?.pid;
  const holder = pid === undefined ? 'one that has not told its pid yet' : `the process with pid ${pid}`;
  return new AutolandError('journal.locked', `expected no other control plane on ${file}, found ${holder}`, {
    mend: 'use the one that runs, or end it first; a lock is never left behind by a dead process',
  });
}

/**
 * The process that holds the lock, as its note says; null: none. Never touches the lock, which may be asked for at that
 * moment. A killed holder leaves its note, and its pid is used again: the start time tells them apart.
 */
export function holderOf(file: string): { readonly pid: number } | null {
  const holder = readNote(noteOf(file));
  return holder !== undefined && isAlive(holder) ? { pid: holder.pid } : null;
}

function noteOf(file: string): string {
  return `${file}.pid`;
}

function readNote(note: string): ProcessIdentity | undefined {
  try {
    const [pid = '', startTime = ''] = readFileSync(note, 'utf8').trim().split(' ');
    return /^[1-9]\d*$/.test(pid) ? { pid: Number(pid), startTime } : undefined;
  } catch {
    return undefined;
  }
}
