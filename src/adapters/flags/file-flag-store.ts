import { AutolandError } from '../../domain/errors.ts';
import type { FlagStore, RolloutFlag } from '../../ports/flags.ts';
import { withFileLock } from '../runtime/file-lock.ts';
import { privateDir, writeAtomic } from '../runtime/files.ts';
import { type StateLayout, stateLayout } from '../runtime/state-layout.ts';
import { encodeFlags, PARTS, readFlagFile, type StoredFlag, toParts } from './flag-file.ts';
import { bury, checkedKey, isKilled, killFromOutside, readKills, tombstoneText } from './tombstones.ts';

/** STATE/flags.json in flagd's schema, and tombstones in STATE/kills. Makes nothing until something is written: whoever reads may have a copy that nobody can write to. */
export class FileFlagStore implements FlagStore {
  readonly #layout: StateLayout;
  readonly #now: () => Date;

  constructor(stateDir: string, now: () => Date = () => new Date()) {
    this.#layout = stateLayout(stateDir);
    this.#now = now;
  }

  /** A corrupt file answers undefined: off. Only writers reject (`state.corrupt`). */
  async read(key: string): Promise<RolloutFlag | undefined> {
    const stored = this.#readable().get(key);
    const killed = isKilled(readKills(this.#layout.kills), stored ?? { key });
    if (stored === undefined && !killed) return undefined;
    const found = stored === undefined ? { key, weight: 0, version: 0, killed } : shown(stored, killed);
    return killed ? { ...found, ...this.#killedBy(stored ?? { key }) } : found;
  }

  #killedBy({ key, code }: Pick<StoredFlag, 'key' | 'code'>): Pick<RolloutFlag, 'killedBy'> {
    const { kills } = this.#layout;
    const by = killFromOutside(kills, key)?.by ?? (code && killFromOutside(kills, code)?.by);
    return by === undefined ? {} : { killedBy: by };
  }

  async all(): Promise<readonly RolloutFlag[]> {
    const killed = readKills(this.#layout.kills);
    return [...this.#readable().values()].map((flag) => shown(flag, isKilled(killed, flag)));
  }

  async write(key: string, weight: number, expected: number, code?: string): Promise<RolloutFlag> {
    const named = code === undefined ? {} : { code };
    const wanted: StoredFlag = {
      key: checkedKey(key),
      parts: toParts(weight),
      version: expected + 1,
      ...named,
    };
    return this.#locked((flags) => {
      const killed = isKilled(readKills(this.#layout.kills), wanted);
      if (killed && wanted.parts > 0) throw killedFlag(key);
      const stored = flags.get(key);
      const isOfCode = stored === undefined || stored.code === code;
      if (isOfCode && stored?.version === wanted.version && stored.parts === wanted.parts)
        return shown(stored, killed);
      if (!isOfCode || (stored?.version ?? 0) !== expected) throw staleVersion(key, expected, stored);
      this.#replace(new Map(flags).set(key, wanted));
      return shown(wanted, killed);
    });
  }

  async kill(key: string, by: string): Promise<void> {
    bury(this.#layout.kills, key, tombstoneText({ by, at: this.#now().toISOString() }));
  }

  /** The tombstone stays: a key that was killed once can never be raised again, retired or not. */
  async retire(key: string): Promise<void> {
    this.#locked((flags) => {
      const rest = new Map(flags);
      if (rest.delete(key)) this.#replace(rest);
    });
  }

  #locked<T>(critical: (flags: ReadonlyMap<string, StoredFlag>) => T): T {
    privateDir(this.#layout.root);
    return withFileLock(this.#layout.flagLock, () => critical(readFlagFile(this.#layout.flags)));
  }

  #replace(flags: ReadonlyMap<string, StoredFlag>): void {
    writeAtomic(this.#layout.flags, encodeFlags(flags));
  }

  #readable(): ReadonlyMap<string, StoredFlag> {
    try {
      return readFlagFile(this.#layout.flags);
    } catch {
      return new Map();
    }
  }
}

function shown({ key, parts, version, code }: StoredFlag, killed: boolean): RolloutFlag {
  const weight = killed ? 0 : parts / PARTS;
  return { key, weight, version, killed, ...(code === undefined ? {} : { code }) };
}

function killedFlag(key: string): AutolandError {
  return new AutolandError('rollout.not-allowed', `flag ${key} was killed and can never be raised again`, {
    mend: 'start a new rollout: it gets a flag of its own',
  });
}

function staleVersion(key: string, expected: number, stored: StoredFlag | undefined): AutolandError {
  return new AutolandError(
    'flag.stale-version',
    `flag ${key} was expected at version ${expected}, found ${stored?.version ?? 'none'}`,
    { mend: 'read the flag again and decide anew' },
  );
}
