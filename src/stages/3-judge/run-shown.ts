import type { FileChange, Sha } from '../../domain/change.ts';
import type { FileDiff, FilePair } from '../../domain/file-diff.ts';
import type { Classification } from '../../domain/stage.ts';
import type { DiffReader } from '../../ports/diff-reader.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { obstacleTo, type Showing, showingOf } from './shown.ts';

export type ShownPorts = {
  readonly git: Pick<GitReader, 'readFile'>;
  readonly diffs: DiffReader;
};

/** Lockfiles are large, what changes in them is not. */
const mostBytes = { file: 4 * 1024 * 1024, all: 16 * 1024 * 1024 };
const mostFiles = 300;

/** What the change does to each file, read from its two trees, and never from what anybody says of it. */
export async function showChange(
  ports: ShownPorts,
  { base, tree, files }: Pick<Classification, 'base' | 'tree' | 'files'>,
  mostCharacters: number,
): Promise<Showing> {
  const found = new Map<string, FileDiff>();
  const pairs: FilePair[] = [];
  let bytes = 0;
  for (const [at, file] of files.entries()) {
    const why = at < mostFiles ? obstacleTo(file) : 'there are too many files';
    const pair = why === undefined ? await readPair(ports.git, { base, tree }, file) : { why };
    if (!('why' in pair)) bytes += pair.bytes;
    if ('why' in pair) found.set(file.path, { kind: 'unread', why: pair.why });
    else if (bytes > mostBytes.all) found.set(file.path, { kind: 'unread', why: 'the files are too large' });
    else pairs.push(pair.pair);
  }
  const read = await ports.diffs.read(pairs);
  return showingOf(files, new Map([...read, ...found]), mostCharacters);
}

type Trees = { readonly base: Sha; readonly tree: Sha };

async function readPair(
  git: ShownPorts['git'],
  { base, tree }: Trees,
  { path, oldPath = path, status }: FileChange,
): Promise<{ readonly pair: FilePair; readonly bytes: number } | { readonly why: string }> {
  const before = status === 'added' ? null : await git.readFile(base, oldPath);
  const after = status === 'deleted' ? null : await git.readFile(tree, path);
  if (before === undefined || after === undefined) return { why: 'it cannot be read' };
  const sizes = [before?.length ?? 0, after?.length ?? 0];
  if (Math.max(...sizes) > mostBytes.file) return { why: 'it is too large' };
  const pair = { path, oldPath, base: textOf(before), head: textOf(after) };
  return { pair, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function textOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('utf8');
}
