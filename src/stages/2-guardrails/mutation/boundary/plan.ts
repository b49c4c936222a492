import { createHash } from 'node:crypto';
import { type BoundaryMutant, boundaryFaults } from '../../../../domain/boundary-mutation.ts';
import { idlePackages, type Observed, type UsedPath, usedPaths } from './used-paths.ts';

export type BoundaryPlan = {
  /** Packages that the project loads in its tests, and of which nothing was seen to be used. */
  readonly idle: readonly string[];
  readonly paths: readonly UsedPath[];
  readonly mutants: readonly PlannedMutant[];
  readonly limit: number;
  /** To be tried, in this order. */
  readonly chosen: readonly PlannedMutant[];
};

export type PlannedMutant = BoundaryMutant & { readonly of: UsedPath };

/**
 * What nothing has compared is tried alone; where all is compared, faults are advice. First a throw at each path: a test that
 * does not notice that looks at nothing. `seed`: the same for the same base, so that asking again gives no other sample.
 */
export function planBoundary(
  observed: Observed,
  { mutants: limit, sample }: { readonly mutants: number; readonly sample: boolean },
  seed: string,
): BoundaryPlan {
  const paths = usedPaths(observed);
  const mutants = paths.flatMap((of, index) =>
    of.faults.map((fault) => ({ id: `${index}.${fault}`, package: of.package, path: of.path, fault, of })),
  );
  const hash = ({ id }: BoundaryMutant) => createHash('sha256').update(`${seed}\0${id}`).digest('hex');
  const rankOf = (mutant: PlannedMutant) => `${boundaryFaults.indexOf(mutant.fault)} ${hash(mutant)}`;
  const decisive = mutants.filter(({ of }) => !of.isCompared);
  const ranked = (decisive.length > 0 ? decisive : mutants)
    .map((mutant) => ({ mutant, rank: rankOf(mutant) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ mutant }) => mutant);
  // As advice some are better than none.
  const chosen = decisive.length <= limit || sample ? ranked.slice(0, limit) : [];
  return { idle: idlePackages(observed), paths, mutants, limit, chosen };
}
