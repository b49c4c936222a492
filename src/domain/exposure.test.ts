import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arms, healthy, observation } from '../testing/rollout-fixtures.ts';
import { exposureOf, readExposure } from './exposure.ts';

describe('exposureOf', () => {
  const none = { usersExposed: 0, usersErrored: 0, backgroundErrors: 0 };
  it('is nobody without an observation, or where none was journalled', () => {
    expect(exposureOf(undefined)).toEqual(none);
    expect(readExposure(undefined)).toEqual(none);
    expect(readExposure({ usersExposed: 'many', usersErrored: 3 })).toEqual({ ...none, usersErrored: 3 });
  });

  it("expects of the exposed what baseline's users meet", () => {
    const seen = observation([healthy(0, 10_000)], { usersExposed: 100, usersErrored: 7 });
    expect(exposureOf(seen)).toEqual({ usersExposed: 100, usersErrored: 7, backgroundErrors: 1 });
    expect(readExposure({ ...exposureOf(seen) })).toEqual(exposureOf(seen));
  });

  it('never calls more errors background than there were, nor divides by an empty baseline', () => {
    const step = { ...healthy(0, 10_000), assigned: arms(5, 0) };
    const count = fc.nat(1000);
    fc.assert(
      fc.property(count, count, fc.boolean(), (usersExposed, usersErrored, empty) => {
        const steps = [empty ? step : healthy(0, 10_000)];
        const { backgroundErrors } = exposureOf(observation(steps, { usersExposed, usersErrored }));
        expect(backgroundErrors).toBeGreaterThanOrEqual(0);
        expect(backgroundErrors).toBeLessThanOrEqual(usersErrored);
      }),
    );
  });
});
