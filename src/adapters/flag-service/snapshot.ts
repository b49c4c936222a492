import { createHash } from 'node:crypto';
import { serviceOfFlag } from '../../domain/rollout.ts';
import {
  codeDefinition,
  type FlagDefinition,
  flagDefinition,
  isStanding,
  PARTS,
  type StoredFlag,
} from '../flags/flag-file.ts';
import { isKilled } from '../flags/tombstones.ts';

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
  readonly service: string;
  readonly version: number;
  readonly open: boolean;
  readonly definition: FlagDefinition | ServedDefinition;
};

/** Never `state: DISABLED`: that resolves to the default in the code, which may be on. */
export type ServedDefinition = Omit<FlagDefinition, 'targeting'> & { readonly targeting: object };

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
  // A stop ends rollouts; what everybody has by an earlier one is what production is.
  const isStopped = (flag: StoredFlag) => closedAll === 'stopped' && !isStanding(flag);
  const isOpen = (flag: StoredFlag) => !isStopped(flag) && !isKilled(killed, flag) && flag.parts > 0;
  const served =
    flags === undefined
      ? [...before.flags.values()].map(closedFlag)
      : [...flags.values()]
          .toSorted((a, b) => Number(isOpen(a)) - Number(isOpen(b)))
          .flatMap((flag) => servedAs(flag, isOpen(flag)));
  return { flags: new Map(served.map((flag) => [flag.key, flag])), closedAll, killed };
}

/** By the key of its rollout and, where it has one, by its name in the code: where two hold one name, the open one counts. */
function servedAs(flag: StoredFlag, open: boolean): readonly ServedFlag[] {
  const { key, version, code } = flag;
  const service = serviceOfFlag(key);
  const names = code === undefined ? [key] : [code, key];
  if (!open) return names.map((name) => closedFlag({ key: name, service, version }));
  return names.map((name) => ({
    key: name,
    service,
    version,
    open,
    definition: name === key ? flagDefinition(flag) : codeDefinition(flag),
  }));
}

export function closedFlag({
  key,
  service,
  version,
}: Pick<ServedFlag, 'key' | 'service' | 'version'>): ServedFlag {
  const definition = { ...flagDefinition({ key, parts: PARTS, version }), targeting: {} };
  return { key, service, version, open: false, definition };
}

/** What is told to clients: the flags of one service, or all. */
export type Selection = { readonly service: string | null };

export function select(snapshot: FlagSnapshot, { service }: Selection): readonly ServedFlag[] {
  const all = [...snapshot.flags.values()];
  return service === null ? all : all.filter((flag) => flag.service === service);
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
