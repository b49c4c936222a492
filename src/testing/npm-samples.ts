import { createHash } from 'node:crypto';
import { AutolandError } from '../domain/errors.ts';
import type {
  PackageAbout,
  PackageManifest,
  RegistryPackage,
  RegistryVersion,
} from '../domain/npm/package.ts';
import type { PackageContents, PackageFile } from '../domain/package-contents.ts';
import type { Registry } from '../ports/registry.ts';

export const sampleOrigin = 'https://registry.npmjs.org/';

/** The digest that a sample tarball has: of nothing but its name, so that two versions never share one. */
export function sampleIntegrity(name: string, version: string): string {
  return `sha512-${createHash('sha512').update(`${name}@${version}`).digest('base64')}`;
}

export type SampleEntry = {
  version: string;
  resolved?: string;
  integrity?: string;
  dependencies?: Readonly<Record<string, string>>;
  [field: string]: unknown;
};

/** A lockfile entry as npm would write it; `over` replaces fields. */
export function sampleEntry(name: string, version: string, over: Partial<SampleEntry> = {}): SampleEntry {
  const file = `${name.split('/').at(-1)}-${version}.tgz`;
  const resolved = `${sampleOrigin}${name}/-/${file}`;
  return { version, resolved, integrity: sampleIntegrity(name, version), ...over };
}

export type SampleManifest = {
  name?: string;
  version?: string;
  dependencies?: Readonly<Record<string, string>>;
  [field: string]: unknown;
};

/** package.json and package-lock.json of a project with these packages, by lockfile place. */
export function sampleProject(
  manifest: SampleManifest,
  packages: Readonly<Record<string, SampleEntry>>,
): { 'package.json': string; 'package-lock.json': string } {
  const {
    name = 'sample',
    version = '1.0.0',
    dependencies,
    devDependencies,
    optionalDependencies,
  } = manifest;
  const root = { name, version, dependencies, devDependencies, optionalDependencies };
  const lock = { name, version, lockfileVersion: 3, requires: true, packages: { '': root, ...packages } };
  return {
    'package.json': `${JSON.stringify({ name, version, ...manifest }, null, 2)}\n`,
    'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`,
  };
}

/** What Yarn 4 would write, of nothing but the name, too. */
export function sampleChecksum(name: string, version: string): string {
  return `10c0/${createHash('sha512').update(`zip of ${name}@${version}`).digest('hex')}`;
}

const plainAbout: PackageAbout = {
  bin: {},
  binFolder: undefined,
  os: [],
  cpu: [],
  libc: [],
  engines: undefined,
  impliedPeers: [],
  bundles: [],
  hasShrinkwrap: false,
};

export type SampleVersion = Partial<RegistryVersion> &
  Partial<Omit<PackageManifest, 'name' | 'version' | 'about'>> & {
    readonly about?: Partial<PackageAbout>;
    /** Beside package.json, which says what the other fields say unless it is here. */
    readonly files?: Readonly<Record<string, string | Buffer>>;
  };

/** A file of a package; bytes are a binary one. */
export function sampleFile(path: string, content: string | Buffer): PackageFile {
  const bytes = Buffer.from(content);
  return {
    path,
    mode: 0o644,
    size: bytes.length,
    digest: createHash('sha256').update(bytes).digest('hex'),
    kind: typeof content === 'string' ? 'text' : 'binary',
    magic: bytes.subarray(0, 8).toString('hex'),
    text: typeof content === 'string' ? content : undefined,
  };
}

/** A registry that holds what the test put into it. */
export class MemoryRegistry implements Registry {
  readonly #packages = new Map<string, Map<string, SampleVersion>>();
  /** Every question is refused, as by a registry that is down. */
  down = false;
  /** The packages that were asked about, in order. */
  readonly asked: string[] = [];

  add(name: string, version: string, facts: SampleVersion = {}): this {
    const versions = this.#packages.get(name) ?? new Map<string, SampleVersion>();
    this.#packages.set(name, versions.set(version, facts));
    return this;
  }

  async describe(name: string): Promise<RegistryPackage | undefined> {
    this.asked.push(name);
    this.#assertUp();
    const versions = this.#packages.get(name);
    if (versions === undefined) return undefined;
    const listed = [...versions].map(([version, facts]) => ({
      version,
      publishedAt: 'publishedAt' in facts ? facts.publishedAt : '2020-01-01T00:00:00.000Z',
      deprecated: facts.deprecated ?? false,
    }));
    return { name, versions: listed, latest: listed.at(-1)?.version };
  }

  async manifest(name: string, version: string): Promise<PackageManifest | undefined> {
    this.#assertUp();
    const facts = this.#packages.get(name)?.get(version);
    if (facts === undefined) return undefined;
    return {
      name,
      version,
      integrity: facts.integrity ?? sampleIntegrity(name, version),
      scripts: facts.scripts ?? {},
      dependencies: facts.dependencies ?? {},
      optionalDependencies: facts.optionalDependencies ?? {},
      peerDependencies: facts.peerDependencies ?? {},
      optionalPeers: facts.optionalPeers ?? [],
      hasGypFile: facts.hasGypFile ?? false,
      about: { ...plainAbout, ...facts.about },
      yarnChecksum: 'yarnChecksum' in facts ? facts.yarnChecksum : sampleChecksum(name, version),
    };
  }

  async contents(name: string, version: string): Promise<PackageContents | undefined> {
    const manifest = await this.manifest(name, version);
    if (manifest === undefined) return undefined;
    const {
      integrity,
      hasGypFile: _gyp,
      optionalPeers: _peers,
      about,
      yarnChecksum: _zip,
      ...rest
    } = manifest;
    const own = { ...rest, ...(Object.keys(about.bin).length > 0 && { bin: about.bin }) };
    const files = { 'package.json': JSON.stringify(own), ...this.#packages.get(name)?.get(version)?.files };
    const all = Object.entries(files).map(([path, content]) => sampleFile(path, content));
    return { integrity, files: all, links: [] };
  }

  async origins(): Promise<readonly string[]> {
    this.#assertUp();
    return [sampleOrigin];
  }

  #assertUp(): void {
    if (this.down) throw new AutolandError('registry.unreachable', 'expected an answer, found none');
  }
}
