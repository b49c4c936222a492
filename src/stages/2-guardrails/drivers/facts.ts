import type { Driver, DriverAuthor, DriverTrials } from '../../../domain/driver.ts';

/** The key `characterization.drivers`. */
export type DriverSettings = {
  /** A name in `models`. */
  readonly model: string;
  /** So many drivers are asked for, and looked at. */
  readonly most: number;
  /** No driver is begun after this long. */
  readonly seconds: number;
  /** Of the one answer, with what the model thinks. */
  readonly maxOutputTokens: number;
};

/**
 * What drivers see that a model wrote. Cost: one answer of a model, an install of both sides, and some short runs for each driver; where the
 * project's own code changes, some runs of its tests.
 */
export type DriverFacts =
  /** It goes back to what ran before. */
  | { readonly kind: 'revert' }
  /** It neither updates packages alone, nor changes code that drivers are written for. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'not-configured' | 'no-tests' | 'no-faults' }
  /** No test calls a function of a package that changes. */
  | { readonly kind: 'not-reached' }
  /** Nobody knows what the project's own tests leave unnoticed. */
  | { readonly kind: 'unmeasured' }
  /** They leave nothing unnoticed that was tried. */
  | { readonly kind: 'nothing-left' }
  | { readonly kind: 'unanswered'; readonly why: string; readonly author?: DriverAuthor }
  | {
      readonly kind: 'tried';
      readonly author: DriverAuthor;
      /** Those that were run, in the order of `trials`. */
      readonly drivers: readonly Driver[];
      /** Why others were not, one for each. */
      readonly screened: readonly string[];
      /** Faults that the project's own tests leave unnoticed. */
      readonly faults: number;
      readonly trials: DriverTrials;
    };
