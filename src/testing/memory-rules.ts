import { parseConfig } from '../config/config.ts';
import { policyDigest } from '../config/policy-digest.ts';
import type { PolicyDecision } from '../domain/decision.ts';
import type { Rules, RulesSource } from '../ports/rules.ts';

const shop = `
autonomy: { dependency-patch: deploy, revert: deploy }
service: { name: shop, command: [node, server.js] }
rollout:
  alpha: 0.001
  beta: 0.05
  ceiling: 0.05
  lookSeconds: 0.5
  watch: { for: 15s, trial: 20s }
  steps:
    - { share: 1%, exclude: 20, limit: 45s, bake: 2s }
    - { share: 10%, exclude: 3, limit: 60s, bake: 2s }
    - { share: 50%, exclude: 2, limit: 60s, bake: 2s }
`;

/** Rules that a test may change under a change that is on its way. */
export class MemoryRules implements RulesSource {
  rules: Rules;

  constructor(yaml: string = shop) {
    const config = parseConfig(`version: 1\n${yaml}`, 'test.yaml');
    this.rules = { commit: 'a'.repeat(40), config, policyText: 'permit it', unsignedAllowed: true };
  }

  async load(): Promise<Rules> {
    return this.rules;
  }

  /** The same configuration with more said in it. */
  also(yaml: string): void {
    this.rules = { ...this.rules, config: parseConfig(`version: 1\n${shop}${yaml}`, 'test.yaml') };
  }

  /** What the policy stage answered under the rules in force now. */
  permit(level: PolicyDecision['level'] = 'deploy'): PolicyDecision {
    return {
      value: 'permit',
      codes: ['policy.permitted'],
      reasons: ['a policy permits it'],
      policyIds: ['one'],
      policyDigest: policyDigest(this.rules),
      level,
    };
  }
}
