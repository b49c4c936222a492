import { AutolandError } from '../../../domain/errors.ts';
import type { Lockfile } from '../../../domain/lockfile.ts';
import type { Registry } from '../../../ports/registry.ts';
import { type AskedFor, type Asker, askersOf, gettersOf } from './askers.ts';

/** Who asks for a locked version, and for what. pnpm writes no ranges down, so the askers' own manifests tell them. */
export async function findAskers(
  registry: Pick<Registry, 'manifest'>,
  lockfile: Lockfile,
  wanted: { readonly name: string; readonly version: string },
): Promise<readonly Asker[] | AutolandError> {
  if (lockfile.dialect !== 'pnpm') return askersOf(lockfile, wanted);
  const told = new Map<string, readonly string[]>();
  try {
    for (const { entry, alias } of gettersOf(lockfile, wanted)) {
      if (entry.version === undefined || entry.resolved !== undefined) continue;
      const own = await registry.manifest(entry.name, entry.version);
      const sections = [own?.dependencies, own?.optionalDependencies, own?.peerDependencies];
      told.set(
        `${entry.path} ${alias}`,
        sections.flatMap((section) => section?.[alias] ?? []),
      );
    }
  } catch (error) {
    if (error instanceof AutolandError) return error;
    throw error;
  }
  const askedFor: AskedFor = ({ path }, alias) => told.get(`${path} ${alias}`) ?? [];
  return askersOf(lockfile, wanted, askedFor);
}
