import { createHash } from 'node:crypto';
import { type AutonomyLevel, type ChangeClass, changeClasses } from '../domain/change.ts';
import type { Config } from './schema.ts';

/** Class `other` has no level that could be raised. */
export function levelOf(autonomy: Config['autonomy'], changeClass: ChangeClass): AutonomyLevel {
  return changeClass === 'other' ? 'observe' : autonomy[changeClass];
}

/** SHA-256 (hex) over all that a decision rests on besides the evidence: the policy text and the level of every class. */
export function policyDigest(rules: { policyText: string; config: Pick<Config, 'autonomy'> }): string {
  const levels = changeClasses.map((name) => [name, levelOf(rules.config.autonomy, name)]);
  return createHash('sha256')
    .update(JSON.stringify(['autoland-policy-1', rules.policyText, levels]))
    .digest('hex');
}
