import { isRecord, type JsonRecord, parseHostileObject, sortedJson, stringMap } from '../npm/hostile-json.ts';
import { optionalPeers } from '../npm/manifest.ts';
import { bareEntry, type Claims, isInside, type LockEntry, type Lockfile, nameFromPath } from './model.ts';

/**
 * package-lock.json and npm-shrinkwrap.json, version 2 or 3. Throws an Error for all else.
 * https://docs.npmjs.com/cli/configuring-npm/package-lock-json
 */
export function parseNpm(text: string): Lockfile {
  const raw = parseHostileObject(text);
  const version = raw.lockfileVersion;
  if (version !== 2 && version !== 3) {
    throw new Error(`expected lockfileVersion 2 or 3, found ${JSON.stringify(version) ?? 'none'}`);
  }
  if (!isRecord(raw.packages)) throw new Error('expected "packages" to be an object');
  if (raw.dependencies !== undefined && !isRecord(raw.dependencies)) {
    throw new Error('expected "dependencies" to be an object');
  }
  const entries = new Map<string, LockEntry>();
  for (const [path, value] of Object.entries(raw.packages)) entries.set(path, readEntry(path, value));
  if (!entries.has('')) throw new Error('expected an entry "" for the project itself, found none');
  return { dialect: 'npm', version, entries, legacy: raw.dependencies, settings: new Map() };
}

function readEntry(path: string, value: unknown): LockEntry {
  if (!isInside(path)) throw new Error(`the place ${JSON.stringify(path)} is not inside the project`);
  if (!isRecord(value)) throw new Error(`the entry "${path}" is not an object`);
  const read = new Fields(path, value);
  const peerDependencies = read.section('peerDependencies');
  return {
    ...bareEntry('npm', path, read.text('name') ?? nameFromPath(path)),
    version: read.text('version'),
    resolved: read.text('resolved'),
    integrity: read.text('integrity'),
    link: read.flag('link'),
    inBundle: read.flag('inBundle'),
    hasInstallScript: read.flag('hasInstallScript'),
    dependencies: read.section('dependencies'),
    devDependencies: read.section('devDependencies'),
    optionalDependencies: read.section('optionalDependencies'),
    peerDependencies,
    optionalPeers: optionalPeers([...peerDependencies.keys()], value),
    claims: claimsOf(read),
    flags: {
      dev: read.flag('dev'),
      optional: read.flag('optional'),
      devOptional: read.flag('devOptional'),
      peer: read.flag('peer'),
    },
  };
}

function claimsOf(read: Fields): Claims {
  const engines = read.own('engines');
  const bin = read.own('bin');
  return {
    bin: bin === undefined ? undefined : read.section('bin'),
    hasBin: undefined,
    os: read.list('os'),
    cpu: read.list('cpu'),
    libc: read.list('libc'),
    bundles: read.list('bundleDependencies'),
    engines: engines === undefined ? undefined : sortedJson(engines),
    shrinkwrap: read.flag('hasShrinkwrap'),
  };
}

/** Own fields of one entry, of the types that npm gives them. */
class Fields {
  readonly #path: string;
  readonly #entry: JsonRecord;

  constructor(path: string, entry: JsonRecord) {
    this.#path = path;
    this.#entry = entry;
  }

  own(key: string): unknown {
    return Object.hasOwn(this.#entry, key) ? this.#entry[key] : undefined;
  }

  text(key: string): string | undefined {
    const value = this.own(key);
    if (value !== undefined && typeof value !== 'string') throw this.#odd(key, 'text');
    return value;
  }

  flag(key: string): boolean {
    const value = this.own(key);
    if (value !== undefined && typeof value !== 'boolean') throw this.#odd(key, 'a flag');
    return value === true;
  }

  list(key: string): readonly string[] | undefined {
    const value = this.own(key);
    if (value === undefined) return undefined;
    const list = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) {
      throw this.#odd(key, 'a list of texts');
    }
    return list;
  }

  section(key: string): ReadonlyMap<string, string> {
    const map = stringMap(this.own(key));
    if (map === undefined) throw this.#odd(key, 'an object of strings');
    return map;
  }

  #odd(key: string, wanted: string): Error {
    return new Error(`"${key}" of "${this.#path}" is not ${wanted}`);
  }
}
