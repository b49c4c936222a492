import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conclusion } from '../../domain/decision.ts';
import type { StageData } from '../../domain/stage.ts';
import { planConclusion } from './plan.ts';

const merge = { commit: 'm', onto: 'b' };
const expires = '2100-01-01T00:00:00.000Z';
const deployed = {
  deploys: true,
  service: 'shop',
  digest: 'new',
  stable: 'old',
  restores: false,
  expires,
} as const;
const dark = { deploys: false, why: 'the repository has no service', sameAsStable: false } as const;
const promoted: StageData['rollout'] = {
  ran: true,
  flag: 'shop.n',
  seconds: 9,
  usersExposed: 1,
  usersErrored: 0,
  backgroundErrors: 0,
};
const ended = (outcome: Conclusion['outcome']): Conclusion => ({
  outcome,
  code: 'x.y',
  reasons: ['because'],
});

describe('planConclusion', () => {
  it('keeps the new version and the one before warm after a promotion', () => {
    const results = { merge, release: deployed, rollout: promoted };
    expect(planConclusion({ results, conclusion: undefined })).toEqual({
      conclusion: { outcome: 'landed', code: 'landed.promoted', reasons: [expect.any(String)] },
      dropCandidate: null,
      deadFlags: null,
      revert: null,
      keepWarm: { service: 'shop', digests: ['new', 'old'] },
    });
  });

  it('only closes what was merged and not deployed', () => {
    const results = { merge, release: dark, rollout: { ran: false, why: 'nothing' } } as const;
    expect(planConclusion({ results, conclusion: undefined })).toMatchObject({
      conclusion: { outcome: 'landed', code: 'landed.merged' },
      dropCandidate: null,
      revert: null,
      keepWarm: null,
    });
  });

  const drop = { service: 'shop', digest: 'new', stable: 'old' };
  it.each<[Conclusion['outcome'], boolean, boolean, object]>([
    ['refused', false, false, { dropCandidate: null, revert: null, keepWarm: null }],
    ['held', true, false, { dropCandidate: null, revert: null, keepWarm: null }],
    ['held', true, true, { dropCandidate: drop, revert: null, keepWarm: null }],
    ['rolled-back', true, false, { dropCandidate: null, revert: 'm', keepWarm: null }],
    ['rolled-back', true, true, { dropCandidate: drop, revert: 'm', keepWarm: null }],
    ['superseded', false, false, { dropCandidate: null, revert: null, keepWarm: null }],
  ])('%s, merged %s, deployed %s', (outcome, merged, deploys, expected) => {
    const results = { ...(merged && { merge }), ...(deploys && { release: deployed }) };
    expect(planConclusion({ results, conclusion: ended(outcome) })).toMatchObject(expected);
  });

  it('never leaves a candidate that did not land, never stops what runs, reverts exactly what was rolled back', () => {
    const outcome = fc.constantFrom('landed', 'refused', 'held', 'rolled-back', 'superseded');
    const results = fc.record(
      { merge: fc.constant(merge), release: fc.constantFrom(deployed, dark), rollout: fc.constant(promoted) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(results, fc.option(outcome.map(ended), { nil: undefined }), (found, conclusion) => {
        const plan = planConclusion({ results: found, conclusion });
        const isLanded = plan.conclusion.outcome === 'landed';
        expect(plan.dropCandidate !== null).toBe(found.release?.deploys === true && !isLanded);
        expect(plan.dropCandidate?.digest).not.toBe(deployed.stable);
        expect(plan.revert !== null).toBe(
          plan.conclusion.outcome === 'rolled-back' && found.merge !== undefined,
        );
        if (plan.keepWarm !== null) expect(plan.keepWarm.digests).toContain(deployed.digest);
        if (conclusion !== undefined) expect(plan.conclusion).toBe(conclusion);
      }),
    );
  });
});
