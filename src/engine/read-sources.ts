import type { FileChange, Sha } from '../domain/change.ts';
import type { Classification } from '../domain/stage.ts';
import type { SourcePair } from '../domain/syntax.ts';
import type { GitReader } from '../ports/git-host.ts';

const mostBytes = 512 * 1024;
const mostFiles = 300;

export type Sources = { readonly pairs: readonly SourcePair[]; readonly unread: readonly string[] };

type Git = Pick<GitReader, 'readFile'>;

/** Both versions of the wanted files of a change; a version that does not exist is ''. `unread`: too large or too many. */
export async function readSources(
  git: Git,
  change: Pick<Classification, 'files' | 'base' | 'tree'>,
  isWanted: (file: FileChange) => boolean,
): Promise<Sources> {
  const pairs: SourcePair[] = [];
  const unread: string[] = [];
  for (const { path, oldPath, status } of change.files.filter(isWanted)) {
    const base = status === 'added' ? '' : await readText(git, change.base, oldPath ?? path);
    const head = status === 'deleted' ? '' : await readText(git, change.tree, path);
    if (base === undefined || head === undefined || pairs.length >= mostFiles) unread.push(path);
    else pairs.push({ path, base, head });
  }
  return { pairs, unread };
}

/** '' where the tree has no such file; undefined: it is too large. */
export async function readText(git: Git, tree: Sha, path: string): Promise<string | undefined> {
  const bytes = await git.readFile(tree, path);
  if (bytes === undefined) return '';
  return bytes.length > mostBytes ? undefined : bytes.toString('utf8');
}
