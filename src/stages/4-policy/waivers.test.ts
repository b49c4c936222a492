import { describe, expect, it } from 'vitest';
import { sampleClassification } from '../../testing/changes.ts';
import { loadPolicies } from './cedar.ts';
import { guardrails } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';
import { waivedGuardrails } from './waivers.ts';

const [base, tree] = ['a'.repeat(40), 'b'.repeat(40)];
const found = guardrails({
  scope: 'pass',
  tests: 'not-configured',
  signatures: 'not-offered',
  provenance: 'abstain',
});

async function waived(changeClass: 'dependency-patch' | 'dependency-security', text = defaultPolicyText()) {
  const policies = await loadPolicies(text, 'policy.cedar');
  const classification = sampleClassification({ base, tree }, { class: changeClass });
  return [...waivedGuardrails({ classification, guardrails: found, target: 'main' }, policies)];
}

describe('waivedGuardrails', () => {
  it('waives what the policy names for the class, and what is open in no other way', async () => {
    expect(await waived('dependency-patch')).toEqual(['signatures']);
    expect(await waived('dependency-security')).toEqual([]);
  });

  it('waives nothing where the policy says nothing of it, or errs', async () => {
    const merging = '@id("a") @reason("b") permit (principal, action == Action::"merge", resource);';
    expect(await waived('dependency-patch', merging)).toEqual([]);
    const erring =
      '@id("a") @reason("b") permit (principal, action == Action::"waive", resource) when { context.change.files + 9223372036854775807 > 0 };';
    expect(await waived('dependency-patch', erring).catch(() => [])).toEqual([]);
  });
});
