import { AutolandError } from '../../domain/errors.ts';
import type { Lockfile } from '../../domain/lockfile.ts';
import type { AdvisorySource } from '../../domain/npm/advisories.ts';
import type { Classification } from '../../domain/stage.ts';
import type { Advisories } from '../../ports/advisories.ts';
import { mayMend, versionsToAsk, withSecurity } from './security.ts';

export type SecurityReading = { readonly advisories: Advisories; readonly source: AdvisorySource };

type Ruled = Pick<Classification, 'class' | 'reasons' | 'packages' | 'protectedPaths'>;

/** The class with what advisories say; where they cannot be had, the class that it has without them, which has more to wait for. */
export async function readSecurity<T extends Ruled>(
  reading: SecurityReading | undefined,
  ruled: T,
  locks: { readonly baseLock: Lockfile | undefined; readonly headLock: Lockfile | undefined },
): Promise<T> {
  const asked = versionsToAsk(ruled.packages);
  if (reading === undefined || !mayMend(ruled) || asked.length === 0) return ruled;
  try {
    return withSecurity(ruled, locks, await reading.advisories.known(asked, reading.source));
  } catch (error) {
    if (error instanceof AutolandError) return ruled;
    throw error;
  }
}
