import { AutolandError } from '../../domain/errors.ts';
import type { PackageManifest, RegistryPackage } from '../../domain/npm/package.ts';
import type { Described } from './choose/plan.ts';

/** What the registry says of a package. */
type Ask = (name: string) => Promise<RegistryPackage | undefined>;

/** What the tarball of a version says. */
type AskVersion = (name: string, version: string) => Promise<PackageManifest | undefined>;

export const dayMs = 86_400_000;

/** A registry that is down is given its time once, not for each of a thousand packages. Each scope may have its own. */
class Patience {
  readonly #down = new Map<string, AutolandError>();

  /** Rejects as `ask` does. */
  async ask<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : '';
    const known = this.#down.get(scope);
    if (known !== undefined) throw known;
    try {
      return await ask();
    } catch (error) {
      if (error instanceof AutolandError && error.code === 'registry.unreachable')
        this.#down.set(scope, error);
      throw error;
    }
  }
}

/** Answers errors of the registry instead of rejecting. */
export function describer(ask: Ask): (name: string) => Promise<Described> {
  const patience = new Patience();
  return async (name) => {
    try {
      return await patience.ask(name, () => ask(name));
    } catch (error) {
      if (error instanceof AutolandError) return error;
      throw error;
    }
  };
}

/** The same of the manifests of single versions. */
export function patient(ofVersion: AskVersion): AskVersion {
  const patience = new Patience();
  return (name, version) => patience.ask(name, () => ofVersion(name, version));
}
