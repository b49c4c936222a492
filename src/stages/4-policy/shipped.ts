import { readFileSync } from 'node:fs';

/** What a policy may speak of. Part of this program, like its source. */
export const cedarSchema = readFileSync(new URL('./schema.cedarschema', import.meta.url), 'utf8');

/** The policy that `autoland init` writes. */
export function defaultPolicyText(): string {
  return readFileSync(new URL('./default-policy.cedar', import.meta.url), 'utf8');
}
