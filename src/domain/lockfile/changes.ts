import semver from 'semver';
import type { PackageChange } from '../change.ts';
import { byText, sortedEntries } from '../npm/order.ts';
import { findInstalled, isProject, type LockEntry, type Lockfile, nameFromPath } from './model.ts';

/** Places of packages that the project or a workspace names in its own manifest (as the lockfile records it). */
export function directPaths(lockfile: Lockfile): ReadonlySet<string> {
  const direct = new Set<string>();
  for (const { entry, name } of directNeeds(lockfile)) {
    const found = findInstalled(lockfile, entry.path, name);
    if (found !== undefined) direct.add(found.path);
  }
  return direct;
}

function directNeeds(lockfile: Lockfile): readonly { entry: LockEntry; name: string }[] {
  return [...lockfile.entries.values()]
    .filter(({ path }) => isProject(path))
    .flatMap((entry) => {
      const sections = [entry.dependencies, entry.devDependencies, entry.optionalDependencies];
      return sections.flatMap((map) => [...map.keys()]).map((name) => ({ entry, name }));
    });
}

/** Installed packages whose version or own name differs between two lockfiles, sorted by place. */
export function packageChanges(base: Lockfile, head: Lockfile): readonly PackageChange[] {
  return base.dialect === 'npm' && head.dialect === 'npm' ? byPlace(base, head) : byName(base, head);
}

function byPlace(base: Lockfile, head: Lockfile): readonly PackageChange[] {
  const direct = new Set([...directPaths(base), ...directPaths(head)]);
  const paths = new Set([...base.entries.keys(), ...head.entries.keys()]);
  const changes: PackageChange[] = [];
  for (const path of [...paths].filter((each) => !isProject(each)).sort(byText)) {
    const from = base.entries.get(path);
    const to = head.entries.get(path);
    if (from?.link === true && to?.link === true) continue;
    if (from !== undefined && to !== undefined && from.version === to.version && from.name === to.name)
      continue;
    changes.push({
      name: (to ?? from)?.name ?? nameFromPath(path),
      path,
      from: from?.version ?? null,
      to: to === undefined ? null : (to.version ?? null),
      direct: direct.has(path),
    });
  }
  return changes;
}

/**
 * pnpm and Yarn share packages, so that a package has no place of its own. What a project names is compared name by name.
 * Of all else a version that is new replaces each of that package's versions that are gone and are alike by semver's
 * caret; where none is alike, each that is gone: one too many may be taken for a change, never one too few.
 */
function byName(base: Lockfile, head: Lockfile): readonly PackageChange[] {
  const direct = directChanges(base, head);
  const told = new Set(direct.flatMap(({ name, to }) => (to === null ? [] : [`${name}@${to}`])));
  const replaced = new Set(direct.flatMap(({ name, from }) => (from === null ? [] : [`${name}@${from}`])));
  const [before, after] = [versionsOf(base), versionsOf(head)];
  const changes: PackageChange[] = [...direct];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(name) ?? new Map(), after.get(name) ?? new Map()];
    const gone = [...old.keys()].filter((version) => !now.has(version));
    const added = [...now.keys()].filter((version) => !old.has(version) && !told.has(`${name}@${version}`));
    for (const to of added) {
      const alike = gone.filter((from) => isAlike(from, to));
      const from: readonly (string | null)[] = alike.length > 0 ? alike : gone.length > 0 ? gone : [null];
      const path = now.get(to) ?? '';
      changes.push(...from.map((each) => ({ name, path, from: each, to, direct: false })));
      for (const each of from) replaced.add(`${name}@${each ?? ''}`);
    }
    const lost = gone.filter((version) => !replaced.has(`${name}@${version}`));
    changes.push(...lost.map((from) => ({ name, path: old.get(from) ?? '', from, to: null, direct: false })));
  }
  return changes.sort((a, b) => byText(a.path, b.path) || byText(a.from ?? '', b.from ?? ''));
}

function isAlike(from: string, to: string): boolean {
  return semver.valid(from) !== null && semver.valid(to) !== null && alikeOf(from) === alikeOf(to);
}

/** The part of a version that the caret keeps. */
function alikeOf(version: string): string {
  const { major, minor, patch } = semver.parse(version) ?? { major: 0, minor: 0, patch: version };
  return major > 0 ? `${major}` : minor > 0 ? `0.${minor}` : `0.0.${patch}`;
}

/** By name, then by version: a path that has it. */
function versionsOf(lockfile: Lockfile): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const all = new Map<string, Map<string, string>>();
  for (const { path, name, version } of lockfile.entries.values()) {
    if (isProject(path)) continue;
    const versions = all.get(name) ?? new Map<string, string>();
    all.set(name, versions.set(version ?? '', path));
  }
  return all;
}

/** Another package under the same name is one that disappears and one that appears. */
function directChanges(base: Lockfile, head: Lockfile): readonly PackageChange[] {
  const changes = new Map<string, PackageChange>();
  const add = (from: LockEntry | undefined, to: LockEntry | undefined): void => {
    const one = to ?? from;
    if (one === undefined || isProject(one.path)) return;
    const { name, path } = one;
    const change = { name, path, from: from?.version ?? null, to: to?.version ?? null, direct: true };
    changes.set(JSON.stringify(change), change);
  };
  for (const { entry, name } of [...directNeeds(base), ...directNeeds(head)]) {
    const from = findInstalled(base, entry.path, name);
    const to = findInstalled(head, entry.path, name);
    if (from?.name === to?.name && from?.version === to?.version) continue;
    if (from?.name === to?.name) add(from, to);
    else {
      add(from, undefined);
      add(undefined, to);
    }
  }
  return [...changes.values()];
}

/** Maps are compared whatever their order. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return sortedEntries(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? null;
  return Object.values(value).map(plain);
}

/** Installed entries of `head` that `base` does not have in the very same form. */
export function newEntries(base: Lockfile | undefined, head: Lockfile): readonly LockEntry[] {
  const form = (entry: LockEntry | undefined): string => JSON.stringify(plain(entry));
  return [...head.entries.values()].filter(
    (entry) => !isProject(entry.path) && form(base?.entries.get(entry.path)) !== form(entry),
  );
}
