import ssri from 'ssri';
import type { ReadEntry } from 'tar';
import { z } from 'zod';
import { commandsOf } from '../../domain/npm/commands.ts';
import { isRecord, sortedJson } from '../../domain/npm/hostile-json.ts';
import { optionalPeers } from '../../domain/npm/manifest.ts';
import type { PackageAbout, PackageManifest } from '../../domain/npm/package.ts';
import { invalid } from './packument.ts';
import { pathOf, rootFiles } from './unpack.ts';
import { YarnZip } from './yarn-zip.ts';

// npm drops what is not a string, too.
const strings = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((all) =>
    Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => isText(pair[1]))),
  );

const words = z
  .unknown()
  .optional()
  .transform((all) => (typeof all === 'string' ? [all] : Array.isArray(all) ? all.filter(isText) : []));

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  scripts: strings,
  dependencies: strings,
  optionalDependencies: strings,
  peerDependencies: strings,
  peerDependenciesMeta: z.unknown().optional(),
  bin: z.unknown().optional(),
  directories: z.object({ bin: z.string().optional().catch(undefined) }).catch({}),
  os: words,
  cpu: words,
  libc: words,
  engines: z.unknown().optional(),
  bundleDependencies: z.unknown().optional(),
  bundledDependencies: z.unknown().optional(),
});

/** Reads a package's tarball without writing anything to disk. Rejects with `registry.invalid` what npm could not install. */
export async function readTarball(name: string, version: string, bytes: Buffer): Promise<PackageManifest> {
  const zip = new YarnZip(name);
  const atRoot = new Set<string>();
  const watch = (entry: ReadEntry) => {
    zip.watch(entry);
    atRoot.add(pathOf(entry).join('/'));
  };
  const files = await rootFiles(name, bytes, ['package.json'], { watch });
  const text = files.get('package.json');
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) throw invalid(name, `the tarball of ${version} has no usable package.json`);
  const manifest = parsed.data;
  if (manifest.name !== name || manifest.version.replace(/^[=v]+/, '') !== version) {
    throw invalid(name, `the tarball of ${version} holds ${manifest.name}@${manifest.version}`);
  }
  return {
    name,
    version,
    integrity: ssri.fromData(bytes, { algorithms: ['sha512'] }).toString(),
    scripts: manifest.scripts,
    ...neededBy(manifest),
    hasGypFile: atRoot.has('binding.gyp'),
    about: aboutOf(manifest, atRoot.has('npm-shrinkwrap.json')),
    yarnChecksum: zip.checksum(),
  };
}

function neededBy({
  dependencies,
  optionalDependencies,
  peerDependencies,
  peerDependenciesMeta,
}: z.infer<typeof manifestSchema>) {
  const plain = Object.entries(dependencies).filter(([each]) => !Object.hasOwn(optionalDependencies, each));
  return {
    dependencies: Object.fromEntries(plain),
    optionalDependencies,
    peerDependencies,
    optionalPeers: optionalPeers(Object.keys(peerDependencies), { peerDependenciesMeta }),
  };
}

function aboutOf(manifest: z.infer<typeof manifestSchema>, hasShrinkwrap: boolean): PackageAbout {
  const { name, bin, directories, os, cpu, libc, engines, dependencies } = manifest;
  const bundles = manifest.bundleDependencies ?? manifest.bundledDependencies;
  return {
    bin: commandsOf(name, bin),
    // npm does not look into the folder where there is a "bin".
    binFolder: bin === undefined ? directories.bin : undefined,
    os,
    cpu,
    libc,
    engines: engines === undefined ? undefined : sortedJson(engines),
    impliedPeers: impliedPeers(manifest),
    bundles:
      bundles === true ? Object.keys(dependencies) : Array.isArray(bundles) ? bundles.filter(isText) : [],
    hasShrinkwrap,
  };
}

function impliedPeers({
  peerDependencies,
  peerDependenciesMeta,
}: z.infer<typeof manifestSchema>): readonly string[] {
  const named = isRecord(peerDependenciesMeta) ? Object.keys(peerDependenciesMeta) : [];
  return optionalPeers(named, { peerDependenciesMeta }).filter(
    (name) => !Object.hasOwn(peerDependencies, name),
  );
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
