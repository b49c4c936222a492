import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calibration } from '../../domain/rollout.ts';
import { observation, plan } from '../../testing/rollout-fixtures.ts';
import { analysisInput, planOfStart } from './analysis-input.ts';
import { begun, observed, type Position } from './position.ts';
import { toleratedLevel } from './shared-harm.ts';

const now = new Date('2026-01-01T00:00:00Z');
const earlier = { usersExposed: 0, usersErrored: 0, backgroundErrors: 0 };
const fresh = begun(undefined, { nonce: 'n', flag: 'shop.n', plan, earlier, now });
const settings = { plan, lookMs: 500, leaseMs: 5_000, staleAfterSeconds: 10 };
const level = (users: number, failingUsers: number) => ({ users, failingUsers, seconds: 60 });

describe('planOfStart', () => {
  it('lets all starts together keep alpha and beta', () => {
    for (const error of ['alpha', 'beta'] as const) {
      const parts = [1, 2, 3, 4, 5].map((start) => planOfStart(plan, start)[error]);
      const spent = parts.reduce((sum, part) => sum + part, 0);
      expect(spent).toBeLessThanOrEqual(plan[error]);
      expect(spent).toBeGreaterThan(plan[error] * 0.98);
      expect(parts.toSorted((a, b) => b - a)).toEqual(parts);
    }
  });
});

describe('analysisInput', () => {
  it('takes the plan that the rollout began with, not the one that the branch has now', () => {
    const short = { ...plan, steps: plan.steps.slice(0, 1) };
    const given = analysisInput(fresh, { ...settings, plan: short }, undefined, now);
    expect(given.plan.steps).toEqual(plan.steps);
  });

  it('asks for more evidence of requests, by what they scatter', () => {
    const given = (calibration: Calibration | null) =>
      analysisInput(fresh, settings, observation([], { requests: { calibration } }), now);
    const alpha = planOfStart(plan, fresh.starts).alpha;
    expect(given({ dispersion: 3, windows: 40 }).plan.alpha).toBeCloseTo(alpha ** 3, 15);
    expect(given(null)).toMatchObject({ plan: { alpha }, unit: 'request' });
    expect(analysisInput(fresh, settings, observation([]), now)).not.toHaveProperty('unit');
  });

  it('holds the clock for a person', () => {
    const held = (over: Partial<Position>) =>
      analysisInput({ ...fresh, ...over }, settings, undefined, now).held;
    expect([held({}), held({ paused: true }), held({ cap: 0 })]).toEqual([false, true, true]);
  });

  it('tolerates no more for harm of an earlier start', () => {
    const levels = fc.record({
      users: fc.integer({ min: 1, max: 1e5 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(levels, levels, (one, two) => {
        const [first, later] = [one, two].map(({ users, share }) => level(users, Math.floor(users * share)));
        const begunAgain = observed(fresh, observation([], { before: first ?? null }));
        const given = analysisInput(begunAgain, settings, observation([], { before: later ?? null }), now);
        const share = (before: ReturnType<typeof level>) => before.failingUsers / before.users;
        const seen = given.observation?.before;
        expect(seen).toBeTruthy();
        if (seen && first && later)
          expect(share(seen)).toBeLessThanOrEqual(Math.min(share(first), share(later)) + 1e-12);
      }),
    );
    expect(toleratedLevel(plan.ceiling, level(1000, 10)).level).toBeLessThan(plan.ceiling);
  });

  it('knows a level that only one of the two has', () => {
    const begunAgain = observed(fresh, observation([], { before: level(1000, 10) }));
    const blind = analysisInput(begunAgain, settings, observation([], { before: null }), now);
    expect(blind.observation?.before).toEqual(level(1000, 10));
  });
});
