import {
  type ApiEntry,
  type ApiFile,
  type ApiQuestion,
  isTyped,
  type LoadMode,
} from '../../../domain/api.ts';
import { resolveEntry, subpathsOf } from './resolve.ts';
import type { PackageShape, PackageTexts } from './shape.ts';

const mostBytes = 16 * 1024 * 1024;
const mostCodeBytes = 4 * 1024 * 1024;
const mostSubpaths = 40;

export type Version = { readonly contents: PackageTexts; readonly shape: PackageShape };

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

/** undefined: a declaration could not be read, or all of it is too much. Code that could not be read has names that are not known. */
function filesOf({ contents }: Version, entries: ReadonlySet<string>): readonly ApiFile[] | undefined {
  const isPromise = (path: string) => isTyped(path) || /(^|\/)package\.json$/.test(path);
  const isCode = (path: string) => !isPromise(path) && (/\.[cm]?js$/.test(path) || entries.has(path));
  const texts = contents.files.filter(({ kind }) => kind === 'text');
  if (texts.some(({ path, text }) => isPromise(path) && text === undefined)) return undefined;
  const readable = texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
  const promised = readable.filter(({ path }) => isPromise(path));
  const all = readable.filter(({ path }) => isCode(path));
  const code = sizeOf(all) <= mostCodeBytes ? all : all.filter(({ path }) => entries.has(path));
  return sizeOf(promised) + sizeOf(code) > mostBytes ? undefined : [...promised, ...code];
}

function sizeOf(files: readonly ApiFile[]): number {
  return files.reduce((sum, { text }) => sum + text.length, 0);
}
