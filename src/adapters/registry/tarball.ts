import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import ssri from 'ssri';
import { Parser, type ReadEntry } from 'tar';
import { z } from 'zod';
import type { PackageManifest } from '../../domain/npm/package.ts';
import { invalid } from './packument.ts';

const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const unzip = promisify(gunzip);

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
});

/** Reads a package's tarball without writing anything to disk. Rejects with `registry.invalid` what npm could not install. */
export async function readTarball(name: string, version: string, bytes: Buffer): Promise<PackageManifest> {
  const files = await rootFiles(name, bytes);
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
    // An optional dependency is installed like any other, and wins over one of the same name.
    dependencies: { ...manifest.dependencies, ...manifest.optionalDependencies },
    hasGypFile: files.has('binding.gyp'),
  };
}

/** The files at the package's root, by name. npm strips the first directory whatever its name is, and skips links; the last of one name wins. */
async function rootFiles(name: string, bytes: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const read = (entry: ReadEntry) => {
    const [, ...path] = entry.path.split('/').filter((part) => part !== '' && part !== '.');
    const [file, ...below] = path;
    if (file === undefined || below.length > 0 || !/File$/.test(entry.type)) return entry.resume();
    if (file !== 'package.json') {
      files.set(file, '');
      return entry.resume();
    }
    files.delete(file);
    // One that is too large counts as none.
    if (entry.size > MAX_MANIFEST_BYTES) return entry.resume();
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    return entry.on('end', () => files.set(file, Buffer.concat(chunks).toString('utf8')));
  };
  const archive = await unpackedBytes(name, bytes);
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(invalid(name, 'its tarball is not a tar archive'));
    const parser = new Parser({ onReadEntry: read });
    parser.on('error', fail).on('end', resolve);
    parser.on('warn', (code: string) => code === 'TAR_BAD_ARCHIVE' && fail());
    parser.end(archive);
  });
  return files;
}

async function unpackedBytes(name: string, bytes: Buffer): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    throw invalid(name, `its tarball is not gzip, or unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
  }
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
