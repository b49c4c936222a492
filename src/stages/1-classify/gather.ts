import type { FileChange, Sha } from '../../domain/change.ts';
import { messageOf } from '../../domain/errors.ts';
import { type Lockfile, parseLockfile } from '../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { type ClassifyInput, kindOfDiff } from './classify.ts';
import { lockfilePath } from './dependencies.ts';
import { documentsNamedIn } from './docs.ts';
import { isDocumentPath, isSourcePath } from './paths.ts';
import type { SyntaxComparison } from './syntax.ts';
import { compareInProcess, type SourcePair } from './syntax-process.ts';

/** Beyond these a diff is not looked at closer, and its class is `other`. */
const limits = { sources: 300, sourceBytes: 1_000_000, readers: 5_000, readerBytes: 2_000_000 };

type Git = Pick<GitReader, 'readFile' | 'list'>;
type Sides = {
  readonly git: Git;
  readonly base: Sha;
  readonly tree: Sha;
  readonly files: readonly FileChange[];
};

/** Throws `lockfile.invalid` when one of the two lockfiles does not parse. */
export async function gather(sides: Sides): Promise<Omit<ClassifyInput, 'revert' | 'protectedPatterns'>> {
  const unreadable: string[] = [];
  const kind = kindOfDiff(sides.files);
  return {
    files: sides.files,
    baseLock: await readLock(sides.git, sides.base),
    headLock: await readLock(sides.git, sides.tree),
    manifests: await readManifests(sides, unreadable),
    readers: kind === 'docs' ? await readersOf(sides, unreadable) : new Map(),
    syntax: kind === 'source' ? await compareSources(sides, unreadable) : new Map(),
    unreadable,
  };
}

async function readLock(git: Git, commit: Sha): Promise<Lockfile | undefined> {
  const bytes = await git.readFile(commit, lockfilePath);
  return bytes && parseLockfile(bytes.toString('utf8'));
}

async function readManifests(
  { git, base, tree, files }: Sides,
  unreadable: string[],
): Promise<ClassifyInput['manifests']> {
  const manifests = new Map<string, { base?: Manifest; head?: Manifest }>();
  for (const { path } of files.filter((file) => /(^|\/)package\.json$/.test(file.path))) {
    const [before, after] = await Promise.all([git.readFile(base, path), git.readFile(tree, path)]);
    try {
      manifests.set(path, {
        ...(before && { base: parseManifest(before.toString('utf8'), path) }),
        ...(after && { head: parseManifest(after.toString('utf8'), path) }),
      });
    } catch (error) {
      unreadable.push(messageOf(error));
    }
  }
  return manifests;
}

async function compareSources(
  { git, base, tree, files }: Sides,
  unreadable: string[],
): Promise<ReadonlyMap<string, SyntaxComparison>> {
  const edited = files.filter((file) => file.status === 'modified' && file.kind === 'file');
  if (edited.length > limits.sources) {
    unreadable.push(
      `It changes ${edited.length} source files, over the ${limits.sources} that are compared.`,
    );
    return new Map();
  }
  const pairs: SourcePair[] = [];
  for (const { path } of edited) {
    const [before, after] = await Promise.all([git.readFile(base, path), git.readFile(tree, path)]);
    const size = Math.max(before?.length ?? 0, after?.length ?? 0);
    if (before === undefined || after === undefined || size > limits.sourceBytes) continue;
    pairs.push({ path, base: before.toString('utf8'), head: after.toString('utf8') });
  }
  return compareInProcess(pairs);
}

/** Looks through every other text file of the tree for one that names a changed document. */
async function readersOf(
  { git, base, tree, files }: Sides,
  unreadable: string[],
): Promise<ReadonlyMap<string, string>> {
  const documents = files.flatMap((file) =>
    file.oldPath === undefined ? [file.path] : [file.path, file.oldPath],
  );
  const readers = new Map<string, string>();
  const listed = await git.list(tree, '');
  const texts = listed.filter(
    (file) =>
      !isDocumentPath(file.path) &&
      file.path !== lockfilePath &&
      mayName(file.path) &&
      file.kind !== 'submodule',
  );
  const large = texts.find((file) => isSourcePath(file.path) && file.size > limits.readerBytes);
  if (texts.length > limits.readers || large !== undefined) {
    const what = large?.path ?? `${texts.length} files`;
    unreadable.push(
      `Whether the code reads the changed documents is unknown: ${what} is too much to look through.`,
    );
    return readers;
  }
  for (let at = 0; at < texts.length; at += 8) {
    const batch = texts.slice(at, at + 8);
    const contents = await Promise.all(batch.map((file) => git.readFile(base, file.path)));
    for (const [index, content] of contents.entries()) {
      const reader = batch[index]?.path ?? '';
      for (const path of documentsNamedIn(content?.toString('utf8') ?? '', documents))
        readers.set(path, reader);
    }
  }
  return readers;
}

/** Pictures, fonts, archives and licences name nothing. */
function mayName(path: string): boolean {
  return !/\.(png|jpe?g|gif|webp|ico|svg|woff2?|ttf|otf|eot|pdf|zip|gz|tgz|mp4|webm|wasm|snap)$|(^|\/)licen[cs]e[^/]*$/i.test(
    path,
  );
}
