import { AutolandError } from '../../domain/errors.ts';
import { isProject, type LockEntry, type Lockfile, newEntries } from '../../domain/lockfile.ts';
import type { LockFacts, RegistryFacts } from './facts.ts';

const maxPackages = 400;

export type Inquiry = Pick<RegistryFacts, 'entries' | 'baseVersions'> & {
  /** By `name@version`. */
  readonly wanted: ReadonlyMap<string, { readonly name: string; readonly version: string }>;
};

/** What to ask the registry: each version that the change brings, and each that it replaces. */
export function inquiryOf(lock: Pick<LockFacts, 'base' | 'head'>): Inquiry {
  const entries = lock.head === undefined ? [] : newEntries(lock.base, lock.head);
  if (entries.length > maxPackages) {
    const message = `${entries.length} packages change, over the ${maxPackages} that are looked up.`;
    throw new AutolandError('registry.invalid', message, { mend: 'split the change' });
  }
  const baseVersions = versionsByName(lock.base, new Set(entries.map((entry) => entry.name)));
  const wanted = new Map<string, { name: string; version: string }>();
  const add = (name: string, version: string) => wanted.set(`${name}@${version}`, { name, version });
  // A link, a bundled package or one that names no version has nothing to be asked for; the lockfile guardrail names it.
  for (const entry of entries) if (isServed(entry)) add(entry.name, entry.version);
  for (const [name, versions] of baseVersions) for (const version of versions) add(name, version);
  return { entries, baseVersions, wanted };
}

type Served = LockEntry & { version: string };

/** Those that a registry can be asked about. */
export function servedEntries(entries: readonly LockEntry[]): readonly Served[] {
  return entries.filter(isServed);
}

/** Each version once that the base does not have, wherever it is installed. */
export function newVersions({
  entries,
  baseVersions,
}: Pick<RegistryFacts, 'entries' | 'baseVersions'>): readonly Served[] {
  const unknown = servedEntries(entries).filter(
    ({ name, version }) => !baseVersions.get(name)?.includes(version),
  );
  return [...new Map(unknown.map((entry) => [`${entry.name}@${entry.version}`, entry])).values()];
}

function isServed(entry: LockEntry): entry is Served {
  return !entry.link && !entry.inBundle && entry.version !== undefined && entry.version !== '';
}

function versionsByName(
  base: Lockfile | undefined,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const entry of base?.entries.values() ?? []) {
    if (isProject(entry.path) || !isServed(entry) || !names.has(entry.name)) continue;
    byName.set(entry.name, [...new Set([...(byName.get(entry.name) ?? []), entry.version])]);
  }
  return byName;
}
