import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { valid } from 'semver';
import { z } from 'zod';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { integrityOf, packageTarball } from './tarball.ts';

export type HostedVersion = {
  readonly name: string;
  readonly version: string;
  /** ISO 8601. */
  readonly publishedAt: string;
  /** The package's own package.json. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly tarball: Buffer;
  readonly integrity: string;
  /** SHA-1 in hex, for old clients. */
  readonly shasum: string;
};

const manifestSchema = z.looseObject({ name: z.string(), version: z.string() });

/**
 * Reads `<packagesDir>/[@scope/]<name>/<version>/`. `published` gives `name@version` its ISO date.
 * Rejects with `manifest.invalid` when a package.json is missing, broken or disagrees with its place, a version
 * has no publication date, or a date no version.
 */
export async function readPackages(
  packagesDir: string,
  published: Readonly<Record<string, string>>,
): Promise<HostedVersion[]> {
  const names = await packageNames(packagesDir);
  const found = await Promise.all(names.map((name) => readVersions(packagesDir, name, published)));
  const versions = found.flat();
  const unknown = Object.keys(published).find(
    (key) => !versions.some((hosted) => key === `${hosted.name}@${hosted.version}`),
  );
  if (unknown !== undefined) {
    throw invalid(
      `publication dates name ${unknown}, but ${packagesDir} holds no such package`,
      'add it or drop its date',
    );
  }
  return versions;
}

async function packageNames(packagesDir: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await directories(packagesDir)) {
    if (!entry.startsWith('@')) names.push(entry);
    else for (const name of await directories(join(packagesDir, entry))) names.push(`${entry}/${name}`);
  }
  return names;
}

async function readVersions(
  packagesDir: string,
  name: string,
  published: Readonly<Record<string, string>>,
): Promise<HostedVersion[]> {
  const versions = await directories(join(packagesDir, name));
  return Promise.all(
    versions.map((version) =>
      readVersion(join(packagesDir, name, version), name, { version, date: published[`${name}@${version}`] }),
    ),
  );
}

async function readVersion(
  directory: string,
  name: string,
  { version, date }: { version: string; date: string | undefined },
): Promise<HostedVersion> {
  const manifest = await readManifest(directory);
  if (manifest.name !== name || manifest.version !== version || valid(version) === null) {
    const expected = `${name}@${version}`;
    throw invalid(
      `${directory} should hold ${expected}, and holds ${manifest.name}@${manifest.version}`,
      'rename one',
    );
  }
  if (date === undefined || Number.isNaN(Date.parse(date))) {
    throw invalid(`${name}@${version} has no publication date (found: ${date})`, 'give it an ISO date');
  }
  const tarball = packageTarball(await filesBelow(directory));
  const shasum = createHash('sha1').update(tarball).digest('hex');
  return { name, version, publishedAt: date, manifest, tarball, integrity: integrityOf(tarball), shasum };
}

async function readManifest(directory: string): Promise<z.infer<typeof manifestSchema>> {
  const file = join(directory, 'package.json');
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new AutolandError('manifest.invalid', `${file} should be a package.json: ${messageOf(cause)}`, {
      mend: 'write one with name and version',
      cause,
    });
  }
}

async function filesBelow(directory: string): Promise<{ path: string; content: Buffer }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd !== undefined) throw invalid(`${join(odd.parentPath, odd.name)} is not a file`, 'remove it');
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({
      path: relative(directory, file).split(sep).join('/'),
      content: await readFile(file),
    })),
  );
}

async function directories(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (cause) {
    throw new AutolandError('manifest.invalid', `cannot read the packages in ${directory}`, {
      mend: 'name a directory of packages/[@scope/]<name>/<version>/',
      cause,
    });
  }
}

function invalid(message: string, mend: string): AutolandError {
  return new AutolandError('manifest.invalid', message, { mend });
}
