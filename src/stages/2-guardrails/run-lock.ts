import type { Sha } from '../../domain/change.ts';
import { isLockfile, isManifest } from '../../domain/lockfile/locate.ts';
import { projectFolders, readLockedTree, readManifests, type Tree } from '../../domain/lockfile/read-tree.ts';
import { newEntries } from '../../domain/lockfile.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';

/** Rejects with `lockfile.invalid` and `manifest.invalid`. */
export const gatherLock = gatherer<'lock'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, settings, change }) {
    const { base, tree, files } = change.classification;
    const touched = files
      .flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [path, oldPath]))
      .filter((path) => isLockfile(path) || isManifest(path));
    const { allowed } = settings.registry;
    // What was there before the change is not its doing, readable or not.
    if (touched.length === 0) return { ...untouched, origins: allowed };
    const [before, after] = await Promise.all(
      [base, tree].map((side) => readLockedTree(treeOf(deps.git, side))),
    );
    const manifests = await readManifests(treeOf(deps.git, tree), projectFolders(after?.lockfile));
    const lockfiles = { base: before?.lockfile, head: after?.lockfile };
    // A change that brings no package asks nothing of the registry: it may be down.
    const asks = lockfiles.head !== undefined && newEntries(lockfiles.base, lockfiles.head).length > 0;
    const origins = asks ? await deps.registry.origins() : [];
    return {
      ...lockfiles,
      manifests,
      origins: [...allowed, ...origins],
      files: { base: before?.names ?? [], head: after?.names ?? [], touched },
    };
  },
});

const untouched = {
  base: undefined,
  head: undefined,
  manifests: new Map(),
  files: { base: [], head: [], touched: [] },
};

function treeOf(git: GuardrailPorts['git'], commit: Sha): Tree {
  return {
    read: (path) => git.readFile(commit, path),
    paths: async () => (await git.list(commit, '')).map(({ path }) => path),
  };
}
