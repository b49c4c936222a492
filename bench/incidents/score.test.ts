import { expect, test } from 'vitest';
import { type Outcome, scoreOf, scoresOf, type Verdict } from './score.ts';

const outcome = (
  kind: Outcome['kind'],
  verdict: Verdict | undefined,
  more: Partial<Outcome> = {},
): Outcome => ({
  kind,
  verdict,
  half: 'tuning',
  exercised: true,
  ...more,
});

test('counts what abstains one half, for both kinds', () => {
  const { caught, alarms } = scoreOf([
    outcome('incident', 'fail'),
    outcome('incident', 'abstain'),
    outcome('incident', 'pass'),
    outcome('benign', 'abstain'),
    outcome('benign', 'pass'),
  ]);
  expect(caught).toEqual({ of: 3, stopped: 1, halfStopped: 1, rate: 0.5 });
  expect(alarms).toEqual({ of: 2, stopped: 0, halfStopped: 1, rate: 0.25 });
});

test('what could not be run is neither caught nor missed', () => {
  const score = scoreOf([outcome('incident', undefined), outcome('incident', 'fail')]);
  expect(score).toMatchObject({ broken: 1, caught: { of: 1, rate: 1 }, alarms: { of: 0, rate: null } });
});

test('tells the halves apart, and the incidents that tests come by', () => {
  const scores = scoresOf([
    outcome('incident', 'fail'),
    outcome('incident', 'pass', { half: 'held-out', exercised: false }),
    outcome('benign', 'pass', { half: 'held-out', exercised: false }),
  ]);
  expect(scores.tuning.caught.rate).toBe(1);
  expect(scores['held-out'].caught.rate).toBe(0);
  expect(scores.exercised).toMatchObject({ caught: { of: 1 }, alarms: { of: 1 } });
  expect(scores.all.caught.rate).toBe(0.5);
});
