import { AutolandError } from '../../domain/errors.ts';
import type { RegistryPackage } from '../../domain/npm/package.ts';
import type { Described } from './choose/plan.ts';

/** What the registry says of a package. */
type Ask = (name: string) => Promise<RegistryPackage | undefined>;

export const dayMs = 86_400_000;

/** A registry that is down is given its time once, not for each of a thousand packages. Each scope may have its own. */
export function describer(ask: Ask): (name: string) => Promise<Described> {
  const down = new Map<string, AutolandError>();
  return async (name) => {
    const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : '';
    try {
      return down.get(scope) ?? (await ask(name));
    } catch (error) {
      if (!(error instanceof AutolandError)) throw error;
      if (error.code === 'registry.unreachable') down.set(scope, error);
      return error;
    }
  };
}
