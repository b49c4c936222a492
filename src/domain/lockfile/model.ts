import type { JsonRecord } from '../npm/hostile-json.ts';

/** Who wrote a lockfile, and in which of its languages. */
export type Dialect = 'npm' | 'pnpm' | 'yarn-classic' | 'yarn-berry';

/** One package that a lockfile installs, or a project of the repository. Fields left out are undefined, or empty maps. */
export type LockEntry = {
  readonly dialect: Dialect;
  /**
   * '' is the project, a folder a workspace, anything with `node_modules/` an installed package: with npm the place where
   * it lies, with pnpm and Yarn, which share packages, `node_modules/` and the name that the lockfile itself gives it.
   */
  readonly path: string;
  /** The package's own name; differs from the folder's when aliased. '' when a project or workspace has none. */
  readonly name: string;
  readonly version: string | undefined;
  /** undefined: from the registry, by its name and version. */
  readonly resolved: string | undefined;
  readonly integrity: string | undefined;
  /** Yarn's own digest, of a zip that it makes of the tarball. */
  readonly checksum: string | undefined;
  readonly link: boolean;
  readonly inBundle: boolean;
  /** Code of the repository is laid over the package's. */
  readonly patched: boolean;
  /** undefined: lockfiles of this dialect do not say. */
  readonly hasInstallScript: boolean | undefined;
  /** Name -> range; with pnpm, which records no ranges, the exact version that was chosen. */
  readonly dependencies: ReadonlyMap<string, string>;
  readonly devDependencies: ReadonlyMap<string, string>;
  readonly optionalDependencies: ReadonlyMap<string, string>;
  readonly peerDependencies: ReadonlyMap<string, string>;
  /** Those of `peerDependencies` that need not be there. */
  readonly optionalPeers: readonly string[];
  /** Name -> the path of what it gets; undefined: where Node finds it, which is npm's way. */
  readonly edges: ReadonlyMap<string, string> | undefined;
  readonly claims: Claims;
  readonly flags: Flags;
};

/** What a lockfile says of a package's own manifest. undefined: it says nothing. */
export type Claims = {
  /** Command -> file. */
  readonly bin: ReadonlyMap<string, string> | undefined;
  /** Only whether there are commands. */
  readonly hasBin: boolean | undefined;
  readonly os: readonly string[] | undefined;
  readonly cpu: readonly string[] | undefined;
  readonly libc: readonly string[] | undefined;
  readonly bundles: readonly string[] | undefined;
  /** As JSON with sorted keys. */
  readonly engines: string | undefined;
  /** It brings a lockfile of its own, which npm follows. */
  readonly shrinkwrap: boolean;
};

/** Why a package is there, as npm notes it: with `--omit` it skips packages by these. */
export type Flags = {
  readonly dev: boolean;
  readonly optional: boolean;
  readonly devOptional: boolean;
  readonly peer: boolean;
};

export const noClaims: Claims = {
  bin: undefined,
  hasBin: undefined,
  os: undefined,
  cpu: undefined,
  libc: undefined,
  bundles: undefined,
  engines: undefined,
  shrinkwrap: false,
};

export const noFlags: Flags = { dev: false, optional: false, devOptional: false, peer: false };

/** An entry that says nothing but where it is. */
export function bareEntry(dialect: Dialect, path: string, name: string): LockEntry {
  const none: ReadonlyMap<string, string> = new Map();
  return {
    dialect,
    path,
    name,
    version: undefined,
    resolved: undefined,
    integrity: undefined,
    checksum: undefined,
    link: false,
    inBundle: false,
    patched: false,
    hasInstallScript: undefined,
    dependencies: none,
    devDependencies: none,
    optionalDependencies: none,
    peerDependencies: none,
    optionalPeers: [],
    edges: undefined,
    claims: noClaims,
    flags: noFlags,
  };
}

export type Lockfile = {
  readonly dialect: Dialect;
  /** Of its format. */
  readonly version: number;
  readonly entries: ReadonlyMap<string, LockEntry>;
  /** npm, version 2 only: the tree that npm 6 reads. undefined when absent. */
  readonly legacy: JsonRecord | undefined;
  /** What steers the whole lockfile, such as pnpm's overrides, as JSON by its key. */
  readonly settings: ReadonlyMap<string, string>;
};

/** The largest known monorepos lock some ten thousand packages. */
export const maxPackages = 50_000;
export const maxCharacters = 8 * 1024 * 1024;

/** Throws an Error. */
export function assertCount(count: number): void {
  if (count > maxPackages) throw new Error(`it holds ${count} packages, over ${maxPackages}`);
}

const marker = 'node_modules/';

/** The folder's name: `@a/b` for `node_modules/c/node_modules/@a/b`; '' for the project and workspaces. */
export function nameFromPath(path: string): string {
  const at = path.lastIndexOf(marker);
  return at === -1 ? '' : path.slice(at + marker.length);
}

/** The project itself or a workspace: its package.json is in the repository. */
export function isProject(path: string): boolean {
  return !`/${path}/`.includes('/node_modules/');
}

/** What the package at `from` gets when it asks for `name`; undefined: nothing. */
export function findInstalled(lockfile: Lockfile, from: string, name: string): LockEntry | undefined {
  if (lockfile.dialect !== 'npm') {
    const path = lockfile.entries.get(from)?.edges?.get(name);
    return path === undefined ? undefined : lockfile.entries.get(path);
  }
  let place = from;
  for (;;) {
    const found = lockfile.entries.get(place === '' ? marker + name : `${place}/${marker}${name}`);
    if (found !== undefined) return found;
    if (place === '') return undefined;
    const cut = place.lastIndexOf('/node_modules');
    place = isProject(place) ? '' : cut === -1 ? '' : place.slice(0, cut);
  }
}

/** Where a package asks for what it needs: the names that it may load, and how. */
export function asked(entry: LockEntry): readonly (readonly [name: string, range: string])[] {
  return [
    ...entry.dependencies,
    ...(isProject(entry.path) ? entry.devDependencies : []),
    ...entry.optionalDependencies,
    ...entry.peerDependencies,
  ];
}

const safePath = /^(?:[^\\:*?"<>|\p{Cc}]+)?$/u;

/** A folder of the repository, or below it. */
export function isInside(path: string): boolean {
  const odd = path.split('/').some((part) => part === '..' || part === '.' || part === '__proto__');
  return safePath.test(path) && !path.startsWith('/') && !odd;
}
