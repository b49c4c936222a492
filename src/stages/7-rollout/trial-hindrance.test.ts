import { describe, expect, it } from 'vitest';
import { at, plan } from '../../testing/rollout-fixtures.ts';
import { begun, type Trial } from './position.ts';
import { trialAt } from './trial.ts';
import { hindranceOf, type TrialFacts } from './trial-hindrance.ts';

const none = { usersExposed: 0, usersErrored: 0, backgroundErrors: 0 };
const watch = { seconds: 900, falseAlarmsPerMonth: 1, trialSeconds: 60 };

function trial(more: Partial<Trial> = {}): Trial {
  const ramp = begun(undefined, {
    ...{ nonce: 'n1', flag: 'shop.n1', earlier: none, now: at(-300) },
    plan: { ...plan, watch },
  });
  const alarm = { reason: 'More users fail', share: 0.3 };
  const opened = trialAt(ramp, { alarm, service: 'shop', nonce: 'n2', earlier: none, now: at(0) });
  if (opened === undefined) throw new Error('no trial was opened');
  return { ...opened, ...more };
}

const begunTrial = trial({ epoch: 'one' });
const facts: TrialFacts = {
  stopped: undefined,
  flag: { weight: 0.5, version: 1, killed: false },
  route: { stable: 'old', candidate: {} },
  digest: 'new',
  now: at(30),
};
const found = (more: Partial<TrialFacts>, one = begunTrial) => hindranceOf(one, { ...facts, ...more });
const stop = { by: 'person:b', reason: 'odd' };

describe('hindranceOf', () => {
  it('finds none where all is as the journal decided, or cannot be told', () => {
    expect(found({})).toBeUndefined();
    expect(found({ route: undefined })).toBeUndefined();
    // Not opened yet: neither its flag nor its route is there.
    expect(found({ flag: undefined, route: { stable: 'new', candidate: null } }, trial())).toBeUndefined();
  });

  it.each([
    ['a stop', { stopped: stop }, 'rollout.watch', 'person:b stopped it (odd)'],
    ['a kill', { flag: { weight: 0, version: 1, killed: true } }, 'rollout.killed', 'its flag was killed'],
    [
      'another share',
      { flag: { weight: 0.9, version: 2, killed: false } },
      'rollout.watch',
      'its flag is at 90 %',
    ],
    ['a flag that is gone', { flag: undefined }, 'rollout.watch', 'its flag is gone'],
    [
      'the version before put back',
      { route: { stable: 'old', candidate: null } },
      'rollout.taken-back',
      'again',
    ],
    ['no route at all', { route: null }, 'rollout.taken-back', 'again'],
  ])('ends the trial for %s', (_what, more, code, reason) => {
    expect(found(more)).toMatchObject({ code, reason: expect.stringContaining(reason) });
  });

  it('gives up a trial that nobody could begin, once its time is over', () => {
    expect(found({ now: at(59) }, trial())).toBeUndefined();
    for (const now of [at(60), new Date(Number.NaN)])
      expect(found({ now }, trial())?.reason).toContain('could not be begun in 60 s: it is taken back.');
    expect(found({ now: at(600) })).toBeUndefined();
  });

  it('asks of what is cleared whether somebody stopped or killed it, and no more for its flag', () => {
    const cleared = trial({ epoch: 'one', ordered: 'promote', verdict: 'not to blame' });
    expect(found({ flag: undefined, route: { stable: 'new', candidate: null } }, cleared)).toBeUndefined();
    expect(found({ stopped: stop }, cleared)).toMatchObject({ code: 'rollout.watch' });
    expect(found({ flag: { weight: 0, version: 0, killed: true } }, cleared)?.code).toBe('rollout.killed');
  });
});
