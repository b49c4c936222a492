import { describe, expect, it } from 'vitest';
import type { FlagAnswer } from '../../../domain/flag-off.ts';
import { noFlags } from '../../../flag-off/code-files.ts';
import type { FlagFacts } from './facts.ts';
import { flagOff } from './flag-off.ts';

const added = { ...noFlags, added: ['new-price'] };
const doubt = { path: 'a.ts', line: 3, why: 'its key is no literal' };
const off = { path: 'a.ts', oldLine: 3, newLine: 4, old: 'return a;', new: 'audit(\u001b]a);' };

function check(answer: FlagAnswer | undefined, facts: Partial<FlagFacts> = {}) {
  const found = flagOff.check({ flags: { answer, beside: [], unread: [], ...facts } });
  if (found === undefined) throw new Error('it was not asked');
  return found;
}

describe('flag-off', () => {
  it.each<[string, FlagAnswer | undefined, Partial<FlagFacts>, string]>([
    ['no flag is added', noFlags, {}, 'pass flag-off.none'],
    ['no flag is added, and other files change', noFlags, { beside: ['package.json'] }, 'pass flag-off.none'],
    ['what is left is the old program', added, {}, 'pass flag-off.equivalent'],
    ['it is not', { ...added, off }, {}, 'fail flag-off.differs'],
    ['it is not, and something is unclear', { ...added, off, doubts: [doubt] }, {}, 'fail flag-off.differs'],
    ['a flag is on by default', { ...added, onByDefault: [doubt] }, {}, 'fail flag-off.on-by-default'],
    ['something is unclear', { ...added, doubts: [doubt] }, {}, 'abstain flag-off.unclear'],
    ['something is unclear without a key', { ...noFlags, doubts: [doubt] }, {}, 'abstain flag-off.unclear'],
    ['a module could not be read', { ...added, wants: ['b.ts'] }, {}, 'abstain flag-off.unclear'],
    ['another file changes', added, { beside: ['package.json'] }, 'abstain flag-off.other-file'],
    ['a file is too large', added, { unread: ['b.ts'] }, 'abstain flag-off.not-read'],
    ['nothing could be read', undefined, {}, 'abstain flag-off.not-read'],
    ['a flag is removed', { ...noFlags, removed: ['x'], restores: 'on' }, {}, 'pass flag-off.removed-on'],
    [
      'more is removed',
      { ...noFlags, removed: ['x'], restores: 'neither' },
      {},
      'abstain flag-off.removal-differs',
    ],
    [
      'more is removed, and it is known where',
      { ...noFlags, removed: ['x'], restores: 'neither', on: off },
      {},
      'fail flag-off.removal-differs',
    ],
    [
      'another file changes beside a removal that differs',
      { ...noFlags, removed: ['x'], restores: 'neither', on: off },
      { beside: ['package.json'] },
      'fail flag-off.removal-differs',
    ],
    [
      'another file changes beside a removal',
      { ...noFlags, removed: ['x'], restores: 'on' },
      { beside: ['package.json'] },
      'abstain flag-off.other-file',
    ],
    [
      'more flags are removed than can be shown',
      { ...noFlags, removed: Array.from({ length: 11 }, (_, at) => `x${at}`), restores: 'on' },
      {},
      'abstain flag-off.unclear',
    ],
    [
      'a key is no readable name',
      { ...noFlags, removed: ['x\u001b'], restores: 'on' },
      {},
      'abstain flag-off.unclear',
    ],
  ])('where %s', (_what, answer, facts, expected) => {
    const { verdict, code } = check(answer, facts);
    expect(`${verdict} ${code}`).toBe(expected);
  });

  it('tells the gate which flags are removed, and at which value', () => {
    const { evidence } = check({ ...noFlags, removed: ['x', 'y'], restores: 'off' });
    expect(evidence).toEqual({ added: [], removed: ['x', 'y'], removedTo: 'off' });
  });

  it('says where a removal does more', () => {
    const { reason } = check({ ...noFlags, removed: ['x'], restores: 'neither', on: off });
    expect(reason).toBe('a.ts:4 is not the old program with x on, nor with it off: audit(]a);');
  });

  it('shows where the versions part, and nothing that a terminal obeys', () => {
    const { reason, evidence } = check({ ...added, off });
    expect(reason).toBe('a.ts:4 is not as it was with new-price off: audit(]a);');
    expect(evidence.difference).toEqual([
      { version: 'old', line: 3, text: 'return a;' },
      { version: 'new', line: 4, text: 'audit(]a);' },
    ]);
  });
});
