import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation, StepTally } from '../../domain/rollout.ts';
import { arms, at, observation, plan as planOfSteps } from '../../testing/rollout-fixtures.ts';
import { begun, type Position, type Trial } from './position.ts';
import { clearedBy, mostTrials, trialAt } from './trial.ts';
import { judgeTrial, type TrialDecision } from './watch-trial.ts';

const plan = { ...planOfSteps, watch: { seconds: 900, falseAlarmsPerMonth: 1, trialSeconds: 120 } };
const before = { users: 27_000, failingUsers: 270, seconds: 60 };
const none = { usersExposed: 0, usersErrored: 0, backgroundErrors: 0 };
const alarm = { reason: 'More users fail', share: 0.3 };

function watched(more: Partial<Position> = {}): Position {
  const start = begun(undefined, { nonce: 'n1', flag: 'shop.n1', plan, earlier: none, now: at(-600) });
  return { ...start, before, watchedSince: at(-300).toISOString(), ...more };
}

/** Opened at second 0. */
function trial(more: Partial<Trial> = {}): Trial {
  const opened = trialAt(watched(), { alarm, service: 'shop', nonce: 'n2', earlier: none, now: at(0) });
  if (opened === undefined) throw new Error('no trial was opened');
  return { ...opened, epoch: 'one', ...more };
}

type Met = { readonly canary: number; readonly baseline: number };
type World = {
  /** Of each arm. */
  readonly users?: number;
  readonly failing?: Met;
  /** Of the 450 users of each second. */
  readonly seconds?: readonly number[];
};

const steady = (count: number, failing: number) => Array.from({ length: count }, () => failing);

function seen({
  users = 1000,
  failing = { canary: 10, baseline: 10 },
  seconds = steady(30, 4),
}: World): Observation {
  const both = arms(users, users);
  const failed = arms(failing.canary, failing.baseline);
  const step: StepTally = {
    ...{ step: 0, weight: 0.5, units: both, assigned: both, returned: both, failingUnits: failed },
    firstErrors: { 'server-error': failed, 'client-error': arms(0, 0) },
    laterErrors: { 'server-error': [], 'client-error': [] },
    latencies: [],
  };
  const each = seconds.map((failingUsers, second) => ({
    at: at(second).toISOString(),
    users: 450,
    failingUsers,
  }));
  // Of the minute before the trial: half of the users failed.
  return observation([step], { seconds: each, before: { users: 27_000, failingUsers: 13_500, seconds: 60 } });
}

function verdict(world: World, more: { trial?: Trial; after?: number } = {}): TrialDecision {
  return judgeTrial({ trial: more.trial ?? trial(), observation: seen(world), now: at(more.after ?? 30) });
}

