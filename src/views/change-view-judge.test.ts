import { expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { foldChange } from '../engine/state.ts';
import { sampleProposal } from '../testing/stage-bench.ts';
import { vetoIn, viewChange } from './change-view.ts';

const record = { judge: 'j' };
const abstention = { verdict: 'abstain', reasons: ['one: it is unsure'], record };
const unasked = { verdict: 'not-configured', reasons: ['No judge is configured.'] };
const veto = { verdict: 'veto', reasons: ['x'], record };

function journal(...told: readonly (readonly [type: string, data: JsonObject])[]): readonly Entry[] {
  const all = [['change.proposed', sampleProposal], ...told] as const;
  return all.map(([type, data], index) => ({
    ...{ index, at: '2026-01-01T00:00:00.000Z', type, change: 'chg_1', actor: 'test' },
    data: data as JsonObject,
  }));
}

function viewOf(judge: JsonObject) {
  const guardrails = ['stage.finished', { stage: 'guardrails', data: { results: [] } }] as const;
  const state = foldChange(journal(guardrails, ['stage.finished', { stage: 'judge', data: judge }]));
  if (state === undefined) throw new Error('the journal begins with a proposal');
  return viewChange(state, undefined);
}

it('shows what models said, and nothing where none was asked', () => {
  const view = viewOf(abstention);
  expect(view.judge).toEqual(abstention);
  expect(view.stages.find(({ stage }) => stage === 'judge')?.summary).toBe('abstain: one: it is unsure');
  expect(viewOf(unasked).judge).toBeNull();
});

it('finds the report of a judge that stopped the change, which is no result of its stage', () => {
  expect(vetoIn(journal(['stage.noted', { note: 'judge.vetoed', data: veto }]))).toEqual(veto);
  expect(vetoIn(journal(['stage.finished', { stage: 'judge', data: abstention }]))).toBeUndefined();
});
