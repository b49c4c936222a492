import type { Reproduction } from '../../../domain/reproduction.ts';

/** The head built twice. */
export type BuildFacts =
  | { readonly revert: true }
  | { readonly configured: false }
  | ({ readonly configured: true } & Reproduction);
