import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { flagHistory } from './flag-history.ts';

const at = (index: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString();
const entry = (index: number, type: string, actor: string, data: JsonObject): Entry => ({
  index,
  at: at(index),
  type,
  actor,
  data,
});
const effect = (index: number, step: string, intent: JsonObject) => [
  entry(index, 'effect.intended', 'deployer', { key: step, step, intent }),
  entry(index + 1, 'effect.done', 'deployer', { key: step, step, receipt: {} }),
];

describe('flagHistory', () => {
  const ofChange = [
    ...effect(1, 'expose-n1-0', { flag: 'shop.n1', weight: 0.01 }),
    ...effect(3, 'build', { tree: 'x' }),
    ...effect(5, 'expose-n1-1', { flag: 'shop.n1', weight: 0.1 }),
    entry(7, 'effect.intended', 'deployer', {
      key: 'expose-n1-2',
      step: 'expose-n1-2',
      intent: { flag: 'shop.n1' },
    }),
    ...effect(10, 'close-n1', { flag: 'shop.n1', code: 'rollout.killed', why: 'its flag was killed' }),
  ];

  it('tells what was done to the flags of a change, by whom, in order; what was only intended is not told', () => {
    const kills = [
      entry(12, 'flag.killed', 'token:on-call', { flag: 'shop.n1', at: at(6), reason: 'checkout fails' }),
      entry(9, 'flag.killed', 'person:alice', { flag: 'shop.other' }),
    ];
    expect(flagHistory(ofChange, kills)).toEqual([
      { at: at(2), flag: 'shop.n1', by: 'deployer', what: 'set to 1 % of users' },
      { at: at(6), flag: 'shop.n1', by: 'deployer', what: 'set to 10 % of users' },
      { at: at(6), flag: 'shop.n1', by: 'token:on-call', what: 'killed: checkout fails' },
      { at: at(11), flag: 'shop.n1', by: 'deployer', what: 'closed, rollout.killed: its flag was killed' },
    ]);
  });

  it('tells of the trials of what everybody had', () => {
    const acts = flagHistory(
      [
        ...effect(1, 'try-n2', { flag: 'shop.n2', weight: 0.5, why: 'to compare' }),
        ...effect(3, 'clear-n2', { flag: 'shop.n2', why: 'both failed alike' }),
      ],
      [],
    );
    expect(acts.map(({ what }) => what)).toEqual([
      'set to 50 % of users: to compare',
      'retired: both failed alike',
    ]);
  });

  it('tells of a flag in the code by its name, and of the kill of that name', () => {
    const acts = flagHistory(
      [
        ...effect(1, 'promote-n1', { flag: 'shop.n1', service: 'shop' }),
        ...effect(3, 'expose-n2-0', { flag: 'shop.n2', weight: 0.01, code: 'new-price' }),
        ...effect(5, 'promote-n2', { flag: 'shop.n2', code: 'new-price' }),
      ],
      [entry(7, 'flag.killed', 'person:alice', { flag: 'new-price' })],
    );
    expect(acts.map(({ flag, what }) => [flag, what])).toEqual([
      ['shop.n2', 'set to 1 % of users, as new-price'],
      ['shop.n2', 'on for everybody, as new-price'],
      ['new-price', 'killed'],
    ]);
  });

  it('tells nothing of a change that never had a flag, and bears entries it does not know', () => {
    expect(flagHistory([], [entry(1, 'flag.killed', 'person:alice', { flag: 'shop.n1' })])).toEqual([]);
    const odd = [
      entry(1, 'effect.done', 'x', { key: 'k', step: 'expose-1' }),
      entry(2, 'effect.done', 'x', {}),
    ];
    expect(flagHistory(odd, [])).toEqual([]);
  });
});
