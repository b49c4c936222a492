import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Seconds } from './busy-seconds.ts';
import { latencyBounds, latencyBucket } from './latency.ts';
import { outcomeClasses, type StepTally } from './rollout.ts';
import { type Arm, type Outcome, outcomeOfStatus, RolloutTally, type Ticket } from './rollout-tally.ts';

describe('RolloutTally', () => {
  it('counts users, not requests', () => {
    const tally = begun();
    for (let n = 0; n < 5; n++) answer(tally, 'a', 'canary', 'server-error');
    answer(tally, 'b', 'baseline', 'ok');
    expect(tally.counts()).toEqual({
      usersExposed: 1,
      usersErrored: 1,
      steps: [
        {
          step: 0,
          weight: 0.01,
          firstErrors: {
            'server-error': { canary: 1, baseline: 0 },
            'client-error': { canary: 0, baseline: 0 },
          },
          laterErrors: { 'server-error': [], 'client-error': [] },
          units: { canary: 1, baseline: 1 },
          failingUnits: { canary: 1, baseline: 0 },
          assigned: { canary: 1, baseline: 1 },
          returned: { canary: 1, baseline: 0 },
          latencies: [],
        },
      ],
      latencyBounds,
    });
  });

  it('counts an error in the step and arm of its evaluation, once per class over the rollout', () => {
    const tally = begun();
    const late = tally.evaluated('a', 'baseline');
    tally.beginStep(1, 0.1);
    answer(tally, 'a', 'canary', 'client-error');
    settle(tally, late, 'server-error');
    answer(tally, 'a', 'canary', 'server-error');
    const [first, second] = tally.counts().steps;
    expect(first?.firstErrors['server-error']).toEqual({ canary: 0, baseline: 1 });
    expect(second?.firstErrors['server-error']).toEqual({ canary: 0, baseline: 0 });
    expect(second?.firstErrors['client-error']).toEqual({ canary: 1, baseline: 0 });
    expect(second?.laterErrors['server-error']).toEqual([{ after: 0.01, canary: 1, baseline: 0 }]);
    expect(first?.failingUnits).toEqual({ canary: 0, baseline: 1 });
  });

  it('counts who failed on baseline once more in each step of a higher weight, until it is on the canary', () => {
    const tally = begun();
    const fail = (user: string, arm: Arm) => answer(tally, user, arm, 'server-error');
    for (const user of ['always', 'now', 'now']) fail(user, 'baseline');
    tally.beginStep(1, 0.1);
    for (const user of ['always', 'always', 'new']) fail(user, 'baseline');
    tally.beginStep(2, 0.1);
    fail('always', 'baseline');
    tally.beginStep(3, 0.5);
    for (const user of ['always', 'now', 'now', 'new']) fail(user, 'canary');
    tally.beginStep(4, 0.6);
    for (const user of ['always', 'now', 'new']) fail(user, 'canary');
    expect(tally.counts().steps.map(({ laterErrors }) => laterErrors['server-error'])).toEqual([
      [],
      [{ after: 0.01, canary: 0, baseline: 1 }],
      [],
      [
        { after: 0.01, canary: 1, baseline: 0 },
        { after: 0.1, canary: 2, baseline: 0 },
      ],
      [],
    ]);
  });

  it('takes only the first request of a step for the unit, and none whose client left', () => {
    const tally = begun();
    answer(tally, 'a', 'canary', 'client-gone');
    answer(tally, 'a', 'canary', 'server-error');
    const [step] = tally.counts().steps;
    expect(step?.assigned.canary).toBe(1);
    expect(step?.units.canary).toBe(0);
    expect(step?.failingUnits.canary).toBe(0);
    expect(step?.firstErrors['server-error'].canary).toBe(1);
    expect(step?.returned.canary).toBe(1);
  });

  it('does not take parallel requests for coming back', () => {
    const tally = begun();
    const first = tally.evaluated('a', 'canary');
    tally.evaluated('a', 'canary');
    expect(tally.counts().steps[0]?.returned.canary).toBe(0);
    settle(tally, first, 'ok');
    tally.evaluated('a', 'canary');
    tally.evaluated('a', 'canary');
    expect(tally.counts().steps[0]?.returned.canary).toBe(1);
  });

  it('counts who comes back once in the whole rollout: in the step of the first request', () => {
    const tally = new RolloutTally(10);
    const ask = (user: string, arm: Arm) => {
      const ticket = tally.evaluated(user, arm);
      if (ticket !== undefined) tally.answered(ticket, 'ok');
    };
    tally.beginStep(0, 0.1);
    for (const arm of ['baseline', 'baseline'] as const) ask('early', arm);
    ask('once', 'baseline');
    tally.beginStep(1, 0.5);
    for (const user of ['early', 'early', 'once', 'once', 'late', 'late']) ask(user, 'canary');
    expect(tally.counts().steps.map(({ returned }) => returned)).toEqual([
      { canary: 0, baseline: 1 },
      { canary: 1, baseline: 0 },
    ]);
  });

  it('takes how long users waited at their first request of each step, by what was known of their arm', () => {
    const tally = begun();
    const ask = (user: string, arm: Arm, seconds: number | undefined, outcome: Outcome = 'ok') => {
      const ticket = tally.evaluated(user, arm);
      if (ticket !== undefined) tally.answered(ticket, outcome, seconds);
    };
    ask('met', 'canary', 0.1);
    for (const seconds of [0.2, 9]) ask('known', 'baseline', seconds);
    ask('cold', 'baseline', undefined);
    ask('gone', 'baseline', 3, 'client-gone');
    tally.beginStep(1, 0.1);
    for (const user of ['met', 'known', 'gone', 'new']) ask(user, 'canary', 0.4, 'server-error');
    tally.beginStep(2, 0.1);
    ask('known', 'canary', 0.4);
    ask('cold', 'baseline', 0.4);
    const seen = tally
      .counts()
      .steps.map(({ latencies }) =>
        latencies.map(({ after, ...arms }) => [after, places(arms.canary), places(arms.baseline)]),
      );
    const at = (...seconds: readonly number[]) => seconds.map((each) => latencyBucket(each));
    expect(seen).toEqual([
      [[0, at(0.1), at(0.2)]],
      [
        [0, at(0.4), []],
        [0.01, at(0.4, 0.4), []],
      ],
      [[0.01, [], at(0.4)]],
    ]);
  });

  it('divides what the canary is waited for by the factor that is tolerated', () => {
    const tally = new RolloutTally(10, [], 1.1);
    tally.beginStep(0, 0.5);
    for (const arm of ['canary', 'baseline'] as const) {
      const ticket = tally.evaluated(arm, arm);
      if (ticket !== undefined) tally.answered(ticket, 'ok', 0.21);
    }
    const { steps, tolerated } = tally.counts();
    const [waits] = steps[0]?.latencies ?? [];
    expect(tolerated).toBe(1.1);
    expect([places(waits?.canary ?? []), places(waits?.baseline ?? [])]).toEqual([
      [latencyBucket(0.21 / 1.1)],
      [latencyBucket(0.21)],
    ]);
    expect(begun().counts()).not.toHaveProperty('tolerated');
    expect(() => new RolloutTally(10, [], 0.9)).toThrow(/factor from 1, found 0.9/);
  });

  it('says when it cannot remember a user, and goes on for those it knows', () => {
    const tally = new RolloutTally(1);
    tally.beginStep(0, 0.5);
    expect(tally.evaluated('a', 'canary')).toBeDefined();
    expect(tally.full).toBe(false);
    expect(tally.evaluated('b', 'canary')).toBeUndefined();
    expect(tally.full).toBe(true);
    expect(tally.evaluated('a', 'canary')).toBeDefined();
  });

  it('property: totals conserve, a user counts once per class, and the order among users does not matter', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.nat()), (users, one, other) => {
        const counts = play(users, one).counts();
        expect(play(users, other).counts()).toEqual(counts);
        for (const name of outcomeClasses) {
          const failing = users.filter((steps) => steps.flat().some((request) => request.outcome === name));
          const firsts = counts.steps.map(
            (step) => step.firstErrors[name].canary + step.firstErrors[name].baseline,
          );
          expect(firsts.reduce((sum, n) => sum + n, 0)).toBe(failing.length);
          const shown = counts.steps.flatMap((step) => [step.firstErrors[name], ...step.laterErrors[name]]);
          const onCanary = shown.reduce((sum, { canary }) => sum + canary, 0);
          expect(onCanary).toBeLessThanOrEqual(failing.length);
        }
        expect(counts.usersErrored).toBeLessThanOrEqual(counts.usersExposed);
        for (const step of counts.steps) conserves(step, users);
      }),
    );
  });
});

