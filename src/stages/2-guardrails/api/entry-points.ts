import semver from 'semver';
import type { LoadMode } from '../../../domain/api.ts';
import { formatOf, patternsOf, resolveEntry, subpathsOf } from './resolve.ts';
import type { PackageShape } from './shape.ts';

/** A promise of package.json that is not kept. */
export type EntryBreak =
  | {
      readonly kind: 'export-removed' | 'module-system-changed';
      readonly subpath: string;
      readonly mode: LoadMode;
      readonly detail: string;
    }
  | { readonly kind: 'exports-closed' | 'engines-narrowed'; readonly detail: string }
  | { readonly kind: 'bin-removed'; readonly bin: string; readonly detail: string };

const mostExpanded = 500;

/** `wanted`: subpaths that the client loads, whether the package names them or not. */
export function compareEntryPoints(
  old: PackageShape,
  now: PackageShape,
  wanted: readonly string[],
): readonly EntryBreak[] {
  const subpaths = [...new Set([...subpathsOf(old), ...wanted, ...expanded(old, now)])];
  const entries = subpaths.flatMap((subpath) => [
    ...compareEntry(old, now, subpath, 'import'),
    ...compareEntry(old, now, subpath, 'require'),
  ]);
  return [...entries, ...closed(old, now), ...engines(old, now), ...bins(old, now)];
}

function compareEntry(
  old: PackageShape,
  now: PackageShape,
  subpath: string,
  mode: LoadMode,
): readonly EntryBreak[] {
  const before = resolveEntry(old, subpath, mode);
  if (before === undefined) return [];
  const after = resolveEntry(now, subpath, mode);
  const entry = `${subpath} for ${mode}`;
  if (after === undefined) {
    return [{ kind: 'export-removed', subpath, mode, detail: `it no longer has the entry ${entry}` }];
  }
  const [was, is] = [formatOf(old, before), formatOf(now, after)];
  // `import` reads both; what its default is changes only from CommonJS to a module, where the names are compared.
  if (was === is || mode === 'import') return [];
  const detail = `its entry ${entry} was ${was ?? 'data'} and is ${is ?? 'data'}`;
  return [{ kind: 'module-system-changed', subpath, mode, detail }];
}

/** Subpaths that a pattern offered; where the new version has the same pattern, its files are its own business. */
function expanded(old: PackageShape, now: PackageShape): readonly string[] {
  const found: string[] = [];
  const kept = patternsOf(now);
  for (const pattern of patternsOf(old).filter((each) => !kept.includes(each))) {
    const [before = '', after = ''] = pattern.split('*');
    for (const file of old.files) {
      const subpath = `./${file}`;
      const fits = subpath.startsWith(before) && subpath.endsWith(after) && /\.[cm]?js$/.test(file);
      if (fits) found.push(subpath);
      if (found.length >= mostExpanded) return found;
    }
  }
  return found;
}

function closed(old: PackageShape, now: PackageShape): readonly EntryBreak[] {
  if (old.exports !== undefined || now.exports === undefined) return [];
  if (patternsOf(now).includes('./*')) return [];
  return [{ kind: 'exports-closed', detail: 'it closes every file that its new exports do not name' }];
}

function engines(old: PackageShape, now: PackageShape): readonly EntryBreak[] {
  if (now.node === undefined || now.node === old.node) return [];
  const isWider = semver.validRange(now.node) !== null && covers(now.node, old.node ?? '*');
  if (isWider) return [];
  return [{ kind: 'engines-narrowed', detail: `it needs Node ${now.node}, and needed ${old.node ?? 'any'}` }];
}

/** Is every version of `inner` one of `outer`? No range: false. */
export function covers(outer: string, inner: string): boolean {
  return (
    semver.validRange(inner) !== null &&
    semver.validRange(outer) !== null &&
    semver.subset(inner, outer, { includePrerelease: true })
  );
}

function bins(old: PackageShape, now: PackageShape): readonly EntryBreak[] {
  const gone = old.bins.filter((bin) => !now.bins.includes(bin));
  return gone.map((bin) => ({ kind: 'bin-removed', bin, detail: `it no longer has the command ${bin}` }));
}
