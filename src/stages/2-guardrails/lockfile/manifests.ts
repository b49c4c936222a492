import { bareRange } from '../../../domain/lockfile/yarn-names.ts';
import { isProject, type LockEntry, type Lockfile } from '../../../domain/lockfile.ts';
import { installedSections, type Manifest, optionalPeers } from '../../../domain/npm/manifest.ts';
import { sortedEntries } from '../../../domain/npm/order.ts';
import type { LockFacts, Problem } from '../facts.ts';

/** The lockfile records of the project exactly what its manifests say. */
export function manifestsAgree({
  head,
  manifests,
}: Pick<LockFacts, 'head' | 'manifests'>): readonly Problem[] {
  // Yarn 1 records nothing of projects: what it locks is found from the manifests themselves.
  if (head === undefined || head.dialect === 'yarn-classic') return [];
  const projects = [...head.entries.values()].filter(({ path }) => isProject(path));
  return projects.flatMap((entry) => {
    const manifest = manifests.get(entry.path);
    const where = `${entry.path === '' ? '' : `${entry.path}/`}package.json`;
    if (manifest === undefined) {
      const detail = `The lockfile names ${where}, which is not there.`;
      return [{ code: 'lockfile.manifest-missing', detail }];
    }
    return differing(head, entry, manifest).map((section) => ({
      code: 'lockfile.manifest-differs',
      detail: `${where} and the lockfile differ in "${section}".`,
    }));
  });
}

function differing(lockfile: Lockfile, entry: LockEntry, manifest: Manifest): readonly string[] {
  switch (lockfile.dialect) {
    case 'npm':
      return differingNpm(entry, manifest);
    case 'pnpm':
      return differingPnpm(lockfile, entry, manifest);
    case 'yarn-berry':
      return differingBerry(entry, manifest);
    case 'yarn-classic':
      return [];
  }
}

const npmSections = [...installedSections, 'peerDependencies'] as const;

function differingNpm(entry: LockEntry, manifest: Manifest): readonly string[] {
  const peers = optionalPeers([...manifest.sections.peerDependencies.keys()], manifest.raw);
  const section = (name: (typeof npmSections)[number]) =>
    name === 'dependencies' ? without(manifest, name, ['optionalDependencies']) : manifest.sections[name];
  return [
    ...npmSections.filter((name) => text(section(name)) !== text(entry[name])),
    ...(JSON.stringify(peers) === JSON.stringify(entry.optionalPeers) ? [] : ['peerDependenciesMeta']),
  ];
}

/** Of a name that stands in several sections pnpm records one: optional before plain, plain before development. */
function differingPnpm(lockfile: Lockfile, entry: LockEntry, manifest: Manifest): readonly string[] {
  // An override stands in the place of what the manifest asks for.
  const overridden = lockfile.settings.has('overrides');
  const withPeers = lockfile.settings.get('settings')?.includes('["autoInstallPeers",true]') === true;
  const named = new Set(installedSections.flatMap((name) => [...manifest.sections[name].keys()]));
  const peers = [...manifest.sections.peerDependencies].filter(([name]) => withPeers && !named.has(name));
  const expected = {
    dependencies: new Map([...without(manifest, 'dependencies', ['optionalDependencies']), ...peers]),
    devDependencies: without(manifest, 'devDependencies', ['dependencies', 'optionalDependencies']),
    optionalDependencies: manifest.sections.optionalDependencies,
  };
  const shape = (map: ReadonlyMap<string, string>) =>
    overridden ? text(new Map([...map].map(([k]) => [k, '']))) : text(map);
  return installedSections.filter((name) => shape(expected[name]) !== shape(entry[name]));
}

/** Yarn 2 and later record one list, in which development is not told apart. */
function differingBerry(entry: LockEntry, manifest: Manifest): readonly string[] {
  const bare = (map: ReadonlyMap<string, string>) =>
    [...map].map(([name, range]) => [name, bareRange(range)] as const);
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest.sections;
  const expected = new Map([...bare(dependencies), ...bare(optionalDependencies), ...bare(devDependencies)]);
  const locked = new Map([...entry.dependencies, ...entry.optionalDependencies]);
  return [
    ...(text(expected) === text(locked) ? [] : ['dependencies']),
    ...(text(peerDependencies) === text(entry.peerDependencies) ? [] : ['peerDependencies']),
  ];
}

function without(
  { sections }: Manifest,
  name: 'dependencies' | 'devDependencies',
  others: readonly ('dependencies' | 'optionalDependencies')[],
): ReadonlyMap<string, string> {
  return new Map([...sections[name]].filter(([each]) => !others.some((other) => sections[other].has(each))));
}

const text = (map: ReadonlyMap<string, string>): string => JSON.stringify(sortedEntries(map));
