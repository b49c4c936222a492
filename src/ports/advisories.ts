import type { AdvisoryAnswer, AdvisorySource } from '../domain/npm/advisories.ts';

/** What is known to be wrong with versions of packages. */
export interface Advisories {
  /**
   * MUST end soon; timeouts, refusals and answers that are not whole MUST reject with `registry.unreachable`, nonsense
   * with `registry.invalid`. MUST NOT leave out a known advisory because another source has nothing to say.
   */
  known(
    versions: readonly { readonly name: string; readonly version: string }[],
    source: AdvisorySource,
  ): Promise<AdvisoryAnswer>;
}
