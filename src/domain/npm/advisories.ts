/** A known vulnerability, or malice, of a version. */
export type Advisory = {
  /** Such as GHSA-… or MAL-…. */
  readonly id: string;
  /** '' where the source tells none. */
  readonly title: string;
  readonly url: string;
  readonly severity: 'unknown' | 'low' | 'moderate' | 'high' | 'critical';
  /** The version was published to do harm. */
  readonly malicious: boolean;
};

/** Who is asked. */
export type AdvisorySource = { readonly from: 'registry' } | { readonly from: 'osv'; readonly url: string };

export type AdvisoryAnswer = {
  /** By `name@version`; a version that is in neither list has none. */
  readonly known: ReadonlyMap<string, readonly Advisory[]>;
  /** `name@version` of those whose registry has no advisories about anything. */
  readonly silent: readonly string[];
};
