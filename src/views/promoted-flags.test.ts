import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeFlagNote } from '../domain/code-flag.ts';
import type { Entry } from '../domain/journal.ts';
import type { Json } from '../domain/json.ts';
import { foldPromotedFlags } from './promoted-flags.ts';

const at = '2026-03-01T00:00:00.000Z';
let index = 0;
function entry(type: string, change: string | undefined, data: Entry['data']): Entry {
  index += 1;
  return { index, at, type, actor: 'deployer', data, ...(change === undefined ? {} : { change }) };
}
const note = (data: Json, change: string | undefined = 'chg_a') =>
  entry('stage.noted', change, { note: codeFlagNote, data });
const promoted = (key: string, change?: string) => note({ key, state: 'promoted', at }, change);
/** What the guardrail flag-off found of another change, and that change's merge. */
const judged = (evidence: Entry['data']) =>
  entry('stage.finished', 'chg_z', {
    stage: 'guardrails',
    data: { verdict: 'pass', results: [{ name: 'flag-off', evidence }] },
  });
const merged = () => entry('stage.finished', 'chg_z', { stage: 'merge', data: { commit: 'c', onto: 'd' } });
const states = (entries: readonly Entry[]) =>
  Object.fromEntries([...foldPromotedFlags(entries).flags].map(([key, { state }]) => [key, state]));

describe('foldPromotedFlags', () => {
  it('knows which flags everybody has, since when, and by which change', () => {
    expect([...foldPromotedFlags([promoted('a')]).flags.values()]).toEqual([
      { key: 'a', change: 'chg_a', flags: [], state: 'promoted', since: at },
    ]);
  });

  it('knows the flag of each service: closed at one, not everybody has it any more', () => {
    const at2 = (flag: string) => note({ key: 'a', flag, state: 'promoted', at });
    const both = [at2('shop.n1'), at2('admin.n2')];
    expect(foldPromotedFlags(both).flags.get('a')?.flags).toEqual(['shop.n1', 'admin.n2']);
    for (const flag of ['shop.n1', 'admin.n2'])
      expect(states([...both, entry('flag.killed', undefined, { flag })])).toEqual({ a: 'rolled-back' });
    // What another change rolled out under that name before is gone.
    expect(foldPromotedFlags([...both, promoted('a', 'chg_b')]).flags.get('a')?.flags).toEqual([]);
  });

  it.each<[string, readonly Entry[], object]>([
    [
      'the last end counts',
      [promoted('a'), note({ key: 'a', state: 'rolled-back', at })],
      { a: 'rolled-back' },
    ],
    [
      'a new rollout counts',
      [note({ key: 'a', state: 'rolled-back', at }), promoted('a', 'chg_b')],
      { a: 'promoted' },
    ],
    [
      'a change that was rolled back',
      [promoted('a'), promoted('b', 'chg_b'), entry('change.concluded', 'chg_a', { outcome: 'rolled-back' })],
      { a: 'rolled-back', b: 'promoted' },
    ],
    [
      'a change that landed',
      [promoted('a'), entry('change.concluded', 'chg_a', { outcome: 'landed' })],
      { a: 'promoted' },
    ],
    [
      'a person killed one by its name, one by the key of its rollout, and one of another rollout',
      [
        ...[promoted('a'), promoted('b'), note({ key: 'c', flag: 'shop.n3', state: 'promoted', at })],
        ...['a', 'shop.n3', 'shop.n4'].map((flag) => entry('flag.killed', undefined, { flag })),
      ],
      { a: 'rolled-back', b: 'promoted', c: 'rolled-back' },
    ],
    [
      'a merge that removes it',
      [promoted('a'), promoted('b'), judged({ removed: ['a'] }), merged()],
      { b: 'promoted' },
    ],
    ['a merge that adds it again', [promoted('a'), judged({ added: ['a'] }), merged()], {}],
    [
      'a merge that adds it, and a rollout after',
      [judged({ added: ['a'] }), merged(), promoted('a')],
      { a: 'promoted' },
    ],
    ['a removal that is not merged', [promoted('a'), judged({ removed: ['a'] })], { a: 'promoted' }],
    [
      'a merge of more flags than are shown',
      [promoted('a'), judged({ added: Array.from({ length: 10 }, (_, at) => `x${at}`) }), merged()],
      {},
    ],
    ['a state that nobody knows', [promoted('a'), note({ key: 'a', state: 'half', at })], {}],
    ['a time that is none', [promoted('a'), note({ key: 'a', state: 'promoted', at: 'soon' })], {}],
    ['no key', [note({ state: 'promoted', at })], {}],
    [
      'a note of no change',
      [entry('stage.noted', undefined, { note: codeFlagNote, data: { key: 'a', state: 'promoted', at } })],
      {},
    ],
    [
      'another note',
      [entry('stage.noted', 'chg_a', { note: 'guardrail', data: { key: 'a', state: 'promoted', at } })],
      {},
    ],
  ])('where %s', (_what, entries, expected) => {
    expect(states(entries)).toEqual(expected);
  });

  it('lets no note make a flag older than the note', () => {
    const old = note({ key: 'a', state: 'promoted', at: '2020-01-01T00:00:00Z' });
    expect(foldPromotedFlags([old]).flags.get('a')?.since).toBe(at);
  });

  it('gives the same whichever way the journal is cut', () => {
    const notes = fc.constantFrom(
      () => promoted('a'),
      () => promoted('b'),
      () => note({ key: 'a', state: 'rolled-back', at }),
      () => note({ key: 'b' }),
      () => entry('change.concluded', 'chg_a', { outcome: 'rolled-back' }),
      () => judged({ removed: ['a'] }),
      () => entry('stage.finished', 'chg_z', { stage: 'merge', data: {} }),
    );
    fc.assert(
      fc.property(fc.array(notes, { maxLength: 12 }), fc.nat(12), (made, cut) => {
        const entries = made.map((make) => make());
        const first = foldPromotedFlags(entries.slice(0, cut));
        expect(foldPromotedFlags(entries.slice(Math.max(0, cut - 2)), first)).toEqual(
          foldPromotedFlags(entries),
        );
      }),
    );
  });
});
