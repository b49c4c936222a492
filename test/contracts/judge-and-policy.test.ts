import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Standing } from '../../src/domain/judgement.ts';
import type { Classification, StageContext } from '../../src/domain/stage.ts';
import type { ChangeState } from '../../src/engine/state.ts';
import { judge } from '../../src/stages/3-judge/run.ts';
import type { JudgePorts } from '../../src/stages/3-judge/run-ports.ts';
import { policy } from '../../src/stages/4-policy/run.ts';
import { goodPatch, guardrails } from '../../src/stages/4-policy/sample-evidence.ts';
import { defaultPolicyText } from '../../src/stages/4-policy/shipped.ts';
import { answerText, replyOf, sampleDiff, sampleFinding } from '../../src/testing/judge-samples.ts';
import { judgeYaml } from '../../src/testing/judge-yaml.ts';
import { MemoryControls } from '../../src/testing/memory-controls.ts';
import { type Answering, MemoryModel, MemoryModels } from '../../src/testing/memory-model.ts';
import { MemoryRules } from '../../src/testing/memory-rules.ts';
import { StageBench, sampleProposal } from '../../src/testing/stage-bench.ts';
import { vetoIn, viewChange } from '../../src/views/change-view.ts';
import { noPromotedFlags } from '../../src/views/promoted-flags.ts';

/* What a judge says, through the real engine, journal and policy: it takes away, and gives no more than the policy asks of it. */

let bench: StageBench;
beforeEach(async () => {
  bench = await StageBench.open({ ...sampleProposal, source: 'person:alice' });
});
afterEach(() => bench.close());

const { path, hunks } = sampleDiff[0] ?? { path: 'none', hunks: [] };
const classify: Classification = {
  ...{ class: 'docs', reasons: [], base: 'a', tree: 'b', packages: [], protectedPaths: [] },
  files: [{ ...goodPatch.classification.files[0], path }] as Classification['files'],
};
const passed = guardrails({
  ...{ scope: 'pass', secrets: 'pass', documentation: 'pass', lint: 'pass' },
  ...{ risk: 'pass', tests: 'pass', build: 'pass' },
});
const earned: Standing = { earned: true, why: 'it was measured' };
const unearned: Standing = { earned: false, why: 'it was never measured' };

const vetoing: Answering = ({ lens, nonce }) => {
  if (lens.name !== 'security') return undefined;
  return replyOf(answerText(lens, nonce, { access: { answer: 'yes', findings: [sampleFinding] } }), 'one-1');
};

function stages(standing: Standing, answering?: Answering) {
  const config = `autonomy: { docs: deploy }\n${judgeYaml()}`;
  const rules = new MemoryRules(config);
  rules.rules = { ...rules.rules, policyText: defaultPolicyText() };
  const models = [new MemoryModel('one', 'claude', answering), new MemoryModel('two', 'gpt')];
  const kept = new Map<string, string>();
  let count = 0;
  const ports: JudgePorts = {
    rules,
    models: new MemoryModels(models),
    git: { readFile: async () => Buffer.from('x') },
    diffs: {
      read: async () => new Map([[path, { kind: 'read', code: hunks, whole: hunks }]]),
    },
    answers: {
      get: async (digest) => kept.get(digest),
      put: async (digest, text) => void kept.set(digest, text),
    },
    nonce: () => `nonce-${count++}`,
    standing: async () => standing,
  };
  const deciding = {
    rules,
    controls: new MemoryControls(),
    ledger: () => bench.ledger(),
    autonomy: () => bench.autonomy(),
    promotedFlags: async () => noPromotedFlags,
  };
  const run = async (ctx: StageContext) =>
    (await bench.state()).stage === 'judge' ? judge(ctx, ports) : policy(ctx, deciding);
  return { models, run };
}

async function decidedBy(standing: Standing, answering?: Answering): Promise<ChangeState> {
  await bench.given({ classify, guardrails: passed });
  const { run } = stages(standing, answering);
  await bench.call({ actor: 'judge', run });
  const state = await bench.state();
  return state.stage === 'policy' ? bench.call({ actor: 'gate', run }) : state;
}

describe('judge and policy', () => {
  it('let a document go on that nobody with standing objects to', async () => {
    const state = await decidedBy(earned);
    expect(state.stage).toBe('merge');
    expect(state.results.policy).toMatchObject({ value: 'permit' });
    expect(viewChange(state, undefined).judge).toMatchObject({ verdict: 'no-objection' });
  });

  it('hold it where the judge has no standing', async () => {
    const state = await decidedBy(unearned);
    expect(state.conclusion).toMatchObject({ outcome: 'held', code: 'policy.judge-abstained' });
    expect(state.conclusion?.reasons.join()).toContain('it was never measured');
  });

  it.each([earned, unearned])('refuse it for a veto, and keep what was found: %j', async (standing) => {
    const state = await decidedBy(standing, vetoing);
    expect(state.conclusion).toMatchObject({ outcome: 'refused', code: 'judge.veto' });
    expect(vetoIn(await bench.entries())).toMatchObject({
      verdict: 'veto',
      record: {
        findings: [{ file: 'src/orders.js', line: 4, quote: 'order.owner !== user.id' }, { line: 4 }],
      },
    });
  });

  it('ask nobody again when the process dies before the answer is journalled', async () => {
    await bench.given({ classify, guardrails: passed });
    const { run, models } = stages(earned);
    bench.dieBefore(({ type }) => type === 'stage.finished');
    await bench.call({ actor: 'judge', run });
    expect((await bench.state()).stage).toBe('judge');
    const state = await bench.call({ actor: 'judge', run });
    expect(state.results.judge).toMatchObject({
      verdict: 'no-objection',
      record: { usage: { inputTokens: 0 } },
    });
    expect(models.map(({ requests }) => requests.length)).toEqual([9, 9]);
  });
});
