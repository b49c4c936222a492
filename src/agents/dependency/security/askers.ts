import { findInstalled, isProject, type LockEntry, type Lockfile } from '../../../domain/lockfile.ts';
import { readSpec } from '../../../domain/npm/spec.ts';
import { type Candidate, foldersOf, type Use } from '../choose/candidates.ts';

/* Who gets a locked version, and who brings it. Pure. */

/** Where a package asks for another one. */
export type Asker = {
  readonly name: string;
  readonly version: string;
  /** undefined: what it asks for is no range of versions. */
  readonly range: string | undefined;
};

type Named = { readonly name: string; readonly version: string };

/** What a package of the lockfile asks for under a name: in each of its sections; []: nobody knows. */
export type AskedFor = (asker: LockEntry, alias: string) => readonly string[];

/** As the lockfile has it. That of pnpm has what was chosen instead. */
const asLocked: AskedFor = ({ dependencies, optionalDependencies, peerDependencies }, alias) =>
  [dependencies, optionalDependencies, peerDependencies].flatMap((section) => section.get(alias) ?? []);

/** The packages, not of the project itself, that get this very version, each with the name that it gives it. */
export function gettersOf(
  lockfile: Lockfile,
  { name, version }: Named,
): readonly { readonly entry: LockEntry; readonly alias: string }[] {
  return [...lockfile.entries.values()].flatMap((entry) => {
    if (isProject(entry.path)) return [];
    const aliases = new Set(needsOf(entry)).keys();
    return [...aliases].flatMap((alias) => {
      const found = findInstalled(lockfile, entry.path, alias);
      return found?.name === name && found.version === version ? [{ entry, alias }] : [];
    });
  });
}

/** Which packages, not of the project itself, get this very version. */
export function askersOf(lockfile: Lockfile, wanted: Named, askedFor: AskedFor = asLocked): readonly Asker[] {
  return gettersOf(lockfile, wanted).flatMap(({ entry, alias }) => {
    const { name, version = '' } = entry;
    const texts = askedFor(entry, alias);
    const ranges = texts.map((text) => (alias === wanted.name ? rangeIn(alias, text) : undefined));
    return (ranges.length === 0 ? [undefined] : ranges).map((range) => ({ name, version, range }));
  });
}

function rangeIn(name: string, text: string): string | undefined {
  const spec = readSpec(name, text);
  return spec.kind === 'range' ? spec.range : undefined;
}

function needsOf(entry: LockEntry): readonly string[] {
  const { dependencies, optionalDependencies, peerDependencies } = entry;
  return [...dependencies.keys(), ...optionalDependencies.keys(), ...peerDependencies.keys()];
}

/** The packages that the project names by which a version comes. */
export function bringers(
  lockfile: Lockfile,
  candidates: readonly Candidate[],
  wanted: Named,
): readonly Candidate[] {
  return candidates.filter(({ uses }) => uses.some((use) => brings(lockfile, use, wanted)));
}

function brings(lockfile: Lockfile, use: Use, { name, version }: Named): boolean {
  const pending = foldersOf(use).flatMap((folder) => findInstalled(lockfile, folder, use.name) ?? []);
  const seen = new Set(pending);
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (entry.name === name && entry.version === version) return true;
    for (const asked of needsOf(entry)) {
      const next = findInstalled(lockfile, entry.path, asked);
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      pending.push(next);
    }
  }
  return false;
}
