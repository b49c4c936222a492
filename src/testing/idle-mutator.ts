import type { BoundaryMutator } from '../ports/boundary-mutator.ts';
import type { Mutator } from '../ports/mutator.ts';

/** For tests of other guardrails: whoever asks it has not switched mutation off. */
export const idleMutator: Mutator = {
  instrument: () => Promise.reject(new Error('asked for mutants')),
  run: () => Promise.reject(new Error('asked to run mutants')),
};

/** The same for packages. */
export const idleBoundaryMutator: BoundaryMutator = {
  run: () => Promise.reject(new Error('asked to disturb packages')),
};
