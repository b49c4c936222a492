import { describe, expect, it } from 'vitest';
import type { ConclusionOutcome } from '../../domain/decision.ts';
import { nextStep } from './next-step.ts';

const step = (outcome: ConclusionOutcome, code: string, isMerged = false) =>
  nextStep({ conclusion: { outcome, code, reasons: [] }, isMerged, class: 'lint' }).do;

describe('what is left for the author of a change to do', () => {
  it.each([
    ['landed', 'promoted', true, 'nothing'],
    ['superseded', 'change.superseded', false, 'nothing'],
    ['refused', 'tests.failed', false, 'new-commit'],
    ['refused', 'classify.empty', false, 'nothing'],
    ['held', 'classify.conflict', false, 'new-commit'],
    ['held', 'policy.flag-too-young', false, 'new-commit'],
    ['held', 'policy.level-observe', false, 'ask-a-person'],
    ['held', 'a.code-of-tomorrow', false, 'ask-a-person'],
    // Merged, so it is in everybody's way.
    ['held', 'merge.raced', true, 'ask-a-person'],
    ['held', 'change.cancel', false, 'do-not-repeat'],
    ['rolled-back', 'rollout.server-errors', true, 'do-not-repeat'],
  ] as const)('%s by %s, merged %s: %s', (outcome, code, isMerged, wanted) => {
    expect(step(outcome, code, isMerged)).toBe(wanted);
  });

  it('is to wait while it is under way', () =>
    expect(nextStep({ conclusion: undefined, isMerged: false, class: null }).do).toBe('wait'));

  it('promises nothing to what is never autonomous', () => {
    const conclusion = { outcome: 'refused', code: 'tests.failed', reasons: [] } as const;
    expect(nextStep({ conclusion, isMerged: false, class: 'other' }).why).toMatch(
      /goes to a person even then/,
    );
  });

  it('is never to try again where the outcome is not known', () => {
    expect(step('vanished' as ConclusionOutcome, 'x')).toBe('ask-a-person');
  });
});
