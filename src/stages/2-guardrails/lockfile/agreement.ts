import semver from 'semver';
import { findInstalled, isProject, type LockEntry, type Lockfile } from '../../../domain/lockfile.ts';
import { installedSections, type Manifest, optionalPeers } from '../../../domain/npm/manifest.ts';
import { sortedEntries } from '../../../domain/npm/order.ts';
import { readSpec } from '../../../domain/npm/spec.ts';
import type { LockFacts, Problem } from '../facts.ts';

/** The lockfile records of the project exactly what its manifests say. */
export function manifestsAgree({ head, manifests }: LockFacts): readonly Problem[] {
  if (head === undefined) return [];
  const problems: Problem[] = [];
  for (const entry of [...head.entries.values()].filter(({ path }) => isProject(path))) {
    const manifest = manifests.get(entry.path);
    const where = `${entry.path === '' ? '' : `${entry.path}/`}package.json`;
    if (manifest === undefined) {
      problems.push({
        code: 'lockfile.manifest-missing',
        detail: `The lockfile names ${where}, which is not there.`,
      });
      continue;
    }
    const differing = [
      ...sections.filter((section) => text(expected(manifest, section)) !== text(entry[section])),
      ...(isSame(optionalPeersOf(manifest), entry.optionalPeers) ? [] : ['peerDependenciesMeta']),
    ];
    for (const section of differing) {
      const detail = `${where} and the lockfile differ in "${section}".`;
      problems.push({ code: 'lockfile.manifest-differs', detail });
    }
  }
  return problems;
}

const sections = [...installedSections, 'peerDependencies'] as const;

const optionalPeersOf = ({ sections: { peerDependencies }, raw }: Manifest): readonly string[] =>
  optionalPeers([...peerDependencies.keys()], raw);

const isSame = (these: readonly string[], those: readonly string[]): boolean =>
  JSON.stringify(these) === JSON.stringify(those);

/** npm leaves a dependency that is optional too out of the plain ones. */
function expected(manifest: Manifest, section: (typeof sections)[number]): ReadonlyMap<string, string> {
  const plain = manifest.sections[section];
  if (section !== 'dependencies') return plain;
  return new Map([...plain].filter(([name]) => !manifest.sections.optionalDependencies.has(name)));
}

const text = (map: ReadonlyMap<string, string>): string => JSON.stringify(sortedEntries(map));

/** Each range of a manifest is met by what is locked for it. */
export function rangesAreMet(facts: LockFacts): readonly Problem[] {
  const { head } = facts;
  if (head === undefined) return [];
  const overridden = facts.manifests.get('')?.raw.overrides !== undefined;
  const old = new Set(unmet(facts.base, false).map((problem) => problem.detail));
  // What the base already had is not this change's doing; overrides unmeet ranges on purpose.
  return unmet(head, overridden).filter((problem) => !old.has(problem.detail));
}

function unmet(lockfile: Lockfile | undefined, projectsOnly: boolean): readonly Problem[] {
  if (lockfile === undefined) return [];
  return [...lockfile.entries.values()]
    .filter((entry) => !entry.link && (!projectsOnly || isProject(entry.path)))
    .flatMap((entry) => unmetOf(lockfile, entry));
}

function unmetOf(lockfile: Lockfile, entry: LockEntry): readonly Problem[] {
  const optional = new Set(entry.optionalDependencies.keys());
  const ranges = [
    ...entry.dependencies,
    ...entry.optionalDependencies,
    ...(isProject(entry.path) ? entry.devDependencies : []),
  ];
  return ranges.flatMap(([name, range]) => {
    const found = findInstalled(lockfile, entry.path, name);
    const who = entry.path === '' ? 'package.json' : entry.path;
    if (found === undefined) {
      const detail = `${who} wants ${name} ${range}, and nothing is locked for it.`;
      return optional.has(name) ? [] : [{ code: 'lockfile.not-locked', detail }];
    }
    const spec = readSpec(name, range);
    if (found.link || spec.kind !== 'range' || semver.satisfies(found.version ?? '', spec.range)) return [];
    const detail = `${who} wants ${name} ${range}, and ${found.version ?? 'no version'} is locked.`;
    return [{ code: 'lockfile.range-not-met', detail }];
  });
}

/** A new entry that nothing asks for has no business there. */
export function nothingIsOrphaned(lockfile: Lockfile, entries: readonly LockEntry[]): readonly Problem[] {
  const wanted = new Set<string>();
  for (const entry of lockfile.entries.values()) {
    const maps = [
      entry.dependencies,
      // npm reads those of the project alone.
      ...(isProject(entry.path) ? [entry.devDependencies] : []),
      entry.optionalDependencies,
      entry.peerDependencies,
    ];
    for (const name of maps.flatMap((map) => [...map.keys()])) {
      const found = findInstalled(lockfile, entry.path, name);
      if (found !== undefined) wanted.add(found.path);
    }
  }
  return entries
    .filter((entry) => !wanted.has(entry.path) && !entry.link)
    .map((entry) => ({ code: 'lockfile.orphan', detail: `Nothing asks for ${entry.path}.` }));
}
