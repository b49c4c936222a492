import type { CriticalFunction, Proof } from '../../../domain/proof.ts';

/** The functions tagged `@critical` in the files of a change. Cost: a parser. */
export type CriticalFacts = {
  readonly files: readonly { readonly path: string; readonly functions: readonly CriticalFunction[] }[];
  /** Files with a tag that are too large, too many, or do not parse. */
  readonly unread: readonly string[];
};

export type ProvedFunction = { readonly path: string; readonly of: CriticalFunction; readonly proof: Proof };

/** What a prover says of those that changed. Cost: up to a minute of one processor each. */
export type ProvedFacts = {
  readonly proofs: readonly ProvedFunction[];
  /** Those that were not asked about, because there are too many: `path name`. */
  readonly omitted: readonly string[];
};

/** Whether there is anything to ask a prover. */
export function isProvable({ state, contract }: CriticalFunction): boolean {
  return state === 'changed' || (state === 'added' && contract);
}
