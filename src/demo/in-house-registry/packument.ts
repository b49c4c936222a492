import { compare, prerelease } from 'semver';
import type { HostedVersion } from './packages.ts';

/**
 * What a registry answers for a package name, as npm reads it: the full document of
 * https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md, which also serves clients that
 * ask for the abbreviated one. `versions` is not empty; `origin` has no trailing slash.
 */
export function packumentOf(versions: readonly HostedVersion[], origin: string): Record<string, unknown> {
  const sorted = [...versions].sort((a, b) => compare(a.version, b.version));
  const dates = sorted.map((hosted) => new Date(hosted.publishedAt).toISOString());
  const inTime = dates.toSorted();
  const name = sorted[0]?.name;
  const latest = sorted.findLast((hosted) => prerelease(hosted.version) === null) ?? sorted.at(-1);
  return {
    _id: name,
    name,
    'dist-tags': { latest: latest?.version },
    versions: Object.fromEntries(sorted.map((hosted) => [hosted.version, versionOf(hosted, origin)])),
    time: {
      created: inTime.at(0),
      modified: inTime.at(-1),
      ...Object.fromEntries(sorted.map((hosted, index) => [hosted.version, dates[index]])),
    },
  };
}

/** The path of a version's tarball, with a leading slash. */
export function tarballPath(hosted: Pick<HostedVersion, 'name' | 'version'>): string {
  return `/${hosted.name}/-/${hosted.name.replace(/^@[^/]*\//, '')}-${hosted.version}.tgz`;
}

function versionOf(hosted: HostedVersion, origin: string): Record<string, unknown> {
  return {
    ...hosted.manifest,
    _id: `${hosted.name}@${hosted.version}`,
    dist: {
      integrity: hosted.integrity,
      shasum: hosted.shasum,
      tarball: `${origin}${tarballPath(hosted)}`,
    },
  };
}
