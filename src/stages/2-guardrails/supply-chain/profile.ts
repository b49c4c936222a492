import type { Capability, SourceText } from '../../../domain/capabilities.ts';
import type { PackageContents, PackageFile } from '../../../domain/package-contents.ts';
import { isCode } from './code-file.ts';
import { idleFiles } from './idle.ts';
import { type ProfileManifest, readProfileManifest } from './manifest.ts';
import type { Mark } from './mark.ts';
import { join } from './resolve-file.ts';
import { textMarks } from './text-marks.ts';

/** What is left of a package when its text is gone. */
export type PackageProfile = {
  readonly manifest: ProfileManifest;
  readonly marks: readonly Mark[];
  /** Files of code that nothing in the package loads; undefined: not known. */
  readonly idle: readonly string[] | undefined;
  /** Files inside packages that it loads by name, as it writes them. */
  readonly inner: readonly string[];
};

const loadable = /\.(json|[cm]?[jt]sx?)$/i;

function manifestOf({ files }: PackageContents): ProfileManifest {
  return readProfileManifest(files.find(({ path }) => path === 'package.json')?.text);
}

/** Each text once as code and once as anything else, however often the package holds it; where it is loaded, if it is. */
function distinct(
  { files }: PackageContents,
  { entries }: ProfileManifest,
  idle: readonly string[] = [],
): readonly PackageFile[] {
  const seen = new Set<string>();
  const last = new Set(idle);
  const ordered = [
    ...files.filter(({ path }) => !last.has(path)),
    ...files.filter(({ path }) => last.has(path)),
  ];
  return ordered.filter((file) => {
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
  const idle = idleFiles(contents, found, manifest);
  const marks = distinct(contents, manifest, idle).flatMap((file): readonly Mark[] => {
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
  const inner = [...found.values()].flat().filter(({ kind }) => kind === 'inner');
  return {
    manifest,
    marks: [...marks, ...oddLoads(contents, found, manifest), ...links],
    idle,
    inner: [...new Set(inner.map(({ what }) => what))],
  };
}

function toMark({ kind, what, line, quote }: Capability, path: string): readonly Mark[] {
  return kind === 'load' || kind === 'inner' ? [] : [{ kind, what, path, line, quote }];
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
      const target = kind === 'load' ? (join(file.path.split('/').slice(0, -1).join('/'), what) ?? '') : '';
      if (!paths.has(target) || loadable.test(target)) return [];
      const odd = 'a file that is not named as code';
      return [{ kind: 'dynamic-require' as const, what: odd, path: file.path, line, quote }];
    }),
  );
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
