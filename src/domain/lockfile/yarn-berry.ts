import semver from 'semver';
import type { Manifest } from '../npm/manifest.ts';
import { byText } from '../npm/order.ts';
import { type BlockMap, parseBlockText } from './block-text.ts';
import { type Catalogs, inCatalogs, noCatalogs } from './catalogs.ts';
import { assertCount, bareEntry, isInside, type LockEntry, type Lockfile, noClaims } from './model.ts';
import { flagOf, mapOf, sectionOf, settingsOf, textOf } from './nodes.ts';
import { bareRange, readDescriptor, resolutionsOf } from './yarn-names.ts';

const oldest = 4;
const newest = 10;

/**
 * yarn.lock of Yarn 2 and later (`__metadata`). Throws an Error for all else. `root`: the project's own package.json, whose
 * `resolutions` the lockfile does not repeat. https://yarnpkg.com/advanced/lexicon
 */
export function parseYarnBerry(
  text: string,
  root: Manifest | undefined,
  catalogs: Catalogs = noCatalogs,
): Lockfile {
  const raw = parseBlockText(text, 'text');
  const about = mapOf(raw, '__metadata');
  const version = Number(textOf(about, 'version'));
  if (!(version >= oldest && version <= newest)) {
    throw new Error(
      `expected a lockfile of version ${oldest} to ${newest}, found ${textOf(about, 'version')}`,
    );
  }
  assertCount(raw.size);
  const blocks = [...raw.keys()]
    .filter((key) => key !== '__metadata')
    .map((key) => block(key, mapOf(raw, key)));
  const finder = new Finder(blocks, resolutionsOf(root), catalogs);
  const entries = new Map<string, LockEntry>();
  for (const each of blocks) {
    if (entries.has(each.entry.path)) throw new Error(`"${each.entry.path}" stands twice`);
    entries.set(each.entry.path, { ...each.entry, edges: finder.edgesOf(each) });
  }
  if (!entries.has('')) throw new Error('expected an entry for the project itself, found none');
  const settings = settingsOf(raw, ['__metadata']);
  return { dialect: 'yarn-berry', version, entries, legacy: undefined, settings };
}

type Block = {
  readonly keys: readonly string[];
  readonly entry: LockEntry;
  /** Where the package is another one, laid over: that one's path. */
  readonly source: string | undefined;
};

function block(key: string, raw: BlockMap): Block {
  const resolution = textOf(raw, 'resolution') ?? '';
  const { name, range: reference } = readDescriptor(resolution);
  const place = placeOf(name, reference, textOf(raw, 'version'));
  const meta = mapOf(raw, 'dependenciesMeta');
  const needs = [...sectionOf(raw, 'dependencies')].map(([each, range]) => [each, bareRange(range)] as const);
  const isOptional = (each: string): boolean => flagOf(mapOf(meta, each), 'optional') === true;
  const peerDependencies = sectionOf(raw, 'peerDependencies');
  const peersMeta = mapOf(raw, 'peerDependenciesMeta');
  const { source, ...where } = place;
  const entry = {
    ...bareEntry('yarn-berry', where.path, name),
    ...where,
    checksum: textOf(raw, 'checksum'),
    dependencies: new Map(needs.filter(([each]) => !isOptional(each))),
    optionalDependencies: new Map(needs.filter(([each]) => isOptional(each))),
    peerDependencies,
    optionalPeers: [...peerDependencies.keys()]
      .filter((peer) => flagOf(mapOf(peersMeta, peer), 'optional') === true)
      .sort(byText),
    claims: {
      ...noClaims,
      bin: sectionOf(raw, 'bin'),
      ...conditionsOf(textOf(raw, 'conditions') ?? ''),
    },
  };
  return { keys: key.split(', '), entry, source };
}

type Place = Pick<LockEntry, 'path' | 'version' | 'resolved' | 'link' | 'patched'> & {
  source: string | undefined;
};

