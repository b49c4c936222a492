import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { messageOf } from '../../domain/errors.ts';
import type { Controls } from '../../ports/controls.ts';
import { isErrno, readIfThere, syncDir, unusable, writeAtomic } from '../runtime/files.ts';
import { stateLayout } from '../runtime/state-layout.ts';

export type Stopped = { by: string; at: string; reason: string };

/**
 * The file STATE/STOP: there = stopped. Content: JSON `{by, at, reason}`, at as RFC 3339.
 * A person may also make it with `touch`: what cannot be read or parsed is a stop.
 */
export class FileControls implements Controls {
  readonly #layout;
  readonly #now: () => Date;

  constructor(stateDir: string, now: () => Date = () => new Date()) {
    this.#layout = stateLayout(stateDir);
    this.#now = now;
  }

  async stopped(): Promise<Stopped | undefined> {
    return readStop(this.#layout.stop);
  }

  /** Monotone: a second stop keeps the first one's reason. Rejects with `state.unusable` where it is not stopped. */
  async stop(by: string, reason: string): Promise<void> {
    const { stop } = this.#layout;
    if (readStop(stop) !== undefined) return;
    const content = `${JSON.stringify({ by, at: this.#now().toISOString(), reason }, undefined, 2)}\n`;
    try {
      this.#write(content);
    } catch (thrown) {
      throw unusable(
        `to stop by the file ${stop}; it is NOT stopped`,
        thrown,
        'as who runs autoland up: touch that file, or end autoland up',
      );
    }
  }

  #write(content: string): void {
    try {
      writeAtomic(this.#layout.stop, content);
    } catch (thrown) {
      // On a full disk there may still be room for the name, and that stops too.
      if (!isErrno(thrown, 'ENOSPC')) throw thrown;
      closeSync(openSync(this.#layout.stop, 'a', 0o600));
      syncDir(this.#layout.root);
    }
  }

  /** Rejects with `state.unusable` where it is stopped still. */
  async resume(_by: string): Promise<void> {
    const { stop, root } = this.#layout;
    try {
      rmSync(stop, { force: true, recursive: true });
      syncDir(root);
    } catch (thrown) {
      throw unusable(`to remove ${stop}; it is stopped still`, thrown, 'remove it as who runs autoland up');
    }
  }
}

/** undefined only where the file is known not to be there. */
export function readStop(path: string): Stopped | undefined {
  try {
    const text = readIfThere(path);
    if (text === undefined) return undefined;
    return parseStop(text) ?? unknownStop(path, text.trim() === '' ? 'empty' : 'not as autoland writes it');
  } catch (thrown) {
    return unknownStop(path, `unreadable (${messageOf(thrown)})`);
  }
}

/** The router's question, asked often: whether the file is there, or cannot be looked for. */
export function stopFileThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (thrown) {
    return !isErrno(thrown, 'ENOENT');
  }
}

function parseStop(text: string): Stopped | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { by, at, reason } = value as Partial<Record<keyof Stopped, unknown>>;
  if (typeof by !== 'string' || typeof at !== 'string' || typeof reason !== 'string') return undefined;
  return { by, at, reason };
}

/** As `touch` makes it. When that was, the file itself says. */
function unknownStop(path: string, how: string): Stopped {
  return { by: 'unknown', at: changedAt(path).toISOString(), reason: `${path} is there, and ${how}` };
}

/** The beginning of all time where nobody can tell. */
function changedAt(path: string): Date {
  try {
    return statSync(path).mtime;
  } catch {
    return new Date(0);
  }
}
