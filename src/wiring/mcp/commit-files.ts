import { openInbox } from '../../adapters/git-host/local/local-git-host.ts';
import { assertSafePath } from '../../adapters/git-host/local/safe-path.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { FilesWish } from '../../server/mcp/desk.ts';
import type { Repository } from '../place/repository.ts';

type Contents = ReadonlyMap<string, Buffer | null>;

/** Of this agent alone: no other's name is in it, and no agent of autoland's own writes here. */
export function topicRef(source: string, topic: string): string {
  return `refs/heads/autoland/agent/${source.replace(/^agent:/, '')}/${topic}`;
}

/**
 * Makes a commit of the files and points the ref at it. The same files on the same base leave what is there. What is refused
 * writes nothing: objects that no change counts would fill the disk.
 */
export async function commitFiles(
  { place, clock }: Repository,
  ref: string,
  { base, title, files }: Pick<FilesWish, 'base' | 'title' | 'files'>,
): Promise<Sha> {
  const contents = contentsOf(files);
  const { reader, inbox, close } = await openInbox(place.repo, { scratchIn: place.files.scratch });
  try {
    const onto = await reader.resolve(base);
    mustTouchOnly(contents, await reader.list(onto, ''));
    const wanted = { base: onto, files: contents, message: `${title}\n`, ref: null, at: clock.now() };
    const made = await inbox.propose(wanted);
    const there = await reader.resolve(ref).catch(() => undefined);
    if (there !== undefined && (await saysTheSame(reader, onto, [there, made]))) return there;
    return await inbox.propose({ ...wanted, ref });
  } finally {
    await close();
  }
}

/** Time apart. */
async function saysTheSame(reader: GitReader, base: Sha, commits: readonly Sha[]): Promise<boolean> {
  const told = await Promise.all(
    commits.map(async (commit) => {
      const since = await reader.history(base, commit);
      const [one, ...more] = since.map(({ tree, parents, message }) => [tree, parents, message]);
      return more.length > 0 || one === undefined ? commit : JSON.stringify(one);
    }),
  );
  return new Set(told).size === 1;
}

function contentsOf(files: FilesWish['files']): Contents {
  const contents = new Map<string, Buffer | null>();
  for (const { path, text } of files) {
    assertSafePath(path);
    if (contents.has(path))
      throw new AutolandError('usage', `expected each path once, found ${JSON.stringify(path)} twice`, {
        mend: 'give the file once, whole',
      });
    contents.set(path, text === null ? null : Buffer.from(text));
  }
  return contents;
}

/** A file that takes the place of a directory, or the other way round, would delete what the agent may not know of. */
function mustTouchOnly(contents: Contents, base: readonly { readonly path: string }[]): void {
  const written = [...contents].filter(([, bytes]) => bytes !== null).map(([path]) => path);
  const staying = base.map(({ path }) => path).filter((path) => !contents.has(path));
  const files = new Set([...written, ...staying]);
  const directories = new Set([...files].flatMap(directoriesOf));
  const both = [...written, ...written.flatMap(directoriesOf)].find(
    (path) => files.has(path) && directories.has(path),
  );
  if (both === undefined) return;
  throw new AutolandError('usage', `expected a file or a directory at ${JSON.stringify(both)}, found both`, {
    mend: 'choose another path, or give what is to go with text null',
  });
}

/** `a/b/c` is below `a` and `a/b`. */
function directoriesOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
