import { stopFileThere } from '../controls/file-controls.ts';
import { readFlagFile } from '../flags/flag-file.ts';
import { readKills } from '../flags/tombstones.ts';
import { privateDir } from '../runtime/files.ts';
import type { StateLayout } from '../runtime/state-layout.ts';
import { watchFiles } from '../runtime/watch-files.ts';
import { emptySnapshot, type FlagFacts, type FlagSnapshot, snapshotOf } from './snapshot.ts';

const MADE_ONCE = 1_000;

/** What a client does when it hears of a change, in the order in which they are woken: what is asked meanwhile keeps others waiting. */
const askings = ['later', 'nothing', 'at-once'] as const;
export type Asking = (typeof askings)[number];

/** Woken in one go. What is written leaves between two of them: else the first would hear no sooner than the last. */
const BATCH = 32;

/**
 * The flags as the files say now. It reads flags.json, kills/ and STOP alone, so it goes on while control plane and
 * journal are down; whoever follows it gets the newest, never a backlog.
 */
export class FlagFeed {
  readonly #layout: StateLayout;
  readonly #onLook: () => boolean;
  readonly #waiting = new Map(askings.map((asking) => [asking, new Set<() => void>()]));
  readonly #unwatch: () => void;
  readonly #cache = new Map<string, unknown>();
  #current: FlagSnapshot = emptySnapshot;
  #revision = 0;
  #told = '';

  /** `onLook`: called at each look at the files; where it answers true, those who follow are woken too. */
  constructor(layout: StateLayout, more: { files: readonly string[]; onLook: () => boolean }) {
    this.#layout = layout;
    this.#onLook = more.onLook;
    privateDir(layout.kills);
    this.look();
    const { root, flags, stop, kills } = layout;
    const files = [flags, stop, ...more.files];
    this.#unwatch = watchFiles({ root, files, directories: [kills] }, () => this.look());
  }

  get current(): FlagSnapshot {
    return this.#current;
  }

  /** Grows with each change of what is served. */
  get revision(): number {
    return this.#revision;
  }

  /** What many clients ask of one revision is made once. Clients choose the names, so there is an end to them. */
  once<T>(name: string, make: () => T): T {
    if (this.#cache.has(name)) return this.#cache.get(name) as T;
    const made = make();
    if (this.#cache.size < MADE_ONCE) this.#cache.set(name, made);
    return made;
  }

  /** Reads everything anew, and wakes who waits where something changed. */
  look(): void {
    const found = snapshotOf(readFacts(this.#layout), this.#current);
    const told = JSON.stringify([found.closedAll, [...found.flags.values()]]);
    const isSame = told === this.#told;
    this.#current = isSame ? { ...found, flags: this.#current.flags } : found;
    const isWoken = this.#onLook();
    if (!isSame) {
      this.#told = told;
      this.#revision += 1;
      this.#cache.clear();
    }
    if (isWoken || !isSame) wakeInTurn(this.#everybody());
  }

  #everybody(): readonly (() => void)[] {
    return [...this.#waiting.values()].flatMap((waiting) => [...waiting]);
  }

  /**
   * Settles at the next change, after `limitMs`, or when `signal` aborts. Nothing runs between a look at `current` and
   * this call unless the caller awaits, so no change is missed.
   */
  changed(signal: AbortSignal, limitMs: number, asking: Asking): Promise<void> {
    const waiting = this.#waiting.get(asking) ?? new Set();
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, limitMs).unref();
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  close(): void {
    this.#unwatch();
    for (const wake of this.#everybody()) wake();
  }
}

function wakeInTurn(all: readonly (() => void)[]): void {
  for (const wake of all.slice(0, BATCH)) wake();
  if (all.length > BATCH) setImmediate(wakeInTurn, all.slice(BATCH));
}

function readFacts(layout: StateLayout): FlagFacts {
  return {
    stopped: stopFileThere(layout.stop),
    killed: readKills(layout.kills),
    flags: readFlags(layout.flags),
  };
}

function readFlags(path: string): FlagFacts['flags'] {
  try {
    return readFlagFile(path);
  } catch {
    return undefined;
  }
}
