import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseSymboliser, type Symbolised } from '../../adapters/crashes/release-symboliser.ts';
import { within } from '../../adapters/crashes/tree-files.ts';
import { APP } from '../../adapters/runtime/processes/service-job.ts';
import { servicesOf } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { unbuilt } from '../../domain/crashes/book.ts';
import type { ClaimedExceptions, StackFrame } from '../../domain/crashes/exception.ts';
import { rootOf } from '../../domain/crashes/root.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { ReleaseStore } from '../../ports/release-store.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { Repository } from '../place/repository.ts';

/** Where in the project's sources a stack of one version is. */
export type Places = {
  readonly digest: string;
  /** undefined: nobody can say. */
  readonly find: (stack: readonly StackFrame[]) => Promise<Symbolised | undefined>;
};

export type VersionSource = {
  /** undefined: no version of this project. */
  placesOf(claim: Pick<ClaimedExceptions, 'service' | 'version'>): Promise<Places | undefined>;
};

type Parts = {
  readonly repository: Pick<Repository, 'ledger'>;
  readonly git: Pick<GitReader, 'resolve' | 'history' | 'list'>;
  readonly releases: Pick<ReleaseStore, 'get'>;
  readonly rules: RulesSource;
};

const mostKnown = 20;
/** Each may fill a part of the file of crashes. */
const mostNames = 5;
/** Of one stack. */
const mostFrames = 10;

/**
 * Versions that run elsewhere, by what they claim: the digest of a release, or a commit that the protected branch holds. A claim is believed that
 * far only: what is no version of this project, or of none of its services, is nobody's crash.
 */
export class ClaimedVersions implements VersionSource {
  readonly #parts: Parts;
  readonly #symboliser: ReleaseSymboliser;
  /** Only those that were found: a commit may land a moment later. */
  readonly #known = new Map<string, Places>();
  readonly #names = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#symboliser = new ReleaseSymboliser(parts.releases);
  }

  async placesOf({
    service,
    version,
  }: Pick<ClaimedExceptions, 'service' | 'version'>): Promise<Places | undefined> {
    const key = `${service} ${version}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    try {
      const found = (await this.#isOurs(service)) ? await this.#find(service, version) : undefined;
      if (found === undefined) return undefined;
      if (this.#known.size >= mostKnown) this.#known.clear();
      this.#known.set(key, found);
      return found;
    } catch (thrown) {
      if (thrown instanceof AutolandError) return undefined;
      throw thrown;
    }
  }

  /** Where no service is configured, autoland runs none, and the one project has the names that it gives itself. */
  async #isOurs(service: string): Promise<boolean> {
    const services = servicesOf((await this.#parts.rules.load()).config);
    if (services.length > 0) return services.some(({ name }) => name === service);
    if (this.#names.size < mostNames) this.#names.add(service);
    return this.#names.has(service);
  }

  async #find(service: string, version: string): Promise<Places | undefined> {
    if (/^sha256:[0-9a-f]{64}$/.test(version)) return this.#ofRelease(version);
    const commit = await this.#onBranch(version);
    if (commit === undefined) return undefined;
    const running = (await this.#parts.repository.ledger()).production.get(service)?.stable;
    return running?.commit === commit ? this.#ofRelease(running.digest) : this.#ofCommit(commit);
  }

  /** undefined: it is no commit that landed. */
  async #onBranch(version: string): Promise<Sha | undefined> {
    if (!/^[0-9a-f]{7,64}$/.test(version)) return undefined;
    const { git, rules } = this.#parts;
    const commit = await git.resolve(version);
    const tip = await git.resolve((await rules.load()).config.branch);
    const landed = await git.history(null, tip);
    return landed.some(({ sha }) => sha === commit) ? commit : undefined;
  }

  async #ofRelease(digest: string): Promise<Places | undefined> {
    const release = await this.#parts.releases.get(digest);
    if (release === undefined) return undefined;
    const isFile = (path: string) => within(path) !== undefined && existsSync(join(release.dir, path));
    const find: Places['find'] = async (stack) => {
      const root = rootOf(stack, isFile);
      if (root === undefined) return undefined;
      const own = stack.filter(({ path }) => path.startsWith(root));
      // As its instances here would say it.
      const here = own.map((frame) => ({ ...frame, path: `${APP}/${frame.path.slice(root.length)}` }));
      return this.#symboliser.symbolise(digest, here);
    };
    return { digest, find };
  }

  /** Of sources alone: what a build made of them was never here. */
  async #ofCommit(commit: Sha): Promise<Places> {
    const files = new Set((await this.#parts.git.list(commit, '')).map(({ path }) => path));
    const find: Places['find'] = async (stack) => {
      const root = rootOf(stack, (path) => files.has(path));
      if (root === undefined) return undefined;
      const frames = stack
        .map(({ path, ...frame }) => ({
          ...frame,
          file: path.startsWith(root) ? path.slice(root.length) : '',
        }))
        .filter(({ file }) => files.has(file) && !file.split('/').includes('node_modules'));
      return { commit, frames: frames.slice(0, mostFrames) };
    };
    return { digest: unbuilt(commit), find };
  }
}
