import type { Sha } from '../../domain/change.ts';
import { type Lockfile, newEntries, parseLockfile } from '../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import { projectManifests } from './packages.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';

type Git = Pick<GuardrailPorts['git'], 'readFile'>;

/** Rejects with `lockfile.invalid` and `manifest.invalid`. */
export const gatherLock = gatherer<'lock'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, settings, change }) {
    const { base, tree } = change.classification;
    const [before, after] = await Promise.all([readLock(deps.git, base), readLock(deps.git, tree)]);
    const manifests = await readManifests(deps.git, tree, after);
    // A change that brings no package asks nothing of the registry: it may be down.
    const asks = after !== undefined && newEntries(before, after).length > 0;
    const origins = asks ? await deps.registry.origins() : [];
    return { base: before, head: after, manifests, origins: [...settings.registry.allowed, ...origins] };
  },
});

async function readLock(git: Git, commit: Sha): Promise<Lockfile | undefined> {
  const bytes = await git.readFile(commit, 'package-lock.json');
  return bytes && parseLockfile(bytes.toString('utf8'));
}

async function readManifests(
  git: Git,
  tree: Sha,
  lockfile: Lockfile | undefined,
): Promise<ReadonlyMap<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (const { folder, path } of projectManifests(lockfile)) {
    const bytes = await git.readFile(tree, path);
    if (bytes !== undefined) manifests.set(folder, parseManifest(bytes.toString('utf8'), path));
  }
  return manifests;
}
