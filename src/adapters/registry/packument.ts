import semver from 'semver';
import { z } from 'zod';
import { AutolandError } from '../../domain/errors.ts';
import type { RegistryPackage } from '../../domain/npm/package.ts';

const versionSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  deprecated: z.union([z.string(), z.boolean()]).optional(),
  dist: z.looseObject({
    tarball: z.url({ protocol: /^https?$/ }),
    integrity: z.string().optional(),
    shasum: z.string().optional(),
  }),
});

const packumentSchema = z.looseObject({
  name: z.string(),
  // Absent when all versions were unpublished.
  versions: z.record(z.string(), versionSchema).default({}),
  time: z.record(z.string(), z.unknown()).default({}),
  'dist-tags': z.record(z.string(), z.string()).default({}),
});

export type PackumentVersion = z.infer<typeof versionSchema>;
/** The registry's document about one package, as served and checked. */
export type Packument = z.infer<typeof packumentSchema>;

/** Rejects with `registry.invalid` what is not a packument of that very package. */
export function parsePackument(name: string, text: string): Packument {
  const parsed = packumentSchema.safeParse(parseJson(name, text));
  if (!parsed.success) throw invalid(name, z.prettifyError(parsed.error).slice(0, 500));
  const packument = parsed.data;
  if (packument.name !== name) throw invalid(name, `it is about ${packument.name.slice(0, 100)}`);
  for (const [version, entry] of Object.entries(packument.versions)) {
    if (semver.valid(version, { loose: true }) === null) throw invalid(name, `${version} is not a version`);
    mustBe(entry, name, version);
    publishedAt(packument, version);
  }
  return packument;
}

/** Rejects with `registry.invalid` what is not about that very version. */
export function parseVersion(name: string, version: string, text: string): PackumentVersion {
  const parsed = versionSchema.safeParse(parseJson(name, text));
  if (!parsed.success) throw invalid(name, z.prettifyError(parsed.error).slice(0, 500));
  mustBe(parsed.data, name, version);
  return parsed.data;
}

function mustBe(entry: PackumentVersion, name: string, version: string): void {
  if (entry.version !== version || entry.name !== name)
    throw invalid(name, `${version} describes another version`);
}

/** RFC 3339; undefined: the registry gives no time. */
export function publishedAt(packument: Packument, version: string): string | undefined {
  const time = packument.time[version];
  if (time === undefined || time === null) return undefined;
  const date = typeof time === 'string' ? new Date(time) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw invalid(packument.name, `the time of ${version} is ${JSON.stringify(time)?.slice(0, 100)}`);
  }
  return date.toISOString();
}

/**
 * The packument as it stood at that moment: later versions do not exist, nor do those whose time is unknown, since
 * nothing says that they are old enough. `latest` falls back to the newest release that is left and not above it.
 */
export function asOf(packument: Packument, before: Date | undefined): Packument {
  if (before === undefined) return packument;
  const versions = Object.fromEntries(
    Object.entries(packument.versions).filter(([version]) => {
      const time = publishedAt(packument, version);
      return time !== undefined && Date.parse(time) <= before.getTime();
    }),
  );
  const tags = Object.entries(packument['dist-tags']).filter(([, version]) =>
    Object.hasOwn(versions, version),
  );
  const wanted = packument['dist-tags'].latest;
  const latest = wanted === undefined ? undefined : newestUpTo(Object.keys(versions), wanted);
  const distTags = { ...Object.fromEntries(tags), ...(latest === undefined ? {} : { latest }) };
  return { ...packument, versions, 'dist-tags': distTags };
}

function newestUpTo(versions: readonly string[], wanted: string): string | undefined {
  if (versions.includes(wanted)) return wanted;
  const releases = versions.filter((version) => semver.prerelease(version, { loose: true }) === null);
  const upTo = releases.filter(
    (version) => isVersion(wanted) && semver.lte(version, wanted, { loose: true }),
  );
  return semver.sort(upTo, { loose: true }).at(-1);
}

function isVersion(text: string): boolean {
  return semver.valid(text, { loose: true }) !== null;
}

export function toRegistryPackage(packument: Packument): RegistryPackage {
  const latest = packument['dist-tags'].latest;
  const entries = Object.values(packument.versions);
  return {
    name: packument.name,
    versions: entries
      .toSorted((a, b) => semver.compareBuild(a.version, b.version, { loose: true }))
      .map(({ version, deprecated }) => ({
        version,
        publishedAt: publishedAt(packument, version),
        deprecated: deprecated !== undefined && deprecated !== false && deprecated !== '',
      })),
    latest: latest !== undefined && Object.hasOwn(packument.versions, latest) ? latest : undefined,
  };
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(name, 'it is not JSON');
  }
}

export function invalid(name: string, found: string): AutolandError {
  return new AutolandError(
    'registry.invalid',
    `the registry's answer about ${name} is not usable: ${found}`,
    {
      mend: 'see whether the registry (npm config get registry) is a package registry and in order',
    },
  );
}
