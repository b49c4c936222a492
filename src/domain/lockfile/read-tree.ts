import { AutolandError, messageOf } from '../errors.ts';
import { type Lockfile, parseLockfileOf } from '../lockfile.ts';
import { type Manifest, parseManifest } from '../npm/manifest.ts';
import { type Catalogs, catalogFiles, noCatalogs, readCatalogs } from './catalogs.ts';
import { dialectOf, rootLockfileNames, workspaceFolders } from './locate.ts';
import { type Dialect, isProject } from './model.ts';

/** One commit or tree. */
export type Tree = {
  /** undefined: there is no such file. */
  read(path: string): Promise<Buffer | undefined>;
  paths(): Promise<readonly string[]>;
};

/** How the packages of a tree are locked. */
export type LockedTree = {
  /** Lockfiles at the root, the one that counts first. */
  readonly names: readonly string[];
  /** The first; undefined: there is none, or none that can be read here. */
  readonly lockfile: Lockfile | undefined;
};

/** Rejects with `lockfile.invalid` and `manifest.invalid`. */
export async function readLockedTree(tree: Tree): Promise<LockedTree> {
  const found = await Promise.all(
    rootLockfileNames.map(async (name) => [name, await tree.read(name)] as const),
  );
  const present = found.flatMap(([name, bytes]) => (bytes === undefined ? [] : [{ name, bytes }]));
  const names = present.map(({ name }) => name);
  const [first] = present;
  const text = first?.bytes.toString('utf8') ?? '';
  const dialect = first && dialectOf(first.name, text);
  if (dialect === undefined) return { names, lockfile: undefined };
  // The other dialects name their projects themselves.
  const projects = dialect.startsWith('yarn')
    ? await readProjects(tree, dialect === 'yarn-classic')
    : new Map();
  const catalogs = dialect === 'yarn-berry' ? await readCatalogsIn(tree, dialect) : noCatalogs;
  return { names, lockfile: parseLockfileOf(dialect, text, projects, catalogs) };
}

/** What `catalog:` means in the manifests of a tree. */
export async function readCatalogsIn(tree: Pick<Tree, 'read'>, dialect: Dialect): Promise<Catalogs> {
  const file = catalogFiles[dialect];
  const bytes = file === undefined ? undefined : await tree.read(file);
  return readCatalogs(dialect, bytes?.toString('utf8'));
}

async function readProjects(tree: Tree, all: boolean): Promise<ReadonlyMap<string, Manifest>> {
  const root = await readManifest(tree, '');
  const folders = all ? foldersOf(root, await tree.paths()) : [];
  return readManifests(tree, ['', ...folders]);
}

function foldersOf(root: Manifest | undefined, paths: readonly string[]): readonly string[] {
  try {
    return workspaceFolders(root, paths);
  } catch (error) {
    throw new AutolandError('lockfile.invalid', `The lockfile cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** By folder ('' = root), of those that are there. Rejects with `manifest.invalid`. */
export async function readManifests(
  tree: Pick<Tree, 'read'>,
  folders: readonly string[],
): Promise<ReadonlyMap<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (const folder of folders) {
    const manifest = await readManifest(tree, folder);
    if (manifest !== undefined) manifests.set(folder, manifest);
  }
  return manifests;
}

async function readManifest(tree: Pick<Tree, 'read'>, folder: string): Promise<Manifest | undefined> {
  const path = folder === '' ? 'package.json' : `${folder}/package.json`;
  const bytes = await tree.read(path);
  return bytes && parseManifest(bytes.toString('utf8'), path);
}

/** Folders of the projects that a lockfile speaks of. */
export function projectFolders(lockfile: Lockfile | undefined): readonly string[] {
  return [...(lockfile?.entries.keys() ?? [])].filter(isProject);
}
