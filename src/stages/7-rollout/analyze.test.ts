import { describe, expect, it } from 'vitest';
import { latencyBounds, latencyBucket } from '../../domain/latency.ts';
import type { Observation, RolloutPlan, StepTally } from '../../domain/rollout.ts';
import {
  arms,
  at,
  busySeconds,
  healthy,
  input,
  observation,
  plan,
  second,
} from '../../testing/rollout-fixtures.ts';
import { type AnalyzeInput, analyze, type Evidence, type RolloutDecision } from './analyze.ts';

const first = healthy(0, 6000);
const change = (tally: Partial<StepTally>, more: Partial<Observation> = {}) =>
  observation([{ ...first, ...tally }], more);
const errors = (server: StepTally['units'], client: StepTally['units']) => ({
  firstErrors: { 'server-error': server, 'client-error': client },
});

function outcome(decision: RolloutDecision): string {
  return 'code' in decision ? `${decision.kind} ${decision.code}` : decision.kind;
}

function evidenceFor(decision: RolloutDecision, test: Evidence['test']): Evidence | undefined {
  return decision.evidence.find((evidence) => evidence.test === test);
}

const patient = { ...plan, latency: { tolerate: 1.4 } };

/** So many of the canary's 60 users wait so long, and all others for 0.1 s. */
function waits(seconds: number, users = 60) {
  const of = (...all: readonly (readonly [number, number])[]) =>
    [...latencyBounds, Infinity].map((_, j) =>
      all.reduce((sum, [time, count]) => sum + (latencyBucket(time) === j ? count : 0), 0),
    );
  return { canary: of([seconds, users], [0.1, 60 - users]), baseline: of([0.1, 5940]) };
}

/** The router has told nothing of this rollout so far. */
const never = { epochAtStart: undefined };

