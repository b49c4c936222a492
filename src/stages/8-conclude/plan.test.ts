import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conclusion } from '../../domain/decision.ts';
import type { StageData } from '../../domain/stage.ts';
import { sampleClassification } from '../../testing/changes.ts';
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
    expect(planConclusion({ results, legs: [], conclusion: undefined })).toEqual({
      conclusion: { outcome: 'landed', code: 'landed.promoted', reasons: [expect.any(String)] },
      drop: [],
      deadFlags: null,
      demotion: null,
      revert: null,
      keepWarm: [{ service: 'shop', digests: ['new', 'old'] }],
    });
  });

  it('only closes what was merged and not deployed', () => {
    const results = { merge, release: dark, rollout: { ran: false, why: 'nothing' } } as const;
    expect(planConclusion({ results, legs: [], conclusion: undefined })).toMatchObject({
      conclusion: { outcome: 'landed', code: 'landed.merged' },
      drop: [],
      revert: null,
      keepWarm: [],
    });
  });

  const drop = { service: 'shop', digest: 'new', stable: 'old', promoted: false };
  it.each<[Conclusion['outcome'], boolean, boolean, object]>([
    ['refused', false, false, { drop: [], revert: null, keepWarm: [] }],
    ['held', true, false, { drop: [], revert: null, keepWarm: [] }],
    ['held', true, true, { drop: [drop], revert: null, keepWarm: [] }],
    ['rolled-back', true, false, { drop: [], revert: 'm', keepWarm: [] }],
    ['rolled-back', true, true, { drop: [drop], revert: 'm', keepWarm: [] }],
    ['superseded', false, false, { drop: [], revert: null, keepWarm: [] }],
  ])('%s, merged %s, deployed %s', (outcome, merged, deploys, expected) => {
    const results = { ...(merged && { merge }), ...(deploys && { release: deployed }) };
    expect(planConclusion({ results, legs: [], conclusion: ended(outcome) })).toMatchObject(expected);
  });

  it.each<[Conclusion['outcome'], string, boolean]>([
    ['rolled-back', 'rollout.server-errors', true],
    ['rolled-back', 'release.build-failed', false],
    ['held', 'rollout.shared-incident', false],
    ['held', 'rollout.server-errors', false],
    ['landed', 'landed.promoted', false],
  ])('charges a failure to its class, and nothing else: %s %s %s', (outcome, code, isCharged) => {
    const results = { classify: sampleClassification({ base: 'b', tree: 't' }), merge, release: deployed };
    const { demotion } = planConclusion({ results, legs: [], conclusion: { ...ended(outcome), code } });
    expect(demotion !== null).toBe(isCharged);
  });

  it('never leaves a candidate that did not land, never stops what runs, reverts exactly what was rolled back', () => {
    const outcome = fc.constantFrom('landed', 'refused', 'held', 'rolled-back', 'superseded');
    const results = fc.record(
      { merge: fc.constant(merge), release: fc.constantFrom(deployed, dark), rollout: fc.constant(promoted) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(results, fc.option(outcome.map(ended), { nil: undefined }), (found, conclusion) => {
        const plan = planConclusion({ results: found, legs: [], conclusion });
        const isLanded = plan.conclusion.outcome === 'landed';
        expect(plan.drop.length === 1).toBe(found.release?.deploys === true && !isLanded);
        expect(plan.drop.map(({ digest }) => digest)).not.toContain(deployed.stable);
        expect(plan.revert !== null).toBe(
          plan.conclusion.outcome === 'rolled-back' && found.merge !== undefined,
        );
        for (const { digests } of plan.keepWarm) expect(digests).toContain(deployed.digest);
        if (conclusion !== undefined) expect(plan.conclusion).toBe(conclusion);
      }),
    );
  });

  describe('where services have it already', () => {
    const leg = { release: { ...deployed, service: 'admin', digest: 'n1', stable: 'o1' }, rollout: promoted };
    const plan = (outcome: Conclusion['outcome'], isReleased = true) =>
      planConclusion({
        results: { merge, ...(isReleased && { release: deployed }) },
        legs: [leg],
        conclusion: ended(outcome),
      });
    const warm = { service: 'admin', digests: ['n1', 'o1'] };
    const taken = { service: 'admin', digest: 'n1', stable: 'o1', promoted: true };

    it('takes it from them too when it is rolled back, after the one that was harmed', () => {
      expect(plan('rolled-back')).toMatchObject({ drop: [drop, taken], keepWarm: [], revert: 'm' });
      expect(plan('rolled-back', false)).toMatchObject({ drop: [taken], keepWarm: [], revert: 'm' });
    });

    it('leaves it to them when it is held: there it was proved', () => {
      expect(plan('held')).toMatchObject({ drop: [drop], keepWarm: [warm], revert: null });
      expect(plan('held', false)).toMatchObject({ drop: [], keepWarm: [warm], revert: null });
    });

    it('keeps the versions before of all of them warm when it has landed', () => {
      const all = [warm, { service: 'shop', digests: ['new', 'old'] }];
      expect(plan('landed')).toMatchObject({ drop: [], keepWarm: all, revert: null });
    });
  });
});
