import semver from 'semver';
import {
  type CatalogRange,
  type Catalogs,
  inCatalogs,
  noCatalogs,
} from '../../../domain/lockfile/catalogs.ts';
import { findInstalled, type LockEntry, type Lockfile } from '../../../domain/lockfile.ts';
import { type InstalledSection, installedDependencies, type Manifest } from '../../../domain/npm/manifest.ts';
import { byText } from '../../../domain/npm/order.ts';
import { readSpec } from '../../../domain/npm/spec.ts';
import type { Declined } from './rules.ts';

/** One place where the project names a package. */
export type Use = {
  /** Of the package.json, whose folder is the workspace; or of the file with the catalog. */
  readonly path: string;
  readonly name: string;
  readonly spec: string;
  readonly section: InstalledSection | 'catalog';
  /** Of a catalog: where the range stands in its file, and the workspaces that ask for it. */
  readonly listed?: { readonly keys: readonly string[]; readonly folders: readonly string[] };
};

/** A package that the project names. */
export type Candidate = {
  readonly name: string;
  /** The lowest version that is locked for one of its uses. */
  readonly from: string;
  /** The highest; absent: all have the same. */
  readonly highest?: string;
  readonly uses: readonly Use[];
};

/** Something that was looked at and not proposed. */
export type Skipped = Declined & { readonly name: string; readonly version: string | null };

/** The workspaces in which a use is installed: '' is the root. */
export function foldersOf({ path, listed }: Use): readonly string[] {
  return listed?.folders ?? [folderOf(path)];
}

/** Of a package.json. */
export function folderOf(path: string): string {
  return path.slice(0, -'package.json'.length).replace(/\/$/, '');
}

/** Direct dependencies of root and workspaces that come from a registry. */
export function findCandidates(
  manifests: ReadonlyMap<string, Manifest>,
  lockfile: Lockfile,
  catalogs: Catalogs = noCatalogs,
): { candidates: readonly Candidate[]; skipped: readonly Skipped[] } {
  const found = new Map<string, Found>();
  const skipped: Skipped[] = [];
  for (const ask of asksOf(manifests, catalogs)) {
    const locked = findInstalled(lockfile, ask.folder, ask.name);
    const why = notFromRegistry(ask, locked);
    if (why !== undefined) skipped.push({ name: ask.name, version: locked?.version ?? null, ...why });
    else {
      const one = found.get(ask.name) ?? { versions: new Set(), uses: new Map() };
      found.set(ask.name, one);
      one.versions.add(locked?.version ?? '');
      addUse(one, ask, catalogs);
    }
  }
  const sorted = [...found].sort(([a], [b]) => byText(a, b)).map((each) => candidateOf(...each));
  return {
    candidates: sorted.filter((each) => 'uses' in each),
    skipped: [...skipped, ...sorted.filter((each) => 'code' in each)],
  };
}

type Found = { readonly versions: Set<string>; readonly uses: Map<string, Use> };

type Ask = {
  readonly path: string;
  readonly folder: string;
  readonly name: string;
  readonly spec: string;
  readonly section: InstalledSection;
  /** undefined: no catalog is asked, or it does not name the package. */
  readonly listed: CatalogRange | undefined;
};

function asksOf(manifests: ReadonlyMap<string, Manifest>, catalogs: Catalogs): readonly Ask[] {
  return [...manifests].flatMap(([path, manifest]) =>
    [...installedDependencies(manifest)].map(([name, { spec, section }]) => {
      const listed = inCatalogs(catalogs, name, spec);
      return { path, folder: folderOf(path), name, spec: listed?.range ?? spec, section, listed };
    }),
  );
}

function notFromRegistry({ path, name, spec }: Ask, locked: LockEntry | undefined): Declined | undefined {
  const code = 'dependency.not-from-registry';
  const read = readSpec(name, spec);
  if (read.kind === 'other') return { code, reason: `${path} asks for "${spec}": ${read.why}.` };
  return locked?.version === undefined || locked.link || locked.name !== name
    ? { code, reason: 'Nothing is locked for it.' }
    : undefined;
}

/** What several workspaces ask of a catalog stands in one place. */
function addUse({ uses }: Found, ask: Ask, { file = '' }: Catalogs): void {
  const { path, folder, name, spec, section, listed } = ask;
  if (listed === undefined) {
    uses.set(path, { path, name, spec, section });
    return;
  }
  const key = JSON.stringify(listed.keys);
  const folders = [...(uses.get(key)?.listed?.folders ?? []), folder];
  uses.set(key, { path: file, name, spec, section: 'catalog', listed: { keys: listed.keys, folders } });
}

function candidateOf(name: string, { versions, uses }: Found): Candidate | Skipped {
  const isKnown = [...versions].every((version) => semver.valid(version) !== null);
  const [from, ...more] = isKnown ? [...versions].sort(semver.compare) : [];
  if (from === undefined) return { name, version: null, ...severalVersions([...versions]) };
  const highest = more.at(-1);
  return { name, from, ...(highest === undefined ? {} : { highest }), uses: [...uses.values()] };
}

export function severalVersions(versions: readonly string[]): Declined {
  return { code: 'dependency.several-versions', reason: `It is locked at ${versions.join(' and ')}.` };
}
