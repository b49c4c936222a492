import { expect, it } from 'vitest';
import type { ChangeState } from '../../engine/state.ts';
import { mustBeSteerable } from './steerable.ts';

const position = { watchedSince: null, ordered: null, code: null, trial: null };

function stateWith(notes: object, stage: ChangeState['stage'] = 'rollout'): ChangeState {
  const state = { id: 'chg_1', stage, notes: new Map(Object.entries(notes)) };
  return state as unknown as ChangeState;
}

const at = (more: object) => stateWith({ 'rollout.position': { ...position, ...more } });

it.each([
  ['that has not begun', stateWith({})],
  ['that is exposed', at({})],
  ['that starts anew', at({ ordered: 'anew' })],
  ['of a flag in the code, whose version everybody has', at({ code: 'new-price' })],
])('takes a command for a rollout %s', (_, state) => {
  expect(() => mustBeSteerable(state)).not.toThrow();
});

it.each([
  ['everybody has it', at({ watchedSince: '2026-11-30T10:00:00.000Z' }), /everybody has it/],
  [
    'half of the users have the version before',
    at({ watchedSince: '2026-11-30T10:00:00.000Z', trial: position }),
    /a trial/,
  ],
  ['it is promoted', at({ ordered: 'promote' }), /everybody is given it/],
  ['its flag closes', stateWith({ 'rollout.ending': { outcome: 'held' } }), /it closes/],
])('promises no smaller share where %s', (_, state, told) => {
  expect(() => mustBeSteerable(state)).toThrow(
    expect.objectContaining({
      code: 'rollout.not-allowed',
      message: expect.stringMatching(told) as string,
      mend: expect.stringContaining('chg_1') as string,
    }),
  );
});

it('knows no rollout of a change that is in another stage', () => {
  expect(() => mustBeSteerable(stateWith({}, 'guardrails'))).toThrow(
    expect.objectContaining({ code: 'rollout.not-found' }),
  );
});
