import { createHash } from 'node:crypto';
import { type BoundaryMutant, boundaryFaults } from '../../../../domain/boundary-mutation.ts';
import { compareBehaviour } from '../../characterization/compare.ts';
import type { MutationSettings } from '../plan.ts';
import { type Observed, type UsedPath, usedPaths } from './used-paths.ts';

export type BoundaryPlan = {
  /** Packages that the tests load, and of which nothing was seen to be used. */
  readonly idle: readonly string[];
  readonly paths: readonly UsedPath[];
  readonly mutants: readonly PlannedMutant[];
  readonly limit: number;
  /** To be tried, in this order. */
  readonly chosen: readonly PlannedMutant[];
};

export type PlannedMutant = BoundaryMutant & { readonly of: UsedPath };

/**
 * A throw at each path first: a test that does not notice that looks at nothing. `seed`: the same for the same base, so that
 * asking again gives no other sample.
 */
export function planBoundary(
  observed: Observed,
  { mutants: limit, sample }: Pick<MutationSettings, 'mutants' | 'sample'>,
  seed: string,
): BoundaryPlan {
  const paths = usedPaths(observed);
  const mutants = paths.flatMap((of, index) =>
    of.faults.map((fault) => ({ id: `${index}.${fault}`, package: of.package, path: of.path, fault, of })),
  );
  const hash = ({ id }: BoundaryMutant) => createHash('sha256').update(`${seed}\0${id}`).digest('hex');
  const ranked = mutants
    .map((mutant) => ({ mutant, rank: `${boundaryFaults.indexOf(mutant.fault)} ${hash(mutant)}` }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ mutant }) => mutant);
  // Where each call was compared the faults are advice, and some are better than none.
  const mayTry = mutants.length <= limit || sample || paths.every(({ isCompared }) => isCompared);
  const chosen = mayTry ? ranked.slice(0, limit) : [];
  return { idle: idleOf(observed), paths, mutants, limit, chosen };
}

/** As characterization counts them: to be loaded is not to be used. */
function idleOf({ base, head }: Observed): readonly string[] {
  const { coverage } = compareBehaviour(base, head);
  const loaded = new Set([...base, head].flatMap(({ loads }) => loads.map((load) => load.package)));
  return [...loaded].filter((name) => {
    const count = coverage.get(name);
    return count === undefined || count.compared + count.masked === 0;
  });
}
