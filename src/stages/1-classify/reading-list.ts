import type { FileChange } from '../../domain/change.ts';
import { isLockfile, isManifest } from '../../domain/lockfile/locate.ts';
import { documentsNamedIn } from './docs.ts';
import { isDocumentPath, isSourcePath } from './paths.ts';

/** Beyond these a diff is not looked at closer, and its class is `other`. */
const limits = { sources: 300, sourceBytes: 1_000_000, readers: 5_000, readerBytes: 2_000_000 };

/** What to read for a question about the diff, or why it is too much to read. */
export type ReadingList =
  | { readonly kind: 'read'; readonly paths: readonly string[] }
  | { readonly kind: 'too-much'; readonly why: string };

export function manifestPaths(files: readonly FileChange[]): readonly string[] {
  return files.map(({ path }) => path).filter(isManifest);
}

/** The edited source files, whose syntax is compared. */
export function sourcesToCompare(files: readonly FileChange[]): ReadingList {
  const edited = files.filter((file) => file.status === 'modified' && file.kind === 'file');
  if (edited.length <= limits.sources) return { kind: 'read', paths: edited.map(({ path }) => path) };
  const why = `It changes ${edited.length} source files, over the ${limits.sources} that are compared.`;
  return { kind: 'too-much', why };
}

export function isComparable(...sides: readonly Buffer[]): boolean {
  return sides.every(({ length }) => length <= limits.sourceBytes);
}

type Listed = { readonly path: string; readonly kind: string; readonly size: number };

/** Every file of the tree that may name a changed document. */
export function possibleReaders(listed: readonly Listed[]): ReadingList {
  const texts = listed.filter(
    ({ path, kind }) =>
      !isDocumentPath(path) && !isLockfile(path) && !namesNothing.test(path) && kind !== 'submodule',
  );
  const large = texts.find((file) => isSourcePath(file.path) && file.size > limits.readerBytes);
  if (texts.length <= limits.readers && large === undefined)
    return { kind: 'read', paths: texts.map(({ path }) => path) };
  const what = large?.path ?? `${texts.length} files`;
  const why = `Whether the code reads the changed documents is unknown: ${what} is too much to look through.`;
  return { kind: 'too-much', why };
}

/** Pictures, fonts, archives, licences, and the policy, whose words for classes are names of folders too. */
const namesNothing =
  /\.(png|jpe?g|gif|webp|ico|svg|woff2?|ttf|otf|eot|pdf|zip|gz|tgz|mp4|webm|wasm|snap)$|(^|\/)licen[cs]e[^/]*$|^\.autoland\/policy\.cedar$/i;

/** The changed documents that `text` names; one that moved goes by both names. */
export function changedDocumentsIn(text: string, files: readonly FileChange[]): readonly string[] {
  const documents = files.flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [path, oldPath]));
  return documentsNamedIn(text, documents);
}
