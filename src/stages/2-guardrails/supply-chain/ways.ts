import { findInstalled, isProject, type LockEntry, type Lockfile } from '../../../domain/lockfile.ts';

/**
 * By `name@version`: the shortest way from a package that the project needs itself to that one, as names, both
 * included. A package that nothing leads to has none.
 */
export function waysTo(lockfile: Lockfile): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>();
  const seen = new Set<string>();
  const entries = [...lockfile.entries.values()];
  let pending = entries
    .filter(({ path }) => isProject(path))
    .map((entry) => ({ entry, way: [] as string[] }));
  while (pending.length > 0) {
    const next: typeof pending = [];
    for (const { entry, way } of pending) {
      for (const needed of neededBy(lockfile, entry)) {
        if (seen.has(needed.path)) continue;
        seen.add(needed.path);
        const longer = isProject(needed.path) ? way : [...way, needed.name];
        const key = `${needed.name}@${needed.version ?? ''}`;
        if (!ways.has(key)) ways.set(key, longer);
        next.push({ entry: needed, way: longer });
      }
    }
    pending = next;
  }
  return ways;
}

function neededBy(lockfile: Lockfile, entry: LockEntry): readonly LockEntry[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
  const development = isProject(entry.path) ? [...devDependencies.keys()] : [];
  const names = [dependencies, optionalDependencies, peerDependencies].flatMap((map) => [...map.keys()]);
  return [...names, ...development].flatMap((name) => findInstalled(lockfile, entry.path, name) ?? []);
}
