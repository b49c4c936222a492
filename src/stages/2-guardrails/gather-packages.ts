import type { PackageChange, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { isProject, type Lockfile, newEntries, parseLockfile } from '../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import type { Registry } from '../../ports/registry.ts';
import type { AgeRules, LockFacts, RegistryFacts, VersionFacts } from './facts.ts';
import type { GuardrailDeps } from './settings.ts';

const maxPackages = 400;
const parallel = 6;

type Sides = { readonly base: Sha; readonly tree: Sha };

/** Rejects with `lockfile.invalid` or `manifest.invalid`. */
export async function gatherLock(
  { git, registry }: Pick<GuardrailDeps, 'git' | 'registry'>,
  { base, tree }: Sides,
  allowed: readonly string[],
): Promise<LockFacts> {
  const [before, after] = await Promise.all([readLock(git, base), readLock(git, tree)]);
  const manifests = new Map<string, Manifest>();
  for (const entry of after?.entries.values() ?? []) {
    if (!isProject(entry.path)) continue;
    const path = entry.path === '' ? 'package.json' : `${entry.path}/package.json`;
    const bytes = await git.readFile(tree, path);
    if (bytes !== undefined) manifests.set(entry.path, parseManifest(bytes.toString('utf8'), path));
  }
  const changed = after === undefined ? [] : newEntries(before, after);
  // A change that brings no package asks nothing of the registry: it may be down.
  const origins = changed.length === 0 ? allowed : [...allowed, ...(await registry.origins())];
  return { base: before, head: after, manifests, origins };
}

async function readLock(git: GuardrailDeps['git'], commit: Sha): Promise<Lockfile | undefined> {
  const bytes = await git.readFile(commit, 'package-lock.json');
  return bytes && parseLockfile(bytes.toString('utf8'));
}

/** Rejects with `registry.unreachable` or `registry.invalid`. */
export async function gatherRegistry(
  registry: Registry,
  lock: LockFacts,
  packages: readonly PackageChange[],
  ages: AgeRules,
): Promise<RegistryFacts> {
  const entries = lock.head === undefined ? [] : newEntries(lock.base, lock.head);
  if (entries.length > maxPackages) {
    const message = `${entries.length} packages change, over the ${maxPackages} that are looked up.`;
    throw new AutolandError('registry.invalid', message, { mend: 'Split the change.' });
  }
  const baseVersions = versionsByName(lock.base, new Set(entries.map((entry) => entry.name)));
  const wanted = new Map<string, { name: string; version: string }>();
  const add = (name: string, version: string) => wanted.set(`${name}@${version}`, { name, version });
  // A link, a bundled package or one that names no version has nothing to be asked for; the lockfile guardrail names it.
  for (const entry of entries)
    if (!entry.link && !entry.inBundle && entry.version) add(entry.name, entry.version);
  for (const [name, versions] of baseVersions) for (const version of versions) add(name, version);
  const versions = new Map<string, VersionFacts>();
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      versions.set(next[0], await lookUp(registry, next[1].name, next[1].version));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { packages, entries, baseVersions, versions, ages };
}

function versionsByName(
  base: Lockfile | undefined,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const entry of base?.entries.values() ?? []) {
    if (isProject(entry.path) || entry.link || entry.inBundle) continue;
    if (entry.version === undefined || !names.has(entry.name)) continue;
    byName.set(entry.name, [...new Set([...(byName.get(entry.name) ?? []), entry.version])]);
  }
  return byName;
}

async function lookUp(registry: Registry, name: string, version: string): Promise<VersionFacts> {
  const described = await registry.describe(name);
  const listed = described?.versions.find((each) => each.version === version);
  const manifest = listed === undefined ? undefined : await registry.manifest(name, version);
  return { publishedAt: listed?.publishedAt, manifest };
}
