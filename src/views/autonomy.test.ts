import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBelow } from '../domain/autonomy.ts';
import { autonomyLevels, changeClasses } from '../domain/change.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  autonomyProblems,
  classesOf,
  demotionBelow,
  effectiveLevel,
  foldAutonomy,
  fullAutonomy,
  wasMet,
} from './autonomy.ts';

const at = '2026-01-01T00:00:00.000Z';
type Made = {
  readonly type: string;
  readonly actor?: string;
  readonly change?: string;
  readonly data: JsonObject;
};

function entries(made: readonly Made[]): readonly Entry[] {
  return made.map((one, index) => ({ actor: 'x', ...one, index, at }));
}

const demoted = (change: string, of: string, to = 'propose'): Made => {
  const data = { class: of, from: 'deploy', to, code: 'rollout.latency' };
  return { type: 'autonomy.demoted', change, data };
};
const restored = (of: string, changes: readonly string[]): Made => {
  return { type: 'autonomy.restored', data: { class: of, changes: [...changes], reason: 'looked at' } };
};

describe('what failures have cost', () => {
  it('is nothing at first, and then the level of one class', () => {
    expect(effectiveLevel(fullAutonomy, 'deploy', 'docs')).toBe('deploy');
    const autonomy = foldAutonomy(entries([demoted('chg_1', 'docs')]));
    expect(effectiveLevel(autonomy, 'deploy', 'docs')).toBe('propose');
    expect(effectiveLevel(autonomy, 'observe', 'docs')).toBe('observe');
    expect(effectiveLevel(autonomy, 'deploy', 'lint')).toBe('deploy');
    // Nothing has earned it more.
    expect(effectiveLevel(fullAutonomy, 'deploy', 'crash-fix')).toBe('propose');
    expect(effectiveLevel(fullAutonomy, 'observe', 'crash-fix')).toBe('observe');
    expect(demotionBelow(autonomy, 'docs', 'merge')).toMatchObject({
      change: 'chg_1',
      code: 'rollout.latency',
    });
    expect(demotionBelow(autonomy, 'docs', 'propose')).toBeUndefined();
  });

  it('is given back for the changes that a person knew of, and for no other', () => {
    const both = [demoted('chg_1', 'docs'), demoted('chg_2', 'docs'), demoted('chg_3', 'lint')];
    const left = (changes: readonly string[]) =>
      foldAutonomy(entries([...both, restored('docs', changes)])).demotions.map(({ change }) => change);
    expect(left(['chg_1'])).toEqual(['chg_2', 'chg_3']);
    expect(left(['chg_1', 'chg_2', 'chg_3'])).toEqual(['chg_3']);
    expect(left([])).toEqual(['chg_1', 'chg_2', 'chg_3']);
  });

  it('is all, where the journal holds a level that nobody knows', () => {
    const autonomy = foldAutonomy(entries([demoted('chg_1', 'docs', 'everything')]));
    expect(effectiveLevel(autonomy, 'deploy', 'docs')).toBe('observe');
  });

  it('is told of every class that has a level, with since when and why', () => {
    const autonomy = foldAutonomy(entries([demoted('chg_1', 'docs')]));
    const configured = Object.fromEntries(changeClasses.map((name) => [name, 'merge']));
    const classes = classesOf(autonomy, configured as Parameters<typeof classesOf>[1]);
    expect(classes.map(({ class: name }) => name)).toEqual(changeClasses.filter((name) => name !== 'other'));
    expect(classes.filter(({ since }) => since !== null)).toMatchObject([
      {
        class: 'docs',
        configured: 'merge',
        effective: 'propose',
        since: at,
        demotions: [{ change: 'chg_1' }],
      },
    ]);
  });

  const name = fc.constantFrom('docs', 'lint', 'dependency-patch');
  const change = fc.constantFrom('chg_1', 'chg_2', 'chg_3');
  const act = fc.oneof(
    fc.tuple(change, name, fc.constantFrom('propose', 'observe', 'merge', '?')).map((all) => demoted(...all)),
    fc.tuple(name, fc.subarray(['chg_1', 'chg_2', 'chg_3'])).map((all) => restored(...all)),
  );

  it('never grows less by one more failure, wherever it comes, and is the same however it is folded', () => {
    const history = fc.array(act, { maxLength: 12 });
    const level = fc.constantFrom(...autonomyLevels);
    fc.assert(
      fc.property(history, fc.nat(12), fc.tuple(name, level), (acts, place, [of, configured]) => {
        // Of a change that no person has given back.
        const more = [...acts.slice(0, place), demoted('chg_9', of), ...acts.slice(place)];
        for (const each of ['docs', 'lint', 'dependency-patch'] as const) {
          const before = effectiveLevel(foldAutonomy(entries(acts)), configured, each);
          const after = effectiveLevel(foldAutonomy(entries(more)), configured, each);
          expect(isBelow(before, after)).toBe(false);
          if (each === of) expect(isBelow('propose', after)).toBe(false);
        }
        const half = foldAutonomy(entries(more).slice(0, place));
        expect(foldAutonomy(entries(more), half)).toEqual(foldAutonomy(entries(more)));
      }),
    );
  });
});

describe('what the journal does not agree on', () => {
  const receipt = (step: string): Made => ({ type: 'effect.done', change: 'chg_1', data: { step } });

  it('is a class that was lowered without a word, and one that no person restored', () => {
    expect(autonomyProblems([], entries([receipt('demote')]))).toEqual([
      expect.stringMatching(/^the failure of chg_1 /),
    ]);
    expect(autonomyProblems(entries([restored('docs', ['chg_1'])]), [])).toEqual([
      expect.stringMatching(/^entry 0: x restored docs/),
    ]);
  });

  it('is nothing where both are as they must be', () => {
    const acts = entries([demoted('chg_1', 'docs'), { ...restored('docs', ['chg_1']), actor: 'person:a' }]);
    expect(autonomyProblems(acts, entries([receipt('queue-revert')]))).toEqual([]);
  });
});

describe('whether users may have met a change', () => {
  it('is told by the intent to expose it, with or without a receipt', () => {
    const intent = (step: string) => entries([{ type: 'effect.intended', change: 'chg_1', data: { step } }]);
    expect(wasMet(intent('expose-n1-0'))).toBe(true);
    expect(wasMet(intent('start'))).toBe(false);
    expect(wasMet([])).toBe(false);
  });
});
