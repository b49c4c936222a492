import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import { stageNames } from '../domain/stage.ts';
import { foldChange, stageAfter } from './state.ts';

const change = 'chg_1';
const proposal = { source: 'agent:x', title: 't', head: 'c', ref: 'r', target: 'main', record: {} };

type Told = readonly [type: string, data: JsonObject, change?: string];

/** Entries a second apart, the first of them the proposal. */
function journal(...told: readonly Told[]): readonly Entry[] {
  const all: readonly Told[] = [['change.proposed', proposal], ...told];
  return all.map(([type, data, of = change], index) => ({
    index,
    at: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
    type,
    change: of,
    actor: 'test',
    data,
  }));
}

const folded = (...told: readonly Told[]) => foldChange(journal(...told));
const finished = (stage: string, data: JsonObject = {}): Told => ['stage.finished', { stage, data }];
const intended = (key: string): Told => ['effect.intended', { key }];
const done = (key: string, receipt: JsonObject | null): Told => ['effect.done', { key, receipt }];
const noted = (note: string, data: JsonObject): Told => ['stage.noted', { note, data }];
const failed: Told = ['stage.failed', { code: 'bug' }];
const received = (name: string, key: string): Told => ['signal.received', { name, key, data: {} }];
const taken = (key: string): Told => ['signal.taken', { key }];
const raced: Told = ['stage.raced', { reason: 'moved' }];
const stopped: Told = [
  'stage.stopped',
  { conclusion: { outcome: 'held', code: 'x.y', reasons: ['because'] } },
];

describe('foldChange', () => {
  it('begins with the proposal, and knows nothing without it', () => {
    expect(foldChange([])).toBeUndefined();
    expect(foldChange(journal(finished('classify')).slice(1))).toBeUndefined();
    expect(folded()).toMatchObject({ id: change, proposal, stage: 'classify', round: 0, results: {} });
  });

  it('walks the stages in order, each with its result and its time', () => {
    const state = folded(finished('classify', { class: 'docs' }), finished('guardrails'));
    expect(state).toMatchObject({
      stage: 'judge',
      stageSince: '2026-01-01T00:00:02.000Z',
      results: { classify: { class: 'docs' } },
      spans: {
        classify: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:01.000Z' },
        judge: { from: '2026-01-01T00:00:02.000Z', to: null },
      },
    });
  });

  it('releases to one service after the other, each with a result and a time of its own', () => {
    const released = (service: string, rest: string[]) =>
      finished('release', { deploys: true, service, rest: rest.map((each) => ({ service: each })) });
    const before = ['classify', 'guardrails', 'judge', 'policy', 'merge'].map((stage) => finished(stage));
    const first = [...before, released('a', ['b']), noted('n', {}), finished('rollout', { ran: true })];
    const second = folded(...first);
    expect(second).toMatchObject({
      stage: 'release',
      stageSince: '2026-01-01T00:00:08.000Z',
      notes: new Map(),
    });
    expect(Object.keys(second?.results ?? {})).toEqual([
      'classify',
      'guardrails',
      'judge',
      'policy',
      'merge',
    ]);
    expect(second?.legs).toMatchObject([
      {
        release: { service: 'a' },
        rollout: { ran: true },
        spans: {
          release: { from: '2026-01-01T00:00:05.000Z', to: '2026-01-01T00:00:06.000Z' },
          rollout: { from: '2026-01-01T00:00:06.000Z', to: '2026-01-01T00:00:08.000Z' },
        },
      },
    ]);
    expect(Object.keys(second?.spans ?? {})).not.toContain('conclude');
    const last = folded(...first, released('b', []), finished('rollout', { ran: true }));
    expect(last).toMatchObject({ stage: 'conclude', legs: [{}], results: { release: { service: 'b' } } });
    expect(folded(...first, stopped)).toMatchObject({ stage: 'conclude', legs: [{}] });
    expect(folded(...first, stopped)?.results).not.toHaveProperty('rollout');
  });

  it('goes back to classify after a race, with nothing but the effects and the signals', () => {
    const state = folded(
      finished('classify'),
      noted('n', { a: 1 }),
      intended('k'),
      received('pause', 's1'),
      failed,
      raced,
    );
    expect(state).toMatchObject({ stage: 'classify', round: 1, results: {}, failures: 0 });
    expect(Object.keys(state?.spans ?? {})).toEqual(['classify']);
    expect(state?.notes.size).toBe(0);
    expect(state?.effects.size).toBe(1);
    expect(state?.signals.map(({ key }) => key)).toEqual(['s1']);
  });

  it('stops into conclude, and ends with the conclusion', () => {
    expect(folded(stopped)).toMatchObject({ stage: 'conclude', conclusion: { code: 'x.y' } });
    const last = { outcome: 'held', code: 'x.y', reasons: ['because', 'and reverted'] };
    expect(folded(stopped, ['change.concluded', last])).toMatchObject({ stage: null, conclusion: last });
  });

  it('keeps the receipt of an effect, also when it is null, and the intent while there is none', () => {
    const state = folded(intended('a'), intended('b'), done('b', null), intended('b'), intended('c'));
    expect(Object.fromEntries(state?.effects ?? [])).toEqual({
      a: { receipt: undefined },
      b: { receipt: null },
      c: { receipt: undefined },
    });
  });

  it('keeps the last note of a type, for its stage only', () => {
    expect(folded(noted('n', { a: 1 }), noted('n', { a: 2 }))?.notes.get('n')).toEqual({ a: 2 });
    expect(folded(noted('n', { a: 1 }), finished('classify'))?.notes.size).toBe(0);
  });

  it('counts failures that follow each other: a note between them does not make them less', () => {
    expect(folded(failed, failed)?.failures).toBe(2);
    expect(folded(failed, noted('n', {}), intended('k'), failed)?.failures).toBe(2);
    expect(folded(failed, done('k', {}), failed)?.failures).toBe(1);
    expect(folded(failed, ['stage.recovered', {}], failed)?.failures).toBe(1);
    expect(folded(failed, finished('classify'))?.failures).toBe(0);
  });

  it('keeps signals in order until they are taken', () => {
    const state = folded(received('a', '1'), received('b', '2'), taken('1'), received('c', '3'));
    expect(state?.signals.map(({ name }) => name)).toEqual(['b', 'c']);
  });
});

