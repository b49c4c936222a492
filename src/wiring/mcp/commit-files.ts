import { openInbox } from '../../adapters/git-host/local/local-git-host.ts';
import type { FileChange, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { FilesWish } from '../../server/mcp/desk.ts';
import type { Repository } from '../repository.ts';
import { BranchRules } from '../rules.ts';

/** Of this agent alone: no other's name is in it, and no agent of autoland's own writes here. */
export function topicRef(source: string, topic: string): string {
  return `refs/heads/autoland/agent/${source.replace(/^agent:/, '')}/${topic}`;
}

/** Makes a commit of the files and points the ref at it. The same files on the same base leave what is there. */
export async function commitFiles(
  { place, clock }: Repository,
  ref: string,
  { base, title, files }: Pick<FilesWish, 'base' | 'title' | 'files'>,
): Promise<Sha> {
  const contents = contentsOf(files);
  const { reader, inbox, close } = await openInbox(place.repo, { scratchIn: place.files.scratch });
  try {
    const onto = await reader.resolve(base ?? (await new BranchRules(reader, false).load()).config.branch);
    const wanted = { base: onto, files: contents, message: `${title}\n`, ref: null, at: clock.now() };
    const made = await inbox.propose(wanted);
    mustTouchOnly(contents, await reader.diff(onto, made));
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

/** A file that takes the place of a directory, or the other way round, would delete what the agent may not know of. */
function mustTouchOnly(asked: ReadonlyMap<string, Buffer | null>, diff: readonly FileChange[]): void {
  const touched = diff.flatMap(({ path, oldPath = path }) => [path, oldPath]);
  const other = touched.find((path) => !asked.has(path));
  if (other === undefined) return;
  throw new AutolandError(
    'usage',
    `expected to touch the given files only, found that ${JSON.stringify(other)} would go too`,
    { mend: 'choose another path, or give that one with text null' },
  );
}

function contentsOf(files: FilesWish['files']): ReadonlyMap<string, Buffer | null> {
  const contents = new Map<string, Buffer | null>();
  for (const { path, text } of files) {
    if (contents.has(path))
      throw new AutolandError('usage', `expected each path once, found ${JSON.stringify(path)} twice`, {
        mend: 'give the file once, whole',
      });
    contents.set(path, text === null ? null : Buffer.from(text));
  }
  const written = files.filter(({ text }) => text !== null).map(({ path }) => path);
  for (const path of written)
    if (written.some((other) => other.startsWith(`${path}/`)))
      throw new AutolandError(
        'usage',
        `expected a file or a directory at ${JSON.stringify(path)}, found both`,
        {
          mend: 'choose another path for one of them',
        },
      );
  return contents;
}
