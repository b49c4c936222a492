import ssri from 'ssri';
import { z } from 'zod';
import { optionalPeers } from '../../domain/npm/manifest.ts';
import type { PackageManifest } from '../../domain/npm/package.ts';
import { invalid } from './packument.ts';
import { rootFiles } from './unpack.ts';

// npm drops what is not a string, too.
const strings = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((all) =>
    Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => isText(pair[1]))),
  );

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  scripts: strings,
  dependencies: strings,
  optionalDependencies: strings,
  peerDependencies: strings,
  peerDependenciesMeta: z.unknown().optional(),
});

/** Reads a package's tarball without writing anything to disk. Rejects with `registry.invalid` what npm could not install. */
export async function readTarball(name: string, version: string, bytes: Buffer): Promise<PackageManifest> {
  const files = await rootFiles(name, bytes, ['package.json', 'binding.gyp']);
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
    hasGypFile: files.has('binding.gyp'),
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
