import type { ApiEntry, ApiFile, ApiQuestion, LoadMode } from '../../../domain/api.ts';
import type { PackageContents } from '../../../domain/package-contents.ts';
import { resolveEntry, subpathsOf } from './resolve.ts';
import type { PackageShape } from './shape.ts';

const mostBytes = 16 * 1024 * 1024;
const mostCodeBytes = 4 * 1024 * 1024;
const mostSubpaths = 40;

export type Version = { readonly contents: PackageContents; readonly shape: PackageShape };

/** What to ask of two versions; undefined: they hold more than is ever read. `wanted`: the subpaths that the client loads. */
export function questionOf(
  name: string,
  old: Version,
  now: Version,
  wanted: readonly string[],
): ApiQuestion | undefined {
  const subpaths = [...new Set([...wanted, ...subpathsOf(old.shape)])].slice(0, mostSubpaths);
  const entries = subpaths.flatMap((subpath) => [
    ...entryOf(old, now, subpath, 'import'),
    ...entryOf(old, now, subpath, 'require'),
  ]);
  const files = [
    filesOf(old, new Set(entries.map((each) => each.old))),
    filesOf(now, new Set(entries.map((each) => each.now))),
  ] as const;
  const [before, after] = files;
  if (before === undefined || after === undefined) return undefined;
  return { name, old: before, now: after, subpaths, entries };
}

function entryOf(old: Version, now: Version, subpath: string, mode: LoadMode): readonly ApiEntry[] {
  const [before, after] = [old, now].map(({ shape }) => resolveEntry(shape, subpath, mode));
  if (before === undefined || after === undefined || !/\.[cm]?js$/.test(before)) return [];
  return [{ subpath, mode, old: before, now: after }];
}

const declared = /\.([cm]?ts|tsx)$/;

function filesOf({ contents }: Version, entries: ReadonlySet<string>): readonly ApiFile[] | undefined {
  const read = (wanted: (path: string) => boolean): readonly ApiFile[] | undefined => {
    const found = contents.files.filter(({ path, kind }) => kind === 'text' && wanted(path));
    const texts = found.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
    return texts.length < found.length ? undefined : texts;
  };
  const promised = read((path) => declared.test(path) || /(^|\/)package\.json$/.test(path));
  const isCode = (path: string) => /\.[cm]?js$/.test(path) || entries.has(path);
  const all = read(isCode);
  const code = sizeOf(all) <= mostCodeBytes ? all : read((path) => entries.has(path));
  if (promised === undefined || code === undefined || sizeOf(promised) + sizeOf(code) > mostBytes)
    return undefined;
  return [...promised, ...code];
}

function sizeOf(files: readonly ApiFile[] | undefined): number {
  if (files === undefined) return Number.POSITIVE_INFINITY;
  return files.reduce((sum, { text }) => sum + text.length, 0);
}
