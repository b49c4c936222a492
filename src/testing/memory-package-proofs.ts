import type { Advisory, AdvisoryAnswer } from '../domain/npm/advisories.ts';
import type { PackageProof } from '../domain/npm/package-proofs.ts';
import type { Advisories } from '../ports/advisories.ts';
import type { PackageProofs } from '../ports/package-proofs.ts';

/** What a registry that vouches for nothing says of every version. */
export const bareProof: PackageProof = {
  integrity: undefined,
  signature: { kind: 'none' },
  provenance: { kind: 'none' },
  publisher: undefined,
  maintainers: undefined,
  publishers: [],
  repository: undefined,
};

/** Says of each version what the test put into it by `name@version`, and of all others that nothing vouches for them. */
export class MemoryProofs implements PackageProofs {
  readonly #proofs: ReadonlyMap<string, PackageProof | undefined>;

  constructor(proofs: Readonly<Record<string, PackageProof | undefined>> = {}) {
    this.#proofs = new Map(Object.entries(proofs));
  }

  async prove({ name, version }: { name: string; version: string }): Promise<PackageProof | undefined> {
    const key = `${name}@${version}`;
    return this.#proofs.has(key) ? this.#proofs.get(key) : bareProof;
  }
}

/** Knows what the test put into it, by `name@version`. */
export class MemoryAdvisories implements Advisories {
  readonly #known: ReadonlyMap<string, readonly Advisory[]>;

  constructor(known: Readonly<Record<string, readonly Advisory[]>> = {}) {
    this.#known = new Map(Object.entries(known));
  }

  async known(versions: readonly { name: string; version: string }[]): Promise<AdvisoryAnswer> {
    const asked = versions.map(({ name, version }) => `${name}@${version}`);
    const own = asked.flatMap((key) => {
      const all = this.#known.get(key);
      return all === undefined ? [] : [[key, all] as const];
    });
    return { known: new Map(own), silent: [] };
  }
}

/** For tests that are about something else. */
export const nothingVouched = () => ({
  packageProofs: new MemoryProofs(),
  advisories: new MemoryAdvisories(),
});
