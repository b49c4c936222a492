import type { LoadMode } from '../../../domain/api.ts';
import { isRecord } from '../../../domain/npm/hostile-json.ts';
import { own, type PackageShape } from './shape.ts';

const conditions: Readonly<Record<LoadMode, ReadonlySet<string>>> = {
  import: new Set(['node', 'import', 'module-sync', 'default']),
  require: new Set(['node', 'require', 'module-sync', 'default']),
};

/**
 * The file that Node loads for `.` or `./sub`; undefined: it loads none.
 * The algorithm: https://nodejs.org/api/esm.html#resolution-algorithm-specification
 */
export function resolveEntry(shape: PackageShape, subpath: string, mode: LoadMode): string | undefined {
  const file =
    shape.exports === undefined
      ? legacy(shape, subpath, mode)
      : inside(target(shape.exports, subpath, conditions[mode]));
  return file !== undefined && shape.files.has(file) ? file : undefined;
}

/** Explicit subpaths, `.` first; those with a `*` are not among them. */
export function subpathsOf(shape: PackageShape): readonly string[] {
  if (!isMap(shape.exports)) return ['.'];
  const keys = Object.keys(shape.exports).filter((key) => !key.includes('*') && !key.endsWith('/'));
  return [...new Set(['.', ...keys.filter((key) => key.startsWith('./') && key !== './package.json')])];
}

/** Subpaths with a `*`. */
export function patternsOf(shape: PackageShape): readonly string[] {
  return isMap(shape.exports) ? Object.keys(shape.exports).filter((key) => key.includes('*')) : [];
}

/** Is a file a module, or what `require` was made for? undefined: neither, such as JSON. */
export function formatOf(shape: PackageShape, file: string): 'module' | 'commonjs' | undefined {
  if (/\.m[jt]s$/.test(file)) return 'module';
  if (/\.c[jt]s$/.test(file)) return 'commonjs';
  if (/\.(json|node|wasm)$/.test(file)) return undefined;
  let folder = file;
  while (folder !== '') {
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    const said = shape.modules.get(folder);
    if (said !== undefined) return said ? 'module' : 'commonjs';
  }
  return 'commonjs';
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && Object.keys(value).some((key) => key.startsWith('.'));
}

function target(exported: unknown, subpath: string, wanted: ReadonlySet<string>): Target {
  if (!isMap(exported)) return subpath === '.' ? choose(exported, '', wanted) : undefined;
  if (Object.hasOwn(exported, subpath) && !subpath.includes('*') && !subpath.endsWith('/'))
    return choose(exported[subpath], '', wanted);
  const best = Object.keys(exported)
    .filter((key) => matches(key, subpath))
    .sort(bySpecificity)[0];
  if (best === undefined) return undefined;
  const [before = '', after = ''] = best.split('*');
  return choose(exported[best], subpath.slice(before.length, subpath.length - after.length), wanted);
}

function matches(key: string, subpath: string): boolean {
  const [before = '', after, more] = key.split('*');
  if (after === undefined || more !== undefined) return false;
  return subpath.length >= key.length && subpath.startsWith(before) && subpath.endsWith(after);
}

/** Node's PATTERN_KEY_COMPARE. */
function bySpecificity(a: string, b: string): number {
  return b.indexOf('*') - a.indexOf('*') || b.length - a.length;
}

/** null: closed by the package. */
type Target = string | null | undefined;

/** Conditions count in the order in which the package lists them. */
function choose(value: unknown, star: string, wanted: ReadonlySet<string>): Target {
  if (value === null) return null;
  if (typeof value === 'string') return value.replaceAll('*', () => star);
  if (Array.isArray(value)) {
    for (const each of value) {
      const found = choose(each, star, wanted);
      if (found !== undefined && found !== null) return found;
    }
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  for (const key of Object.keys(value)) {
    const found = wanted.has(key) ? choose(own(value, key), star, wanted) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function inside(path: string | null | undefined): string | undefined {
  if (typeof path !== 'string' || !path.startsWith('./')) return undefined;
  const parts = path.slice(2).split('/');
  return parts.some((part) => part === '..' || part === '.' || part === 'node_modules')
    ? undefined
    : parts.join('/');
}

/** Without `exports`: `main`, or the file itself; only `require` guesses endings. */
function legacy(shape: PackageShape, subpath: string, mode: LoadMode): string | undefined {
  if (subpath === '.') return guess(shape, shape.main ?? 'index.js') ?? guess(shape, 'index.js');
  const path = normal(subpath);
  return mode === 'require' ? guess(shape, path) : path;
}

function guess(shape: PackageShape, wanted: string): string | undefined {
  const path = normal(wanted);
  const main = shape.mains.get(path);
  const folder = path === '' ? '' : `${path}/`;
  const names = [path, `${path}.js`, `${path}.json`, `${path}.node`];
  if (main !== undefined && path !== '') {
    const below = normal(`${path}/${main}`);
    names.push(below, `${below}.js`, `${below}/index.js`);
  }
  return [...names, `${folder}index.js`, `${folder}index.json`].find((name) => shape.files.has(name));
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
