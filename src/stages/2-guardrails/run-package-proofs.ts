import type { PackageProof } from '../../domain/npm/package-proofs.ts';
import type { RegistryFacts } from './facts.ts';
import type { PackageProofFacts, ProvenPackage } from './package-proofs/facts.ts';
import { servedEntries } from './packages.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';

const maxPackages = 100;
const askedAtOnce = 6;

/** Rejects as the port does. */
export const gatherPackageProofs = gatherer<'packageProofs'>()({
  needs: ['registry'],
  cost: 'light',
  async gather({ deps, settings, change, found }) {
    if (change.classification.class === 'revert') return { packages: [], omitted: [], revert: true };
    return proofsOf(deps, settings.registry.keysOf ?? [], found.registry);
  },
});

async function proofsOf(
  { packageProofs }: Pick<GuardrailPorts, 'packageProofs'>,
  keysOf: readonly string[],
  { entries, baseVersions }: Pick<RegistryFacts, 'entries' | 'baseVersions'>,
): Promise<PackageProofFacts> {
  // Where two entries of one version are locked with different digests, at least one is not the signed one.
  const wanted = new Map(
    servedEntries(entries).map((entry) => [`${entry.name}@${entry.version} ${entry.integrity}`, entry]),
  );
  const asked = [...wanted.values()];
  const packages: ProvenPackage[] = [];
  const prove = (name: string, version: string): Promise<PackageProof | undefined> =>
    packageProofs.prove({ name, version }, keysOf);
  const queue = asked.slice(0, maxPackages).entries();
  const work = async () => {
    for (const [at, { name, version, integrity }] of queue) {
      const old = await Promise.all((baseVersions.get(name) ?? []).map((each) => prove(name, each)));
      packages[at] = { name, version, locked: integrity, old, now: await prove(name, version) };
    }
  };
  await Promise.all(Array.from({ length: askedAtOnce }, work));
  return { packages, omitted: asked.slice(maxPackages).map(({ name, version }) => `${name}@${version}`) };
}
