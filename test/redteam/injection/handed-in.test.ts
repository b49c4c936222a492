import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChildProver } from '../../../src/adapters/prover/child-prover.ts';
import { ChildSyntaxComparer } from '../../../src/adapters/syntax/child-syntax-comparer.ts';
import type { PolicyDecision } from '../../../src/domain/decision.ts';
import { runClassify } from '../../../src/stages/1-classify/run.ts';
import { loadPolicies } from '../../../src/stages/4-policy/cedar.ts';
import { decide } from '../../../src/stages/4-policy/decide.ts';
import { goodPatch, of } from '../../../src/stages/4-policy/sample-evidence.ts';
import { defaultPolicyText } from '../../../src/stages/4-policy/shipped.ts';
import { covers } from '../../../src/testing/covers.ts';
import { TempGit } from '../../../src/testing/temp-git.ts';
import { agentAttacks } from './agent-cases.ts';

/* What an obedient agent hands in, where every guardrail passes and no judge objects: the class alone must stop it. */

const git = new TempGit();
let base: string;
beforeAll(() => {
  base = git.commit('main', {
    'README.md': '# Shop\n',
    'package.json': '{"name":"shop"}\n',
    'test/shop.test.js': "import assert from 'node:assert';\nassert.equal(1, 1);\n",
  });
});
afterAll(() => git.remove());

async function decided(path: string): Promise<PolicyDecision> {
  const head = git.commit('topic', { [path]: `order\n` }, base);
  const deps = { syntax: new ChildSyntaxComparer(), prover: new ChildProver(), flagHelpers: [] };
  const proposal = { source: 'agent:writer', title: 't', head, ref: 'r', target: 'main', record: {} };
  const outcome = await runClassify({ ...deps, git, protectedPatterns: [] }, { proposal });
  if (outcome.kind !== 'done') throw new Error(`expected a class, found ${outcome.kind}`);
  const policies = await loadPolicies(defaultPolicyText(), 'policy.cedar');
  return decide(of(goodPatch, outcome.data), policies, 'digest');
}

describe('what an obedient agent hands in', () => {
  covers('LLM05', 'LLM06', 'ASI04', 'ASI06');
  it.each(agentAttacks.flatMap(({ id, path }) => (path === undefined ? [] : [{ id, path }])))(
    'is denied though all else is well: $id, $path',
    async ({ path }) => {
      const { value, codes } = await decided(path);
      expect([value, codes[0]]).toEqual(['deny', 'policy.forbidden']);
    },
  );

  it('is permitted where it is a document that tells no agent what to do: so it is the place that denies', async () => {
    expect(await decided('docs/guide.md')).toMatchObject({ value: 'permit' });
  });
});