describe('analyze', () => {
  it.each<[string, Observation | undefined, Partial<AnalyzeInput>, string]>([
    ['a healthy step', change({}), {}, 'raise'],
    ['a healthy step that has not baked', change({}), { now: at(11), stepSince: at(0) }, 'continue'],
    ['too few to tell', observation([healthy(0, 300)]), {}, 'continue'],
    ['too few to tell when time is up', observation([healthy(0, 300)]), late(), 'hold rollout.inconclusive'],
    ['canary 5xx', change(errors(arms(8, 60), arms(0, 0))), {}, 'rollback rollout.server-errors'],
    ['canary 4xx', change(errors(arms(0, 60), arms(8, 60))), {}, 'rollback rollout.client-errors'],
    [
      '5xx on stale counts',
      change(errors(arms(8, 60), arms(0, 0))),
      late(),
      'rollback rollout.server-errors',
    ],
    ['suspicion that is not proof', change(errors(arms(6, 60), arms(0, 0))), {}, 'continue'],
    ['a fault of both arms, just begun', change({}, { seconds: storm(15, 5) }), {}, 'continue'],
    [
      'a fault of both arms, lasting',
      change({}, { seconds: storm(5, 15) }),
      {},
      'close rollout.shared-incident',
    ],
    [
      'a fault of both arms that has ended',
      change({}, { seconds: [...storm(0, 12), ...calm(12, 8)] }),
      {},
      'raise',
    ],
    [
      'nothing from before, just started',
      change({}, { before: null, seconds: busySeconds(9, 4) }),
      {},
      'continue',
    ],
    [
      'nothing from before, seen for 10 s',
      change({}, { before: null, seconds: busySeconds(10, 4) }),
      {},
      'raise',
    ],
    [
      'nothing from before, failing beyond the ceiling',
      change({}, { before: null, seconds: busySeconds(20, 45) }),
      {},
      'close rollout.shared-incident',
    ],
    ['too many users on the canary', change({ assigned: arms(150, 5940) }), {}, 'hold rollout.assignment'],
    [
      'no user on the canary',
      change({ assigned: arms(0, 6000), units: arms(0, 6000), failingUnits: arms(0, 60) }),
      {},
      'hold rollout.assignment',
    ],
    ['users who do not come back', change({ returned: arms(5, 4000) }), {}, 'hold rollout.activity'],
    ['no observation yet', undefined, never, 'continue'],
    ['no observation when time is up', undefined, { ...late(), ...never }, 'hold rollout.no-traffic'],
    ['no observation any more', undefined, {}, 'restart rollout.witness-lost'],
    ['no traffic', observation([], { lastRequestAt: null, seconds: [] }), {}, 'continue'],
    [
      'no traffic when time is up',
      observation([], { lastRequestAt: null, seconds: [] }),
      late(),
      'hold rollout.no-traffic',
    ],
    [
      'baseline alone',
      change({ units: arms(0, 900), failingUnits: arms(0, 300), assigned: arms(4, 900) }),
      {},
      'continue',
    ],
    ['old traffic', change({}, { lastRequestAt: at(14).toISOString() }), {}, 'continue'],
    ['an old observation', change({}, { at: at(14).toISOString() }), {}, 'continue'],
    ['traffic from the future', change({}, { lastRequestAt: at(60).toISOString() }), {}, 'continue'],
    ['a time that is none', change({}, { lastRequestAt: 'yesterday' }), {}, 'continue'],
    [
      'a clock that is none',
      observation([healthy(0, 300)]),
      { now: new Date(Number.NaN) },
      'hold rollout.inconclusive',
    ],
    ['a witness that forgot', change({}), { epochAtStart: 'zero' }, 'restart rollout.witness-lost'],
    ['a gap', change({}, { gap: 'a line is missing' }), {}, 'restart rollout.telemetry-gap'],
    [
      'canary 5xx beside a gap',
      change(errors(arms(8, 60), arms(0, 0)), { gap: 'a line is missing' }),
      {},
      'rollback rollout.server-errors',
    ],
    ['the first look', change({}), { epochAtStart: undefined }, 'raise'],
    ['a canary that hangs', change({ units: arms(24, 5940) }), {}, 'continue'],
    ['the last step', observation([first, healthy(1, 4000), healthy(2, 4000)]), { step: 2 }, 'promote'],
  ])('%s', (_, seen, more, expected) => {
    expect(outcome(analyze(input(seen, more)))).toBe(expected);
  });

  it.each<[string, number, RolloutPlan, string]>([
    ['as fast', 0.1, patient, 'raise'],
    ['slower by less than is tolerated', 0.12, patient, 'raise'],
    ['three times as slow', 0.3, patient, 'rollback rollout.latency'],
    ['three times as slow, which nobody looks at', 0.3, plan, 'raise'],
  ])('a canary that is %s', (_, seconds, asked, expected) => {
    const seen = change({ latencies: [{ after: 0, ...waits(seconds) }] });
    expect(outcome(analyze(input(seen, { plan: asked })))).toBe(expected);
  });

  it('moves no bucket by what the witness has divided by, and tells what users waited', () => {
    // One bucket is 1.19 times the one before: moved by a whole one, what is 1.2 times as slow is in the bucket of what is not.
    const divided = change({ latencies: [{ after: 0, ...waits(0.12 / 1.1) }] }, { tolerated: 1.1 });
    const asked = { ...plan, latency: { tolerate: 1.1, warmUpSeconds: 0 } };
    const standing = (seen: Observation, by: RolloutPlan) =>
      evidenceFor(analyze(input(seen, { plan: by })), 'rollback.latency');
    const logEOf = (seen: Observation, by = asked) => standing(seen, by)?.value ?? Number.NaN;
    const whole = change({ latencies: [{ after: 0, ...waits(0.12) }] });
    expect(logEOf(divided)).toBeGreaterThan(logEOf(whole) + 5);
    expect(standing(divided, asked)?.counts).toMatchObject({ canaryP50: 138, baselineP50: 105 });
    // What is left of the factor is moved.
    expect(logEOf(divided, { ...asked, latency: { tolerate: 1.4, warmUpSeconds: 0 } })).toBeLessThan(
      logEOf(divided),
    );
  });

  it('takes a canary whose users still wait for a slow one, unless users are not split by the weight', () => {
    const latencies = [{ after: 0, ...waits(0.1, 60), canary: waits(0.1, 0).canary.map(() => 0) }];
    const waiting = change({ latencies, units: arms(0, 5940), failingUnits: arms(0, 60) });
    expect(outcome(analyze(input(waiting, { plan: patient })))).toBe('rollback rollout.latency');
    const missing = change({
      latencies,
      units: arms(0, 5940),
      assigned: arms(0, 5940),
      failingUnits: arms(0, 60),
    });
    expect(outcome(analyze(input(missing, { plan: patient })))).toBe('hold rollout.assignment');
  });

  it('goes back for a slow canary whose users also leave, or meet what both arms suffer from', () => {
    const latencies = [{ after: 0, ...waits(0.3) }];
    const leaving = change({ latencies, returned: arms(5, 4000) });
    const suffering = change({ latencies }, { seconds: storm(5, 15) });
    for (const seen of [leaving, suffering])
      expect(outcome(analyze(input(seen, { plan: patient })))).toBe('rollback rollout.latency');
  });

  it('does not go on while a canary may be slower', () => {
    const seen = change({ latencies: [{ after: 0, ...waits(0.3, 2) }] });
    const decision = analyze(input(seen, { plan: patient }));
    expect(decision).toMatchObject({
      kind: 'continue',
      reason: expect.stringContaining('suspicion of a regression to clear'),
    });
    expect(evidenceFor(decision, 'rollback.latency')?.counts).toEqual({
      ...{ canary: 60, canaryP50: 105, canaryP95: 105 },
      ...{ baseline: 5940, baselineP50: 105, baselineP95: 105 },
    });
  });

  it('raises to the step that follows', () => {
    expect(analyze(input(change({})))).toMatchObject({ kind: 'raise', step: 1 });
  });

  it('counts first errors of all steps against the canary', () => {
    const early = { ...first, ...errors(arms(4, 60), arms(0, 0)) };
    const late = { ...healthy(1, 4000), ...errors(arms(12, 30), arms(0, 0)) };
    const alone = analyze(
      input(observation([{ ...first, ...errors(arms(0, 0), arms(0, 0)) }, late]), { step: 1 }),
    );
    expect(alone.kind).toBe('continue');
    const both = analyze(input(observation([early, late]), { step: 1 }));
    expect(outcome(both)).toBe('rollback rollout.server-errors');
  });

  it('shows every test with its bar and counts, whatever it decides', () => {
    const decision = analyze(input(change(errors(arms(8, 60), arms(0, 0)))));
    const evidence = evidenceFor(decision, 'rollback.server-error');
    expect(evidence?.threshold).toBeCloseTo(Math.log(2000), 9);
    expect(evidence?.value).toBeGreaterThan(Math.log(2000));
    expect(evidence?.counts).toEqual({ canary: 8, baseline: 60, expectedCanary: 0.68 });
    expect(decision.evidence.map(({ test }) => test)).toEqual([
      'rollback.server-error',
      'rollback.client-error',
      'promotion',
      'assignment',
      'activity',
      'shared-harm',
      'canary-units',
      'fresh',
      'bake',
      'limit',
    ]);
    expect(decision.reason).toContain('8 users met a server error');
    expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
  });

  it('says what is still open', () => {
    const { reason } = analyze(input(observation([healthy(0, 300)])));
    expect(reason).toContain('20 users answered by the canary');
    expect(reason).toContain('exclude 20 times worse');
  });

  it('throws for a step that the plan does not have, and for counts that are none', () => {
    expect(() => analyze(input(change({}), { step: 3 }))).toThrow(RangeError);
    expect(() => analyze(input(change({ assigned: arms(Number.NaN, 1) })))).toThrow(RangeError);
  });
});

function late(): Partial<AnalyzeInput> {
  return { now: at(45) };
}

function storm(from: number, count: number): Observation['seconds'] {
  return [...busySeconds(from, 4), ...Array.from({ length: count }, (_, n) => second(from + n, 45))];
}

function calm(from: number, count: number): Observation['seconds'] {
  return Array.from({ length: count }, (_, n) => second(from + n, 4));
}
