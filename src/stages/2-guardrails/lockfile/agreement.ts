import semver from 'semver';
import { asked, findInstalled, isProject, type LockEntry, type Lockfile } from '../../../domain/lockfile.ts';
import { readSpec } from '../../../domain/npm/spec.ts';
import type { LockFacts, Problem } from '../facts.ts';

/** Each range of a manifest is met by what is locked for it. */
export function rangesAreMet(facts: LockFacts): readonly Problem[] {
  const { head } = facts;
  if (head === undefined) return [];
  const root = facts.manifests.get('')?.raw ?? {};
  const overridden =
    head.settings.has('overrides') ||
    ['overrides', 'resolutions', 'pnpm'].some((key) => Object.hasOwn(root, key));
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
    if (
      found.link ||
      isProject(found.path) ||
      spec.kind !== 'range' ||
      semver.satisfies(found.version ?? '', spec.range)
    )
      return [];
    const detail = `${who} wants ${name} ${range}, and ${found.version ?? 'no version'} is locked.`;
    return [{ code: 'lockfile.range-not-met', detail }];
  });
}

/** A new entry that nothing asks for has no business there. */
export function nothingIsOrphaned(lockfile: Lockfile, entries: readonly LockEntry[]): readonly Problem[] {
  const wanted = new Set<string>();
  for (const entry of lockfile.entries.values()) {
    const names = asked(entry).map(([name]) => findInstalled(lockfile, entry.path, name)?.path);
    for (const path of [...names, ...(entry.edges?.values() ?? [])]) if (path !== undefined) wanted.add(path);
  }
  return entries
    .filter((entry) => !wanted.has(entry.path) && !entry.link)
    .map((entry) => ({ code: 'lockfile.orphan', detail: `Nothing asks for ${entry.path}.` }));
}
