import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import { type Catalogs, catalogFiles, readCatalogs } from '../../../domain/lockfile/catalogs.ts';
import { rootLockfileNames } from '../../../domain/lockfile/locate.ts';
import { type LockedTree, readLockedTree } from '../../../domain/lockfile/read-tree.ts';
import { type Dialect, isProject, type Lockfile } from '../../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../../domain/npm/manifest.ts';
import type { GitReader } from '../../../ports/git-host.ts';
import type { Skipped } from '../choose/candidates.ts';
import { anotherThanNpm, chooseManager, type Manager } from './choose.ts';
import { readSettings, settingsPaths } from './settings.ts';

/** What is read of the branch, and who writes its lockfile. */
export type Project = {
  readonly base: Sha;
  readonly lockPath: string;
  /** Texts of package.json files and the lockfile, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly lockfile: Lockfile;
  /** What it is written with besides, as the manager is shown it. */
  readonly settings: ReadonlyMap<string, string>;
  /** The same as it stands in the repository. */
  readonly sources: ReadonlyMap<string, string>;
  readonly catalogs: Catalogs;
  /** undefined: npm, which is there. */
  readonly manager: Manager | undefined;
};

type Git = Pick<GitReader, 'resolve' | 'readFile' | 'list'>;

/** The project at the root of the branch, or why nothing of it can be proposed. */
export async function readProject(git: Git, target: string): Promise<Project | Skipped> {
  const base = await git.resolve(target);
  try {
    return await readAt(git, base);
  } catch (thrown) {
    const isRead = thrown instanceof AutolandError && /^(?:lockfile|manifest)\.invalid$/.test(thrown.code);
    if (!isRead) throw thrown;
    // Other agents have work all the same.
    const mend = thrown.mend === undefined ? '' : ` Mend: ${thrown.mend}.`;
    const name = thrown.code === 'lockfile.invalid' ? await lockfileIn(git, base) : 'package.json';
    return skip(thrown.code, name, `${thrown.message}${mend}`);
  }
}

/** The one that counts, which cannot be read. */
async function lockfileIn(git: Git, base: Sha): Promise<string> {
  for (const name of rootLockfileNames) if ((await git.readFile(base, name)) !== undefined) return name;
  return 'package-lock.json';
}

type Text = (path: string) => Promise<string | undefined>;

async function readAt(git: Git, base: Sha): Promise<Project | Skipped> {
  const read = (path: string) => git.readFile(base, path);
  const paths = async () => (await git.list(base, '')).map(({ path }) => path);
  const locked = lockedBy(await readLockedTree({ read, paths }));
  if ('code' in locked) return locked;
  return readAround(base, locked, async (path) => (await read(path))?.toString('utf8'));
}

type Locked = Pick<Project, 'lockPath' | 'lockfile'>;

function lockedBy({ names, lockfile }: LockedTree): Locked | Skipped {
  const [lockPath, another] = names;
  if (lockPath === undefined) return skip('dependency.no-lockfile', 'package-lock.json', noLockfile);
  if (another !== undefined) {
    const reason = `Which of ${names.join(', ')} is installed from is not known: keep one of them.`;
    return skip('dependency.several-lockfiles', lockPath, reason);
  }
  return lockfile === undefined || lockPath === 'npm-shrinkwrap.json'
    ? skip('dependency.manager', lockPath, `${lockPath} cannot be written anew here.`)
    : { lockPath, lockfile };
}

async function readAround(base: Sha, locked: Locked, text: Text): Promise<Project | Skipped> {
  const { lockPath, lockfile } = locked;
  const sources = await readSources(lockfile.dialect, text);
  const settings = readSettings(lockfile.dialect, sources);
  if ('code' in settings) return { name: lockPath, version: null, ...settings };
  const texts = new Map([[lockPath, (await text(lockPath)) ?? '']]);
  const manifests = new Map<string, Manifest>();
  for (const path of manifestPaths(lockfile)) {
    const found = await text(path);
    if (found === undefined) continue;
    texts.set(path, found);
    manifests.set(path, parseManifest(found, path));
  }
  const chosen = writerOf(locked, manifests.get('package.json'), settings.brought);
  if ('code' in chosen) return chosen;
  const catalogs = readCatalogs(lockfile.dialect, sources.get(catalogFiles[lockfile.dialect] ?? ''));
  return { base, ...locked, texts, manifests, settings: settings.files, sources, catalogs, ...chosen };
}

function writerOf(
  { lockPath, lockfile: { dialect, version } }: Locked,
  root: Manifest | undefined,
  brought: string | undefined,
): Pick<Project, 'manager'> | Skipped {
  const none = `Expected a package.json beside ${lockPath}, found none.`;
  if (root === undefined) return skip('manifest.invalid', 'package.json', none);
  const manager =
    dialect === 'npm' ? anotherThanNpm(root) : chooseManager({ dialect, version }, root, brought);
  return manager !== undefined && 'code' in manager
    ? { name: lockPath, version: null, ...manager }
    : { manager };
}

const noLockfile =
  'There is no lockfile at the root: expected one of package-lock.json, pnpm-lock.yaml, yarn.lock.';

function skip(code: string, name: string, reason: string): Skipped {
  return { name, version: null, code, reason };
}

async function readSources(dialect: Dialect, text: Text) {
  const texts = new Map<string, string>();
  for (const path of settingsPaths[dialect]) {
    const found = await text(path);
    if (found !== undefined) texts.set(path, found);
  }
  return texts;
}

function manifestPaths(lockfile: Lockfile): readonly string[] {
  const folders = [...lockfile.entries.keys()].filter(isProject);
  return folders.map((folder) => (folder === '' ? 'package.json' : `${folder}/package.json`));
}