describe('any journal', () => {
  const key = fc.constantFrom('k1', 'k2');
  const told: fc.Arbitrary<Told> = fc.oneof(
    fc.constantFrom(...stageNames).map((stage) => finished(stage)),
    fc.constantFrom(raced, failed, stopped),
    key.map(intended),
    key.map((name) => done(name, {})),
    key.map((name) => noted(name, {})),
    fc.tuple(key, key).map(([name, of]) => received(name, of)),
    key.map(taken),
    fc.constantFrom<Told>(['effect.intended', { key: 'k3' }, 'chg_2'], ['later.invented', {}]),
  );

  it('folds the same in one piece and in two, and taking an entry in twice alters nothing', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), fc.nat(), (list, at) => {
        const entries = journal(...list);
        const cut = 1 + (at % entries.length);
        const whole = foldChange(entries);
        expect(foldChange(entries.slice(cut), foldChange(entries.slice(0, cut)))).toEqual(whole);
        expect(foldChange(entries, foldChange(entries.slice(0, cut)))).toEqual(whole);
      }),
    );
  });

  it('is not altered by the entries of other changes', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), (list) => {
        const entries = journal(...list);
        const own = entries.filter((entry) => entry.change === change);
        const { upTo: _, ...all } = foldChange(entries) ?? { upTo: 0 };
        const { upTo: __, ...less } = foldChange(own) ?? { upTo: 0 };
        expect(all).toEqual(less);
      }),
    );
  });
});

it('knows what follows each stage', () => {
  expect(stageNames.map(stageAfter)).toEqual([...stageNames.slice(1), null]);
});
