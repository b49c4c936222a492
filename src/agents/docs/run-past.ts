import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { isManifest } from '../../domain/lockfile/locate.ts';
import type { FileHistory, FileMoves, GitReader } from '../../ports/git-host.ts';
import type { Skipped } from '../portions.ts';
import type { Named } from './commands.ts';
import type { Moves } from './links.ts';
import { manifestOf, type Past } from './past.ts';
import type { ReadDocs } from './run-read.ts';

const limits = { commits: 2_000, states: 60, paths: 200, steps: 4, manifests: 300, bytes: 1024 * 1024 };

export type PastDeps = {
  readonly git: Pick<GitReader, 'readFile'> & Pick<FileHistory, 'touches'> & FileMoves;
};

/** Where files went, a step after the other. Where the history is cut off, nothing is known. */
export async function movesOf(
  { git }: PastDeps,
  { base, site }: ReadDocs,
  paths: readonly string[],
): Promise<Moves> {
  const steps = new Map<string, { readonly to: string; readonly commit: Sha }>();
  let asked = paths.slice(0, limits.paths);
  for (let step = 0; step < limits.steps && asked.length > 0; step += 1) {
    const found = await unlessCut(() => git.moves(base, asked, limits.commits), []);
    const next = new Set<string>();
    for (const { from, to, commit } of found) {
      if (to === null || steps.has(from)) continue;
      steps.set(from, { to, commit });
      if (!site.paths.has(to)) next.add(to);
    }
    asked = [...next];
  }
  return new Map([...steps.keys()].map((from) => [from, lastOf(from, steps)]));
}

function lastOf(from: string, steps: Moves): { readonly to: string; readonly commit: Sha } {
  let last = steps.get(from) ?? { to: from, commit: '' };
  for (let step = 0; step < limits.steps; step += 1) last = steps.get(last.to) ?? last;
  return last;
}

/** The root's package.json as it is, and as it was. [0] is the present one; []: there is none that can be read. */
export async function pastOf({ git }: PastDeps, base: Sha): Promise<Past> {
  const path = 'package.json';
  const touches = await unlessCut(() => git.touches(base, [path], limits.commits), []);
  const states = [{ sha: base, at: undefined }, ...touches].slice(0, limits.states);
  const past: Past[number][] = [];
  for (const { sha: commit, at } of states) {
    const bytes = await git.readFile(commit, path);
    const manifest =
      bytes === undefined || bytes.length > limits.bytes ? undefined : manifestOf(bytes.toString('utf8'));
    if (manifest !== undefined) past.push({ commit, at, manifest });
    else if (commit === base) return [];
  }
  return past;
}

/** Why nothing that documents say of the project's own package is held against it; []: it is, or there is none. */
export async function unreadManifest({ git }: PastDeps, base: Sha): Promise<readonly Skipped[]> {
  const path = 'package.json';
  const bytes = await git.readFile(base, path);
  const isTooLarge = bytes !== undefined && bytes.length > limits.bytes;
  if (bytes === undefined || (!isTooLarge && manifestOf(bytes.toString('utf8')) !== undefined)) return [];
  const why = isTooLarge ? `it is over ${limits.bytes} bytes` : 'it is no object in JSON';
  const reason = `Neither read nor held against the commands and versions that documents name: ${why}.`;
  return [{ name: path, code: 'docs.not-read', reason }];
}

/** What commands can name, of every package.json. */
export async function namesOf(
  { git }: PastDeps,
  { base, listed, site }: ReadDocs,
  past: Past,
  moves: Moves,
): Promise<Named> {
  const paths = listed.filter(({ path, kind }) => kind === 'file' && isManifest(path));
  const texts = await Promise.all(
    paths.slice(0, limits.manifests).map(({ path }) => git.readFile(base, path)),
  );
  const manifests = texts.flatMap((bytes) => manifestOf(bytes?.toString('utf8') ?? '') ?? []);
  const keys = (of: 'scripts' | 'bin') => new Set(manifests.flatMap((each) => [...each[of].keys()]));
  return { scripts: keys('scripts'), bins: keys('bin'), past, paths: site.paths, moves };
}

/** Documents of a package within the repository tell of its versions, not of the root's. */
export function belowManifests(listed: ReadDocs['listed']): (path: string) => boolean {
  const folders = listed.flatMap(({ path }) => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    return isManifest(path) && folder !== '' ? [folder] : [];
  });
  return (path) => folders.some((folder) => path.startsWith(folder));
}

async function unlessCut<T>(ask: () => Promise<T>, none: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AutolandError) return none;
    throw error;
  }
}