/** The bucket of each unit. */
function places(counts: readonly number[]): readonly number[] {
  return counts.flatMap((count, j) => Array<number>(count).fill(j));
}

type Request = { arm: Arm; outcome: Outcome; late: boolean };
/** By user, then by step. A late answer comes after the next step has begun. */
const history = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.array(fc.array(request(), { maxLength: 4 }), { minLength: 3, maxLength: 3 }),
    )
    .map(
      // Sticky and nested: from some step on the user is canary.
      ([from, steps]) =>
        steps.map((requests, step) =>
          requests.map((one) => ({
            ...one,
            arm: step >= from ? ('canary' as const) : ('baseline' as const),
          })),
        ),
    ),
  { maxLength: 12 },
);

function request(): fc.Arbitrary<Omit<Request, 'arm'>> {
  return fc.record({
    outcome: fc.constantFrom<Outcome>('ok', 'client-gone', 'server-error', 'client-error'),
    late: fc.boolean(),
  });
}

function play(users: readonly (readonly (readonly Request[])[])[], picks: Iterable<number>): RolloutTally {
  const tally = new RolloutTally(1000);
  const pick = picks[Symbol.iterator]();
  const late: (() => void)[][] = users.map(() => []);
  for (const step of [0, 1, 2]) {
    tally.beginStep(step, [0.01, 0.1, 0.5][step] ?? 0);
    const queues = users.map((steps, user) => {
      const before = late[user] ?? [];
      late[user] = [];
      return [
        ...before,
        ...(steps[step] ?? []).flatMap((one) => actions(tally, `u${user}`, one, late[user] ?? [])),
      ];
    });
    for (
      let left = queues.filter((queue) => queue.length > 0);
      left.length > 0;
      left = left.filter((queue) => queue.length > 0)
    ) {
      left[(pick.next().value ?? 0) % left.length]?.shift()?.();
    }
  }
  for (const one of late.flat()) one();
  return tally;
}

