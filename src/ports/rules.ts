import type { Config } from '../config/schema.ts';
import type { Sha } from '../domain/change.ts';

/** The rules in force: read from the protected branch, never from a change. */
export type Rules = {
  /** The commit of the protected branch that they were read from. */
  readonly commit: Sha;
  readonly config: Config;
  readonly policyText: string;
  /** A person passed --allow-unsigned-policy. */
  readonly unsignedAllowed: boolean;
};

export interface RulesSource {
  /** MUST reject with `config.missing`, `config.invalid` or `policy.invalid` when any part cannot be read in full. */
  load(): Promise<Rules>;
}
