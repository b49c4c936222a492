import type { AdvisoryAnswer } from '../../../domain/npm/advisories.ts';

/** What is known to be wrong with the versions that a change brings, and with those that it replaces. */
export type AdvisoryFacts =
  | { readonly configured: false }
  /** It goes back to what has run before: nobody was asked. */
  | { readonly revert: true }
  | {
      readonly configured: true;
      /** Versions that are new, each with the base's versions of its name. */
      readonly packages: readonly AdvisedPackage[];
      readonly answer: AdvisoryAnswer;
    };

export type AdvisedPackage = {
  readonly name: string;
  readonly version: string;
  readonly old: readonly string[];
};
