import { isRecord } from '../npm/hostile-json.ts';
import type { Manifest } from '../npm/manifest.ts';
import { byText } from '../npm/order.ts';
import type { Dialect } from './model.ts';

/** At the root, in the order in which they count where there are several; undefined: not understood. */
const rootLockfiles: ReadonlyMap<string, 'npm' | 'pnpm' | 'yarn' | undefined> = new Map([
  // npm takes it before a package-lock.json.
  ['npm-shrinkwrap.json', 'npm'],
  ['package-lock.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', undefined],
  ['bun.lockb', undefined],
  ['deno.lock', undefined],
]);

export const rootLockfileNames: readonly string[] = [...rootLockfiles.keys()];

/** A lockfile of any package manager, wherever it lies. */
export function isLockfile(path: string): boolean {
  return rootLockfiles.has(path.slice(path.lastIndexOf('/') + 1));
}

export function isManifest(path: string): boolean {
  return path === 'package.json' || path.endsWith('/package.json');
}

/** What a lockfile of this name is written in; undefined: it cannot be read here. */
export function dialectOf(name: string, text: string): Dialect | undefined {
  const manager = rootLockfiles.get(name);
  if (manager !== 'yarn') return manager;
  return /^__metadata:/m.test(text) ? 'yarn-berry' : 'yarn-classic';
}

const maxProjects = 500;

/** Folders of the workspaces that the root manifest names, as Yarn 1 reads it. Throws an Error for patterns that it does not know. */
export function workspaceFolders(root: Manifest | undefined, paths: readonly string[]): readonly string[] {
  const raw = root !== undefined && Object.hasOwn(root.raw, 'workspaces') ? root.raw.workspaces : [];
  const list: unknown = isRecord(raw) ? (raw.packages ?? []) : raw;
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string' && plainGlob.test(each))) {
    throw new Error('the workspaces of package.json are not plain patterns of folders');
  }
  if (list.length === 0) return [];
  const patterns = list.map(globOf);
  const folders = paths
    .filter((path) => path.endsWith('/package.json') && !path.includes('node_modules/'))
    .map((path) => path.slice(0, -'/package.json'.length))
    .filter((folder) => patterns.some((pattern) => pattern.test(folder)))
    .sort(byText);
  if (folders.length > maxProjects)
    throw new Error(`there are ${folders.length} workspaces, over ${maxProjects}`);
  return folders;
}

/** One `**` at most, and one `*` in a name: more would take a regular expression for ever. */
const plainGlob = /^(?!.*\*\*.*\*\*)(?!.*\*[^*/]+\*)(?!.*\*\*\*)[\w@.*/-]{1,200}$/;

function globOf(glob: string): RegExp {
  const parts = glob.replace(/^\.\//, '').replace(/\/+$/, '').split('/');
  const source = parts.map((part) =>
    part === '**' ? '(?:[^/]+/)*[^/]+' : part.replaceAll('.', '\\.').replaceAll('*', '[^/]*'),
  );
  return new RegExp(`^${source.join('/')}$`);
}
