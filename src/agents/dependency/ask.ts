import { AutolandError } from '../../domain/errors.ts';
import type { RegistryPackage } from '../../domain/npm/package.ts';
import type { Described } from './plan.ts';
import type { UpdateRules } from './rules.ts';

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

/** A new version of an old acquaintance or a package that nobody asked for: the age rule holds for both. */
export async function tooYoung(
  ask: Ask,
  name: string,
  version: string,
  rules: UpdateRules,
): Promise<string | undefined> {
  const found = (await ask(name))?.versions.find((each) => each.version === version);
  const days = (rules.asOf.getTime() - Date.parse(found?.publishedAt ?? '')) / dayMs;
  return days >= rules.minimumAgeDays
    ? undefined
    : `It brings ${name} ${version}, which is not known to be ${rules.minimumAgeDays} days old.`;
}
