import { createHash } from 'node:crypto';
import { type FlagDefinition, flagDefinition, PARTS, type StoredFlag } from '../flags/flag-file.ts';

/** What the files say at one moment. */
export type FlagFacts = {
  readonly stopped: boolean;
  readonly killed: (key: string) => boolean;
  /** undefined: flags.json is there and cannot be read. */
  readonly flags: ReadonlyMap<string, StoredFlag> | undefined;
};

/** Why every flag is off, whatever its weight. */
export type ClosedAll = 'stopped' | 'unreadable';

/** A flag as clients get it. A closed one is off for everybody, with or without a targeting key. */
export type ServedFlag = {
  readonly key: string;
  readonly version: number;
  readonly open: boolean;
  readonly definition: FlagDefinition | ClosedDefinition;
};

/** Never `state: DISABLED`: that resolves to the default in the code, which may be on. */
export type ClosedDefinition = Omit<FlagDefinition, 'targeting'> & { readonly targeting: object };

export type FlagSnapshot = {
  readonly flags: ReadonlyMap<string, ServedFlag>;
  /** null: each flag stands for itself. */
  readonly closedAll: ClosedAll | null;
  /** Known by its tombstone, also where flags.json knows it no more. */
  readonly killed: (key: string) => boolean;
};

export const emptySnapshot: FlagSnapshot = {
  flags: new Map(),
  closedAll: 'unreadable',
  killed: () => false,
};

/**
 * Pure. Where the flags cannot be read, those that were known stay known, and are off: a flag that is not found
 * resolves to the default in the code.
 */
export function snapshotOf({ stopped, killed, flags }: FlagFacts, before: FlagSnapshot): FlagSnapshot {
  const closedAll = stopped ? 'stopped' : flags === undefined ? 'unreadable' : null;
  const isOpen = (flag: StoredFlag) => closedAll === null && !killed(flag.key) && flag.parts > 0;
  const served =
    flags === undefined
      ? [...before.flags.values()].map(({ key, version }) => closedFlag(key, version))
      : [...flags.values()].map((flag) =>
          isOpen(flag) ? openFlag(flag) : closedFlag(flag.key, flag.version),
        );
  return { flags: new Map(served.map((flag) => [flag.key, flag])), closedAll, killed };
}

function openFlag(flag: StoredFlag): ServedFlag {
  return { key: flag.key, version: flag.version, open: true, definition: flagDefinition(flag) };
}

export function closedFlag(key: string, version: number): ServedFlag {
  const definition = { ...flagDefinition({ key, parts: PARTS, version }), targeting: {} };
  return { key, version, open: false, definition };
}

/** What is told to clients: the flags of one service, or all. */
export type Selection = { readonly service: string | null };

export function select(snapshot: FlagSnapshot, { service }: Selection): readonly ServedFlag[] {
  const all = [...snapshot.flags.values()];
  return service === null ? all : all.filter(({ key }) => key.startsWith(`${service}.`));
}

/** flagd's flag set. Equal flags make equal texts, so that a text tells whether something changed. */
export function flagSetText(snapshot: FlagSnapshot, selection: Selection, environment: string): string {
  const flags = select(snapshot, selection).map(({ key, definition }) => [key, definition] as const);
  const closed = snapshot.closedAll === null ? {} : { closed: snapshot.closedAll };
  return JSON.stringify({ flags: Object.fromEntries(flags), metadata: { environment, ...closed } });
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** What differs between two snapshots, in the words of flagd's events. */
export function changesBetween(
  before: readonly ServedFlag[],
  after: readonly ServedFlag[],
): ReadonlyMap<string, 'write' | 'update' | 'delete'> {
  const old = new Map(before.map((flag) => [flag.key, JSON.stringify(flag.definition)]));
  const changes = new Map<string, 'write' | 'update' | 'delete'>();
  for (const { key, definition } of after) {
    const known = old.get(key);
    old.delete(key);
    if (known === undefined) changes.set(key, 'write');
    else if (known !== JSON.stringify(definition)) changes.set(key, 'update');
  }
  for (const key of old.keys()) changes.set(key, 'delete');
  return changes;
}