describe('a trial of what everybody had', () => {
  it('is a rollout of one step to half of the users, with half of alpha and beta, against what was usual', () => {
    expect(trial()).toMatchObject({
      flag: 'shop.n2',
      before,
      number: 1,
      plan: {
        alpha: plan.alpha / 2,
        beta: plan.beta / 2,
        steps: [{ weight: 0.5, exclude: 2, limitSeconds: 120 }],
      },
    });
    expect(trial().plan.ceiling).toBeGreaterThan(0.015);
    expect(trial().plan.ceiling).toBeLessThan(0.02);
  });

  it('is not opened by a plan without one, nor once they are used up', () => {
    const opening = { alarm, service: 'shop', nonce: 'n2', earlier: none, now: at(0) };
    const cleared = { trials: mostTrials, at: at(-10).toISOString(), seconds: 20 };
    expect(trialAt(watched({ cleared }), opening)).toBeUndefined();
    const { trialSeconds: _, ...watch } = plan.watch;
    expect(trialAt(watched({ plan: { ...plan, watch } }), opening)).toBeUndefined();
  });

  it('lasts while nothing is decided', () => {
    const decision = verdict(
      { users: 20, failing: { canary: 6, baseline: 6 }, seconds: steady(5, 135) },
      { after: 5 },
    );
    expect(decision).toMatchObject({ kind: 'continue', harmMet: true });
    expect(decision.reason).toMatch(/half of the users are given the version before, to compare \(trial 1\)/);
  });

  it('convicts what does worse than the version before', () => {
    const decision = verdict({ failing: { canary: 60, baseline: 10 }, seconds: steady(5, 30) }, { after: 5 });
    expect(decision.kind).toBe('rollback');
    expect(decision.reason).toMatch(
      /^More users fail; half of the users were given .* The canary fails: 60 users/,
    );
  });

  it('clears what failed alike, once as few fail as before', () => {
    const failing = { canary: 150, baseline: 150 };
    expect(verdict({ failing, seconds: steady(30, 135) }).kind).toBe('continue');
    const decision = verdict({ failing }, { trial: trial({ harmMet: true }) });
    expect(decision.kind).toBe('clear');
    expect(decision.reason).toContain(
      'the harm met both versions alike, and that it fails 2 times as often is excluded',
    );
  });

  it('clears it where the harm had ended before, and as many users would have shown it', () => {
    const failing = { canary: 1, baseline: 1 };
    expect(verdict({ users: 60, failing }).kind).toBe('continue');
    const decision = verdict({ users: 120, failing });
    expect(decision).toMatchObject({ kind: 'clear', harmMet: false });
    expect(decision.reason).toContain('it had ended before it could be compared');
  });

  it('does not clear what leaves its users waiting, as they have not failed yet', () => {
    const quiet = seen({ users: 120, failing: { canary: 1, baseline: 1 } });
    const [step] = quiet.steps;
    if (step === undefined) throw new Error('no step');
    const waiting = (count: number) => {
      const assigned = arms(120 + count, 120);
      return judgeTrial({
        trial: trial(),
        observation: { ...quiet, steps: [{ ...step, assigned }] },
        now: at(30),
      });
    };
    expect(waiting(18).kind).toBe('clear');
    expect(waiting(19).kind).toBe('continue');
  });

  it('does not clear what is suspected', () => {
    // Enough to suspect, not enough to convict.
    expect(verdict({ users: 2000, failing: { canary: 36, baseline: 12 } }).kind).toBe('continue');
  });

  it('takes for usual what was usual before the rollout, not the minute before it', () => {
    expect(verdict({ failing: { canary: 100, baseline: 100 }, seconds: steady(30, 30) }).kind).toBe(
      'continue',
    );
  });

  it('clears nothing before ten seconds, nor without users in them', () => {
    const failing = { canary: 150, baseline: 150 };
    expect(verdict({ failing, seconds: steady(9, 4) }).kind).toBe('continue');
    const quiet = seen({ failing });
    const seconds = quiet.seconds.map((second) => ({ ...second, users: 0, failingUsers: 0 }));
    expect(judgeTrial({ trial: trial(), observation: { ...quiet, seconds }, now: at(30) }).kind).toBe(
      'continue',
    );
  });

  it.each([
    [
      'the harm lasts for both',
      { failing: { canary: 150, baseline: 150 }, seconds: steady(120, 135) },
      'the harm lasted for 120 s',
    ],
    ['too little was seen', { users: 10, failing: arms(0, 0) }, '120 s were too short to tell'],
    [
      'nobody was seen',
      { users: 0, failing: arms(0, 0), seconds: [] },
      'no user of the new version was seen',
    ],
  ])('takes it back by time where %s', (_why, world, reason) => {
    expect(verdict(world, { after: 119 }).kind).toBe('continue');
    const decision = verdict(world, { after: 120 });
    expect(decision.kind).toBe('take-back');
    expect(decision.reason).toContain(reason);
    expect(decision.reason).toMatch(/: it is taken back, as what changed last\.$/);
  });

  it('takes it back where the witness lost its memory, or did not tell the whole', () => {
    const restarted = { ...seen({}), epoch: 'two' };
    const inPart = { ...seen({}), gap: 'its witness was lost' };
    for (const one of [restarted, inPart, undefined])
      expect(judgeTrial({ trial: trial(), observation: one, now: at(5) })).toMatchObject({
        kind: 'take-back',
      });
    const first = trial({ epoch: null });
    expect(judgeTrial({ trial: first, observation: undefined, now: at(5) }).kind).toBe('continue');
  });

  it('waits for a router that does not answer until its time is over', () => {
    const away = (after: number) =>
      judgeTrial({ trial: trial(), observation: undefined, unanswered: 'no socket', now: at(after) });
    expect(away(119).kind).toBe('continue');
    expect(away(120)).toMatchObject({ kind: 'take-back', reason: expect.stringContaining('(no socket)') });
  });

  it('takes it back where users are not split by halves, or do not come back', () => {
    const [step] = seen({}).steps;
    if (step === undefined) throw new Error('no step');
    const met = (tally: Partial<StepTally>) =>
      judgeTrial({
        trial: trial(),
        observation: { ...seen({}), steps: [{ ...step, ...tally }] },
        now: at(5),
      });
    expect(met({ assigned: arms(1300, 700) })).toMatchObject({ kind: 'take-back' });
    expect(met({ returned: arms(300, 900) })).toMatchObject({ kind: 'take-back' });
  });

  it('takes a time that is none for up', () => {
    const decision = judgeTrial({
      trial: trial(),
      observation: undefined,
      unanswered: '',
      now: new Date(Number.NaN),
    });
    expect(decision.kind).toBe('take-back');
  });
});

