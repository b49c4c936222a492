import semver from 'semver';
import type { Packument, PackumentVersion } from './packument.ts';

// What an installation needs. Whatever else a registry says stays outside.
const FIELDS = [
  'name',
  'version',
  'deprecated',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'bundleDependencies',
  'acceptDependencies',
  'bin',
  'directories',
  'engines',
  'os',
  'cpu',
  'libc',
  'hasInstallScript',
  'scripts',
];

/** The packument as it is shown inside, its tarballs at `base` (a URL that ends in a slash). */
export function publicDocument(packument: Packument, base: string): string {
  const versions = Object.entries(packument.versions).map(([version, entry]) => [
    version,
    publicVersion(entry, base),
  ]);
  const time = Object.entries(packument.time).filter(([version]) =>
    Object.hasOwn(packument.versions, version),
  );
  return JSON.stringify({
    name: packument.name,
    'dist-tags': packument['dist-tags'],
    versions: Object.fromEntries(versions),
    time: Object.fromEntries(time),
  });
}

function publicVersion(entry: PackumentVersion, base: string) {
  const { integrity, shasum } = entry.dist;
  const shown = Object.entries(entry).filter(([field]) => FIELDS.includes(field));
  const tarball = `${base}${entry.name}/-/${tarballName(entry)}`;
  return { ...Object.fromEntries(shown), dist: { tarball, integrity, shasum } };
}

/** As the public registry names it; semver's build metadata keeps its plus sign. */
export function tarballName({ name, version }: Pick<PackumentVersion, 'name' | 'version'>): string {
  return `${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

/** The version in a file name as the public registry gives them; undefined: it is no such name. */
export function versionInName(name: string, file: string): string | undefined {
  const start = `${name.slice(name.indexOf('/') + 1)}-`;
  const version = file.startsWith(start) && file.endsWith('.tgz') ? file.slice(start.length, -4) : '';
  return semver.valid(version, { loose: true }) === null ? undefined : version;
}

/** The version whose tarball has that file name, inside or at the registry. */
export function versionOfFile(packument: Packument, file: string): PackumentVersion | undefined {
  const entries = Object.values(packument.versions);
  const upstream = (entry: PackumentVersion) =>
    decodeURIComponent(new URL(entry.dist.tarball).pathname).split('/').at(-1);
  return (
    entries.find((entry) => tarballName(entry) === file) ?? entries.find((entry) => upstream(entry) === file)
  );
}
