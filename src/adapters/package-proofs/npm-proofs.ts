import ssri from 'ssri';
import { messageOf } from '../../domain/errors.ts';
import type { PackageProof, ProvenanceProof } from '../../domain/npm/package-proofs.ts';
import type { PackageProofs } from '../../ports/package-proofs.ts';
import type { AttemptLimits } from '../registry/attempts.ts';
import { HttpReader } from '../registry/http-reader.ts';
import type { NpmSettings } from '../registry/npm-settings.ts';
import type { Packuments } from '../registry/packuments.ts';
import { UpstreamRegistry } from '../registry/upstream.ts';
import { verifyAttestations } from './attestations.ts';
import { type RegistryKey, readServedKeys } from './keys.ts';
import { readServed, type Served } from './served.ts';
import { verifySignature } from './signature.ts';
import { shippedTrustRoot, type TrustRoot } from './trust-root.ts';

/** Short: a registry that does not know the question may hang, and a person can look instead. */
const DEFAULTS: AttemptLimits = { totalMs: 12_000, retries: 1, backoffMs: 250, stallMs: 6_000 };
const ATTESTATION_BYTES = 4 * 1024 * 1024;
const KEYS_BYTES = 256 * 1024;

export type NpmProofsOptions = {
  readonly settings: NpmSettings;
  readonly packuments: Packuments;
  readonly limits?: Partial<AttemptLimits>;
  /** Default: as shipped with `@sigstore/tuf`. */
  readonly trustRoot?: () => Promise<TrustRoot>;
};

/** What npm's registry, or one that passes its documents on, has to prove where its packages come from. */
export class NpmProofs implements PackageProofs {
  readonly #packuments: Packuments;
  readonly #reader: HttpReader;
  readonly #upstream: UpstreamRegistry;
  readonly #readRoot: () => Promise<TrustRoot>;
  #root: Promise<TrustRoot> | undefined;

  constructor({ settings, packuments, limits, trustRoot }: NpmProofsOptions) {
    this.#packuments = packuments;
    this.#reader = new HttpReader(settings, { ...DEFAULTS, ...limits });
    this.#upstream = new UpstreamRegistry(settings);
    this.#readRoot = trustRoot ?? shippedTrustRoot;
  }

  async prove(
    { name, version }: { readonly name: string; readonly version: string },
    keysOf: readonly string[],
  ): Promise<PackageProof | undefined> {
    const packument = await this.#packuments.get(name);
    const isThere = packument !== undefined && Object.hasOwn(packument.versions, version);
    const entry = isThere ? packument.versions[version] : undefined;
    if (packument === undefined || entry === undefined) return undefined;
    const served = readServed(packument, entry);
    const { publisher, maintainers, publishers, repository } = served;
    return {
      integrity: served.signed.integrity,
      signature: await this.#signature(served, keysOf),
      provenance: await this.#provenance(served),
      publisher,
      maintainers,
      publishers,
      repository,
    };
  }

  async #signature({ signed }: Served, keysOf: readonly string[]): Promise<PackageProof['signature']> {
    if (signed.signatures?.length === 0) return { kind: 'none' };
    try {
      const { keys } = await this.#trusted();
      return verifySignature(signed, [...keys, ...(await this.#ownKeys(signed.name, keysOf))]);
    } catch (thrown) {
      return { kind: 'unknown', why: messageOf(thrown) };
    }
  }

  /** Of the registry that serves the package, and of no other: its keys say nothing about other registries' packages. */
  async #ownKeys(name: string, keysOf: readonly string[]): Promise<readonly RegistryKey[]> {
    const registry = this.#upstream.registryOf(name);
    if (!keysOf.includes(registry)) return [];
    const request = { url: `${registry}-/npm/v1/keys`, name, accept: 'application/json', limit: KEYS_BYTES };
    const bytes = await this.#reader.read(request);
    return bytes === undefined ? [] : readServedKeys(bytes.toString('utf8'));
  }

  async #provenance({ signed, attested }: Served): Promise<ProvenanceProof> {
    if (!attested) return { kind: 'none' };
    const { name, version, integrity } = signed;
    const [digest] = ssri.parse(integrity ?? '')?.sha512 ?? [];
    if (digest === undefined) return { kind: 'unknown', why: 'the registry gives no sha512 digest' };
    // The URL that the packument names could point anywhere, so it is made here.
    const url = `${this.#upstream.registryOf(name)}-/npm/v1/attestations/${name.replace('/', '%2f')}@${version}`;
    const request = { url, name, accept: 'application/json', limit: ATTESTATION_BYTES };
    try {
      const bytes = await this.#reader.read(request);
      if (bytes === undefined)
        return { kind: 'unknown', why: 'the registry names attestations and has none' };
      const about = { name, version, sha512: Buffer.from(digest.digest, 'base64').toString('hex') };
      return await verifyAttestations(bytes.toString('utf8'), about, await this.#trusted());
    } catch (thrown) {
      return { kind: 'unknown', why: messageOf(thrown) };
    }
  }

  async #trusted(): Promise<TrustRoot> {
    this.#root ??= this.#readRoot();
    return this.#root;
  }
}