describe('the verdict of a trial', () => {
  const order = { rollback: 0, 'take-back': 0, continue: 1, clear: 2 } as const;
  const world = fc.record({
    users: fc.integer({ min: 1, max: 4000 }),
    canary: fc.integer({ min: 0, max: 300 }),
    more: fc.integer({ min: -10, max: 60 }),
    seconds: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 5, maxLength: 60 }),
    after: fc.integer({ min: 1, max: 140 }),
    harmMet: fc.boolean(),
    share: fc.double({ min: 0.02, max: 1, noNaN: true }),
  });

  it('never becomes more permissive by more users of the new version who fail', () => {
    let clears = 0;
    fc.assert(
      fc.property(world, fc.integer({ min: 1, max: 40 }), fc.nat(), (one, more, where) => {
        const { users, canary, more: most, seconds, after, harmMet, share } = one;
        const ranked = (extra: number) => {
          const failing = arms(Math.min(users, canary + extra), Math.min(users, Math.max(0, canary + most)));
          const second = where % seconds.length;
          const met = seconds.with(second, Math.min(450, (seconds[second] ?? 0) + extra));
          const at = { trial: trial({ harmMet, alarm: { ...alarm, share } }), after };
          return order[verdict({ users, failing, seconds: met }, at).kind];
        };
        clears += ranked(0) === 2 ? 1 : 0;
        expect(ranked(more)).toBeLessThanOrEqual(ranked(0));
      }),
      { numRuns: 1000 },
    );
    expect(clears).toBeGreaterThan(20);
  });
});

describe('clearedBy', () => {
  it('moves the end of the watch on by the time that trials took', () => {
    const first = clearedBy(watched(), trial({ harmMet: true }), at(40));
    expect(first).toEqual({ trials: 1, at: at(40).toISOString(), seconds: 40 });
    const second = clearedBy(watched({ cleared: first }), trial({ harmMet: true, number: 2 }), at(25));
    expect(second).toMatchObject({ trials: 2, seconds: 65 });
  });

  it('leaves no further trial to what was cleared without having met harm', () => {
    expect(clearedBy(watched(), trial(), at(40)).trials).toBe(mostTrials);
  });
});
