import { SystemClock } from '../../src/adapters/clock/system.ts';
import { openStore, type SqliteStore } from '../../src/adapters/store/sqlite-store.ts';
import type { Entry } from '../../src/domain/journal.ts';

const POLL_MS = 10;

/** Follows the journal that the killed processes write. */
export class JournalTail {
  readonly #file: string;
  readonly #onEntry: (entry: Entry) => void;
  readonly conclusions = new Map<string, Entry>();
  #store: SqliteStore | undefined;
  #read = 0;
  #timer: NodeJS.Timeout;

  constructor(file: string, onEntry: (entry: Entry) => void) {
    this.#file = file;
    this.#onEntry = onEntry;
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#store?.close();
  }

  async #poll(): Promise<void> {
    try {
      this.#store ??= await openStore({ file: this.#file, clock: new SystemClock(), mode: 'read' });
      const entries = await this.#store.read({ from: this.#read });
      this.#read += entries.length;
      for (const entry of entries) {
        if (entry.type === 'change.concluded' && entry.change !== undefined)
          this.conclusions.set(entry.change, entry);
        this.#onEntry(entry);
      }
    } catch {
      // Not made yet, or just being written to: the next look sees it.
    }
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }
}
