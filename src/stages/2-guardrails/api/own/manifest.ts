import { isRecord, type JsonRecord, parseHostileObject } from '../../../../domain/npm/hostile-json.ts';
import { own } from '../shape.ts';

/** Of these, one at least makes a package that others can use. */
const ways = ['exports', 'main', 'module', 'types', 'typings', 'bin'] as const;
/** All that a manifest promises to who uses the package. */
const promises = [...ways, 'typesVersions', 'imports', 'type', 'engines', 'name', 'private'] as const;

/** undefined: it is no object that can be read. */
export function readManifest(text: string): JsonRecord | undefined {
  try {
    return parseHostileObject(text);
  } catch {
    return undefined;
  }
}

/** Others can install it, and there is something to load or to run. `hasIndex`: an index.js stands beside it, which is loaded by default. */
export function isPublishable(manifest: JsonRecord, hasIndex: boolean): boolean {
  const hasWay = ways.some((key) => own(manifest, key) !== undefined && own(manifest, key) !== null);
  const isVersion = typeof own(manifest, 'version') === 'string' && hasIndex;
  return (
    (hasWay || isVersion) && typeof own(manifest, 'name') === 'string' && own(manifest, 'private') !== true
  );
}

/** Where reading begins: what is named, and what is loaded where nothing is. */
export function seedsOf(manifest: JsonRecord): readonly string[] {
  const named = targetsOf(manifest);
  return own(manifest, 'exports') === undefined ? [...named, 'index.js'] : named;
}

/** What a subpath may lead to. */
export function seedsAt(manifest: JsonRecord, subpath: string): readonly string[] {
  const exported = own(manifest, 'exports');
  const isNamed = isRecord(exported) && Object.hasOwn(exported, subpath);
  const { bin, imports, ...loaded } = manifest;
  return seedsOf(exported === undefined ? loaded : { exports: isNamed ? exported[subpath] : exported });
}

/** There is more of it than commands. */
export function isLoadable(manifest: JsonRecord, hasIndex: boolean): boolean {
  return hasIndex || ways.some((key) => key !== 'bin' && own(manifest, key) !== undefined);
}

export function sameManifest(a: JsonRecord, b: JsonRecord): boolean {
  const text = (manifest: JsonRecord) => JSON.stringify(promises.map((key) => own(manifest, key) ?? null));
  return text(a) === text(b);
}

/** Its own name, where it can be a folder's as well. */
export function nameOf(manifest: JsonRecord): string {
  const name = own(manifest, 'name');
  return typeof name === 'string' && /^(@[\w.-]+\/)?\w[\w.-]*$/.test(name) ? name : 'own-package';
}

const mostTargets = 500;
const mostPatterns = 20;

/** Each path that it names, from the package's root and without `./`; those with a `*` too. */
export function targetsOf(manifest: JsonRecord): readonly string[] {
  const keys = [...ways, 'typesVersions', 'imports'] as const;
  const found = keys.flatMap((key) => stringsIn(own(manifest, key)));
  const paths = found.map(normal).filter((path) => path !== '' && !path.split('/').includes('..'));
  return [...new Set(paths)].slice(0, mostTargets);
}

/** Subpaths of `exports` with a `*`, and the paths that they lead to. */
export function patternsIn(manifest: JsonRecord): readonly { subpath: string; path: string }[] {
  const exported = own(manifest, 'exports');
  const keys = isRecord(exported) ? Object.entries(exported) : [];
  const patterns = keys.filter(([subpath]) => isPattern(subpath)).slice(0, mostPatterns);
  return patterns.flatMap(([subpath, value]) => {
    const paths = stringsIn(value).map(normal).filter(isPattern).slice(0, mostPatterns);
    return paths.map((path) => ({ subpath, path }));
  });
}

/** What a `*` stands for where `path` fits; undefined: it does not. */
export function starOf(pattern: string, path: string): string | undefined {
  const [before = '', after = ''] = pattern.split('*');
  const fits = path.startsWith(before) && path.endsWith(after) && path.length > before.length + after.length;
  return fits ? path.slice(before.length, path.length - after.length) : undefined;
}

function isPattern(text: string): boolean {
  return text.split('*').length === 2;
}

/** Its depth is bounded where it was parsed. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

function normal(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}
