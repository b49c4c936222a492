import type { Capability, SourceText } from '../../../domain/capabilities.ts';
import type { PackageContents, PackageFile } from '../../../domain/package-contents.ts';
import { type ProfileManifest, readProfileManifest } from './manifest.ts';
import type { Mark } from './mark.ts';
import { textMarks } from './text-marks.ts';

/** What is left of a package when its text is gone. */
export type PackageProfile = { readonly manifest: ProfileManifest; readonly marks: readonly Mark[] };

const code = /\.[cm]?[jt]sx?$/i;
const typesOnly = /\.d\.([\w-]+\.)?[cm]?ts$/i;
const loadable = /\.(json|[cm]?[jt]sx?)$/i;

function isCode(file: PackageFile, entries: readonly string[]): boolean {
  if (typesOnly.test(file.path)) return false;
  if (code.test(file.path) || entries.includes(file.path)) return true;
  return file.text !== undefined && /^#!.*\bnode\b/.test(file.text.slice(0, 200));
}

function manifestOf({ files }: PackageContents): ProfileManifest {
  return readProfileManifest(files.find(({ path }) => path === 'package.json')?.text);
}

/** Each text once as code and once as anything else, however often the package holds it. */
function distinct({ files }: PackageContents, { entries }: ProfileManifest): readonly PackageFile[] {
  const seen = new Set<string>();
  return files.filter((file) => {
    const id = `${file.digest} ${isCode(file, entries)}`;
    return !seen.has(id) && seen.add(id);
  });
}

/** What is to be analysed, by digest. */
export function sourcesOf(contents: PackageContents): readonly SourceText[] {
  const manifest = manifestOf(contents);
  return distinct(contents, manifest).flatMap((file) =>
    file.kind === 'text' && file.text !== undefined && isCode(file, manifest.entries)
      ? [{ id: file.digest, path: file.path, text: file.text }]
      : [],
  );
}

/** `found` by digest; a source that is missing from it could not be read. */
export function profileOf(
  contents: PackageContents,
  found: ReadonlyMap<string, readonly Capability[]>,
): PackageProfile {
  const manifest = manifestOf(contents);
  const marks = distinct(contents, manifest).flatMap((file): readonly Mark[] => {
    if (file.kind === 'binary') return [binaryMark(file)];
    const isSource = isCode(file, manifest.entries);
    const all = textMarks(file, isSource);
    if (!isSource) return all;
    const capabilities = file.text === undefined ? undefined : found.get(file.digest);
    if (capabilities === undefined) {
      return [...all, { kind: 'unread', what: file.digest, path: file.path, line: 0, quote: '' }];
    }
    return [...all, ...capabilities.flatMap((each) => toMark(each, file.path))];
  });
  const links = contents.links.map((path): Mark => ({ kind: 'link', what: path, path, line: 0, quote: '' }));
  return { manifest, marks: [...marks, ...oddLoads(contents, found, manifest), ...links] };
}

function toMark({ kind, what, line, quote }: Capability, path: string): readonly Mark[] {
  return kind === 'load' ? [] : [{ kind, what, path, line, quote }];
}

/** Node runs a file whose name ends in anything else as a program, too. From each place: names are relative to it. */
function oddLoads(
  { files }: PackageContents,
  found: ReadonlyMap<string, readonly Capability[]>,
  { entries }: ProfileManifest,
): readonly Mark[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap((file) =>
    (isCode(file, entries) ? (found.get(file.digest) ?? []) : []).flatMap(({ kind, what, line, quote }) => {
      const target = kind === 'load' ? resolve(file.path, what) : '';
      if (!paths.has(target) || loadable.test(target)) return [];
      const odd = 'a file that is not named as code';
      return [{ kind: 'dynamic-require' as const, what: odd, path: file.path, line, quote }];
    }),
  );
}

function resolve(from: string, spec: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of spec.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

const pictures: readonly (readonly [RegExp, RegExp])[] = [
  [/\.png$/i, /^89504e47/],
  [/\.jpe?g$/i, /^ffd8ff/],
  [/\.gif$/i, /^47494638/],
  [/\.ico$/i, /^00000100/],
  [/\.webp$/i, /^52494646/],
  [/\.(woff2?|ttf|otf|eot)$/i, /^(774f46|00010000|4f54544f|74727565)/],
];

function binaryMark({ path, digest, magic }: PackageFile): Mark {
  const isPicture = pictures.some(([name, bytes]) => name.test(path) && bytes.test(magic));
  return { kind: isPicture ? 'image' : 'binary', what: digest, path, line: 0, quote: `begins with ${magic}` };
}