function actions(tally: RolloutTally, user: string, one: Request, late: (() => void)[]): (() => void)[] {
  let ticket: Ticket | undefined;
  const end = () => settle(tally, ticket, one.outcome);
  const begin = () => {
    ticket = tally.evaluated(user, one.arm);
    if (one.late) late.push(end);
  };
  return one.late ? [begin] : [begin, end];
}

function conserves(step: StepTally, users: readonly unknown[]): void {
  for (const arm of ['canary', 'baseline'] as const) {
    expect(step.failingUnits[arm]).toBeLessThanOrEqual(step.units[arm]);
    expect(step.units[arm]).toBeLessThanOrEqual(step.assigned[arm]);
    expect(step.returned[arm]).toBeLessThanOrEqual(step.assigned[arm]);
  }
  expect(step.assigned.canary + step.assigned.baseline).toBeLessThanOrEqual(users.length);
}

function begun(): RolloutTally {
  const tally = new RolloutTally(100);
  tally.beginStep(0, 0.01);
  return tally;
}

function answer(tally: RolloutTally, user: string, arm: Arm, outcome: Outcome): void {
  settle(tally, tally.evaluated(user, arm), outcome);
}

function settle(tally: RolloutTally, ticket: Ticket | undefined, outcome: Outcome): void {
  if (ticket !== undefined) tally.answered(ticket, outcome);
}

describe('outcomeOfStatus', () => {
  it.each([
    [101, 'ok'],
    [200, 'ok'],
    [399, 'ok'],
    [400, 'client-error'],
    [499, 'client-error'],
    [500, 'server-error'],
    [999, 'server-error'],
  ])('takes %i for %s', (status, outcome) => expect(outcomeOfStatus(status)).toBe(outcome));
});

describe('Seconds', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');

  it('counts distinct users by whole second, quiet ones too, never the running one', () => {
    const seconds = new Seconds();
    expect(seconds.recent(start)).toEqual([]);
    for (const failed of [false, true, true]) seconds.answered('a', failed, start + 100);
    seconds.answered('b', false, start + 900);
    seconds.answered('c', true, start + 2500);
    expect(seconds.recent(start + 2999)).toEqual([
      { at: '2026-01-01T00:00:00.000Z', users: 2, failingUsers: 1 },
      { at: '2026-01-01T00:00:01.000Z', users: 0, failingUsers: 0 },
    ]);
  });

  it('keeps two minutes, and survives a clock that steps back', () => {
    const seconds = new Seconds();
    for (let n = 0; n < 300; n++) seconds.answered('a', false, start + n * 1000);
    seconds.answered('b', true, start);
    const recent = seconds.recent(start + 300_000);
    expect(recent.length).toBe(120);
    expect(recent.at(-1)).toEqual({ at: '2026-01-01T00:04:59.000Z', users: 2, failingUsers: 1 });
    expect(recent.every((one) => one.users > 0)).toBe(true);
  });

  it('knows the level before only after ten seconds', () => {
    const seconds = new Seconds();
    seconds.answered('a', false, start);
    expect(seconds.level(start + 9999)).toBeNull();
    seconds.answered('b', true, start + 10_000);
    expect(seconds.level(start + 11_000)).toEqual({ users: 2, failingUsers: 1, seconds: 11 });
    expect(seconds.level(start + 65_000)).toEqual({ users: 1, failingUsers: 1, seconds: 60 });
    expect(seconds.level(start + 100_000)).toBeNull();
  });
});
