import type { ApiEntry } from '../../../../domain/api.ts';
import type { JsonRecord } from '../../../../domain/npm/hostile-json.ts';
import { isTestFile } from '../../../../domain/test-file.ts';
import { resolveEntry, subpathsOf } from '../resolve.ts';
import type { PackageShape } from '../shape.ts';
import { patternsIn, seedsAt, starOf, targetsOf } from './manifest.ts';
import { candidates, isReadable } from './reach.ts';

const mostWanted = 40;

/** Subpaths that patterns of `exports` lead to, each with code in the repository; those of touched files first. */
export function patternSubpaths(
  manifest: JsonRecord,
  shape: PackageShape,
  touched: ReadonlySet<string>,
): readonly string[] {
  const code = [...shape.files].filter((path) => isReadable(path) && !isTestFile(path));
  const files = [...code.filter((path) => touched.has(path)), ...code.filter((path) => !touched.has(path))];
  const found = new Set<string>();
  for (const { subpath, path } of patternsIn(manifest)) {
    for (const file of files) {
      const star = starOf(path, file);
      const one = star === undefined ? undefined : subpath.replace('*', () => star);
      if (one !== undefined && entryFile(shape, one) === file) found.add(one);
      if (found.size >= mostWanted) return [...found];
    }
  }
  return [...found];
}

function entryFile(shape: PackageShape, subpath: string): string | undefined {
  return resolveEntry(shape, subpath, 'import') ?? resolveEntry(shape, subpath, 'require');
}

/** Each subpath with the files that it may lead to, as far as the repository holds them. */
export function entryFiles(
  manifest: JsonRecord,
  shape: PackageShape,
  wanted: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const subpaths = [...new Set([...subpathsOf(shape), ...wanted])];
  return new Map(
    subpaths.map((subpath) => {
      const named = wanted.includes(subpath) ? [] : seedsAt(manifest, subpath);
      const targets = [...named, entryFile(shape, subpath) ?? ''].filter((path) => path !== '');
      const files = targets.flatMap(candidates).filter((path) => isReadable(path) && shape.files.has(path));
      return [subpath, [...new Set(files)]];
    }),
  );
}

/**
 * The shape with the files that a build is taken to make: those that its manifest names in a folder of which the repository
 * holds nothing, and that the base did not hold either.
 */
export function withBuilt(
  shape: PackageShape,
  manifest: JsonRecord,
  base: ReadonlySet<string>,
): PackageShape {
  const folders = new Set([...shape.files].map(topFolder));
  const built = targetsOf(manifest).filter(
    (path) => !shape.files.has(path) && !base.has(path) && !folders.has(topFolder(path)),
  );
  return { ...shape, files: new Set([...shape.files, ...built]) };
}

function topFolder(path: string): string {
  return path.slice(0, path.indexOf('/') + 1) || path;
}

/** Entries whose names can be read where their types cannot. */
export function nameEntries(
  old: PackageShape,
  now: PackageShape,
  subpaths: readonly string[],
): readonly ApiEntry[] {
  return subpaths.flatMap((subpath) =>
    (['import', 'require'] as const).flatMap((mode) => {
      const [before, after] = [old, now].map((shape) => resolveEntry(shape, subpath, mode));
      if (before === undefined || after === undefined) return [];
      const isCode = isReadable(before) && !/\.d\.[cm]?ts$/.test(before);
      return isCode ? [{ subpath, mode, old: before, now: after }] : [];
    }),
  );
}
