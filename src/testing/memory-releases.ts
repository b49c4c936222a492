import { type Config, servicesOf } from '../config/schema.ts';
import type { Sha } from '../domain/change.ts';
import type { Built } from '../domain/stage.ts';
import { slsaProvenance } from '../domain/statements.ts';
import type { Attestation, Attestor } from '../ports/attestor.ts';
import type { Builder, BuildOutcome } from '../ports/builder.ts';
import type { AttachmentName, Release, ReleaseStore } from '../ports/release-store.ts';

/** Releases without files; their digests are made up by whoever puts them. */
export class MemoryReleases implements ReleaseStore {
  readonly #releases = new Map<string, Release>();
  readonly #putAt = new Map<string, number>();
  readonly #attached = new Map<string, Attestation>();

  async put(input: { dir: string; service: string; commit: string }): Promise<Release> {
    const release = { ...input, digest: input.dir };
    this.#releases.set(release.digest, release);
    this.#putAt.set(release.digest, Date.now());
    return release;
  }

  async attach(digest: string, name: AttachmentName, attestation: Attestation): Promise<void> {
    this.#attached.set(`${digest} ${name}`, attestation);
  }

  async attached(digest: string, name: AttachmentName): Promise<Attestation | undefined> {
    return this.#attached.get(`${digest} ${name}`);
  }

  async get(digest: string): Promise<Release | undefined> {
    return this.#releases.get(digest);
  }

  async collect({
    keep,
    before,
    dryRun,
  }: Parameters<ReleaseStore['collect']>[0]): Promise<readonly string[]> {
    const isOld = (digest: string) => (this.#putAt.get(digest) ?? 0) < before.getTime();
    const gone = [...this.#releases.keys()].filter((digest) => !keep.has(digest) && isOld(digest));
    if (!dryRun) for (const digest of gone) this.#releases.delete(digest);
    return gone;
  }
}

/** Builds what a test says a commit becomes, with the verifier's real provenance. */
export class MemoryBuilder implements Builder {
  /** `digest`: of every service. */
  readonly outcomes = new Map<Sha, BuildOutcome | { readonly digest: string }>();
  /** Every commit that was built, each time. */
  readonly built: Sha[] = [];
  readonly #releases: ReleaseStore;
  readonly #attestor: Attestor;

  constructor(releases: ReleaseStore, attestor: Attestor) {
    this.#releases = releases;
    this.#attestor = attestor;
  }

  async build(commit: Sha, config: Config): Promise<BuildOutcome> {
    this.built.push(commit);
    const outcome = this.outcomes.get(commit);
    if (outcome === undefined) throw new Error(`the test does not say what ${commit} becomes`);
    if ('failed' in outcome) return outcome;
    const names = servicesOf(config).map(({ name }) => name);
    const digests =
      'digests' in outcome
        ? outcome.digests
        : Object.fromEntries(names.map((name) => [name, outcome.digest] as const));
    for (const [service, digest] of Object.entries(digests)) await this.#put({ service, digest }, commit);
    return { digests };
  }

  async #put({ service, digest }: Built, commit: Sha): Promise<void> {
    await this.#releases.put({ dir: digest, service, commit });
    const at = new Date(0);
    const provenance = slsaProvenance({
      subject: { name: service, digest },
      repository: 'git:test',
      commit,
      parameters: {},
      invocation: 'one',
      startedOn: at,
      finishedOn: at,
    });
    await this.#releases.attach(digest, 'provenance', await this.#attestor.sign('verifier', provenance));
  }
}