/** What Yarn patches itself, so that it works with Plug'n'Play: its code is Yarn's, not the repository's. */
const ownPatch = /^[^#]*#(?:optional!|~)?builtin<compat\/(?:fsevents|resolve|typescript)>(?:::|$)/;

function placeOf(name: string, reference: string, version: string | undefined): Place {
  const plain = { version, resolved: undefined, link: false, patched: false, source: undefined };
  const path = `node_modules/${name}@${reference.replace(/^npm:/, '')}`;
  if (reference.startsWith('workspace:')) {
    const folder = reference.slice('workspace:'.length).replace(/^\.$/, '');
    if (!isInside(folder))
      throw new Error(`the workspace ${JSON.stringify(folder)} is not inside the project`);
    return { ...plain, version: undefined, path: folder };
  }
  if (/^(?:link|portal):/.test(reference)) return { ...plain, path, resolved: reference, link: true };
  if (reference.startsWith('patch:')) {
    const { name: of, range } = readDescriptor(decoded(reference.slice('patch:'.length).replace(/#.*/, '')));
    const source = `node_modules/${of}@${range.replace(/^npm:/, '')}`;
    const isOwn = of === name && ownPatch.test(reference);
    return { ...plain, path, patched: !isOwn, source };
  }
  const [, locked, more] = /^npm:([^:]+)(::.*)?$/.exec(reference) ?? [];
  if (locked === undefined) return { ...plain, path, resolved: reference };
  if (locked !== version) throw new Error(`"${path}" says that it is ${version ?? 'no version'}`);
  const archive = /^::__archiveUrl=([^&]+)$/.exec(more ?? '')?.[1];
  return { ...plain, path, resolved: more === undefined ? undefined : decoded(archive ?? reference) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`cannot read ${JSON.stringify(text.slice(0, 80))}`);
  }
}

/** `os=darwin & (cpu=x64 | cpu=arm64)`, as Yarn writes them. */
function conditionsOf(text: string): Pick<LockEntry['claims'], 'os' | 'cpu' | 'libc'> {
  const rest = text.replace(/!?(?:os|cpu|libc)=[\w-]+|[\s&|()]/g, '');
  if (rest !== '') throw new Error(`the conditions ${JSON.stringify(text.slice(0, 80))} cannot be read`);
  const of = (kind: string) =>
    [...text.matchAll(/(!?)(os|cpu|libc)=([\w-]+)/g)]
      .filter((each) => each[2] === kind)
      .map((each) => `${each[1]}${each[3]}`);
  return { os: of('os'), cpu: of('cpu'), libc: of('libc') };
}

/** Which entry a need gets: by name and range, as they stand in the keys. */
class Finder {
  readonly #byDescriptor = new Map<string, string>();
  readonly #resolutions: ReadonlyMap<string, readonly string[]>;
  readonly #catalogs: Catalogs;
  readonly #versions = new Map<string, string>();

  constructor(
    blocks: readonly Block[],
    resolutions: ReadonlyMap<string, readonly string[]>,
    catalogs: Catalogs,
  ) {
    this.#resolutions = resolutions;
    this.#catalogs = catalogs;
    for (const { keys, entry } of blocks) {
      if (entry.version !== undefined) this.#versions.set(entry.path, entry.version);
      for (const key of keys) {
        const { name, range } = readDescriptor(key);
        const id = ownPatch.test(range) ? patchedId(range) : `${name}@${bareRange(range)}`;
        const known = this.#byDescriptor.get(id);
        if (known !== undefined && known !== entry.path) throw new Error(`"${key}" stands twice`);
        this.#byDescriptor.set(id, entry.path);
      }
    }
  }

  edgesOf({ entry, source }: Block): ReadonlyMap<string, string> {
    const edges = new Map<string, string>(source === undefined ? [] : [[entry.name, source]]);
    for (const [name, range] of [...entry.dependencies, ...entry.optionalDependencies]) {
      const path = this.#find(name, range);
      if (path !== undefined) edges.set(name, path);
    }
    return edges;
  }

  #find(name: string, spec: string): string | undefined {
    const listed = inCatalogs(this.#catalogs, name, spec)?.range;
    const found = this.#locked(name, listed === undefined ? spec : bareRange(listed));
    // What a catalog does not admit is nothing that was locked for it: no manifest says the range, so nobody else compares.
    return listed === undefined || this.#admits(listed, found) ? found : undefined;
  }

  #admits(range: string, path: string | undefined): boolean {
    const version = path === undefined ? undefined : this.#versions.get(path);
    return version !== undefined && (semver.validRange(range) === null || semver.satisfies(version, range));
  }

  #locked(name: string, range: string): string | undefined {
    const ids = [range, ...(this.#resolutions.get(name) ?? [])].map((each) => `${name}@${each}`);
    return ids.flatMap(
      (id) => this.#byDescriptor.get(`patched ${id}`) ?? this.#byDescriptor.get(id) ?? [],
    )[0];
  }
}

/** Yarn takes its patched package wherever the plain one is asked for. */
function patchedId(range: string): string {
  const { name, range: inner } = readDescriptor(decoded(range.slice('patch:'.length).replace(/#.*/, '')));
  return `patched ${name}@${bareRange(inner)}`;
}
