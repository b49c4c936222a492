import type { RegistryFacts } from './facts.ts';
import type { GuardrailPorts } from './run-ports.ts';
import { type PackageProfile, profileOf, sourcesOf } from './supply-chain/profile.ts';
import { readProfile, writeProfile } from './supply-chain/profile-text.ts';

type Deps = Pick<GuardrailPorts, 'registry' | 'syntax' | 'profiles'>;

/** What packages can do, each looked into once. */
export class Profiles {
  readonly #deps: Deps;
  readonly #versions: RegistryFacts['versions'];
  readonly #known = new Map<string, PackageProfile | undefined>();

  constructor(deps: Deps, versions: RegistryFacts['versions']) {
    this.#deps = deps;
    this.#versions = versions;
  }

  /** undefined: the registry has no such version. Rejects as the registry does. */
  async of(name: string, version: string): Promise<PackageProfile | undefined> {
    const key = `${name}@${version}`;
    if (!this.#known.has(key)) this.#known.set(key, await this.#find(name, version));
    return this.#known.get(key);
  }

  async #find(name: string, version: string): Promise<PackageProfile | undefined> {
    const { registry, profiles: cache } = this.#deps;
    // Computed from the bytes that the registry serves now, not said by it.
    const integrity = this.#versions.get(`${name}@${version}`)?.manifest?.integrity;
    const kept = integrity === undefined ? undefined : readProfile(await cache?.get(integrity));
    if (kept !== undefined) return kept;
    const contents = await registry.contents(name, version);
    if (contents === undefined) return undefined;
    const found = await this.#deps.syntax.capabilities(sourcesOf(contents));
    const profile = profileOf(contents, found);
    // Text that could not be read may have been only too much for a busy machine.
    const isWhole = !profile.marks.some(({ kind }) => kind === 'unread');
    if (isWhole && contents.integrity === integrity && integrity !== undefined) {
      await cache?.put(integrity, writeProfile(profile));
    }
    return profile;
  }
}
