import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CriticalFunction, CriticalState, Proof } from '../../../domain/proof.ts';
import type { ProvedFunction } from './facts.ts';
import { proof } from './proof.ts';

const of = (state: CriticalState, contract = false): CriticalFunction => ({
  name: 'f',
  line: 3,
  state,
  contract,
});
const proved: Proof = { verdict: 'proved', claim: 'equivalence', arithmetic: 'integer' };
const counterexample = { inputs: [{ name: 'n', value: '1\u001b[2J' }], old: '2', new: 'throws Error: no' };
const refuted: Proof = { verdict: 'refuted', claim: 'equivalence', counterexample };
const unknown: Proof = { verdict: 'unknown', why: 'the solver gave up', tried: 60 };
const unsupported: Proof = { verdict: 'unsupported', side: 'new', why: 'a loop', line: 7 };

function check(
  functions: readonly CriticalFunction[],
  proofs: readonly Proof[],
  unread: readonly string[] = [],
) {
  const asked = proofs.map((each): ProvedFunction => ({ path: 'a.ts', of: of('changed'), proof: each }));
  const files = functions.length === 0 ? [] : [{ path: 'a.ts', functions }];
  const found = proof.check({ critical: { files, unread }, proved: { proofs: asked, omitted: [] } });
  if (found === undefined) throw new Error('it was not asked');
  return found;
}

describe('proof', () => {
  it.each<[string, readonly CriticalFunction[], readonly Proof[], string]>([
    ['nothing is tagged', [], [], 'pass proof.none'],
    ['nothing changes', [of('unchanged')], [], 'pass proof.unchanged'],
    ['all is proved', [of('changed')], [proved], 'pass proof.proved'],
    ['one is refuted', [of('changed')], [proved, unknown, refuted], 'fail proof.refuted'],
    ['one is unknown', [of('changed')], [proved, unknown], 'abstain proof.unknown'],
    ['one is outside of the subset', [of('changed')], [unsupported], 'abstain proof.unsupported'],
    ['one is gone', [of('removed')], [], 'abstain proof.removed'],
    ['a tag is gone', [of('untagged')], [], 'abstain proof.tag-removed'],
    ['a contract changes', [of('contract-changed')], [], 'abstain proof.contract-changed'],
    ['a tag has no place', [of('unplaced')], [], 'abstain proof.unplaced'],
    ['a new one promises nothing', [of('added')], [], 'abstain proof.no-contract'],
    ['a new one keeps its contract', [of('added', true)], [proved], 'pass proof.proved'],
  ])('where %s', (_what, functions, proofs, expected) => {
    const { verdict, code } = check(functions, proofs);
    expect(`${verdict} ${code}`).toBe(expected);
  });

  it('shows the inputs with both outcomes, and nothing that a terminal obeys', () => {
    const { reason, evidence } = check([of('changed')], [refuted]);
    expect(reason).toBe('a.ts:3: f(1[2J) was 2 and is throws Error: no.');
    expect(evidence.counterexample).toEqual([
      { what: 'input n', value: '1[2J' },
      { what: 'old outcome', value: '2' },
      { what: 'new outcome', value: 'throws Error: no' },
    ]);
  });

  it('is never more permissive for one answer more that is no proof', () => {
    const rank = { pass: 0, 'not-offered': 0, 'not-configured': 0, abstain: 1, fail: 2 };
    const answer = fc.constantFrom(proved, refuted, unknown, unsupported);
    const state = fc.constantFrom<CriticalState>(
      'unchanged',
      'changed',
      'removed',
      'untagged',
      'contract-changed',
    );
    fc.assert(
      fc.property(
        fc.array(answer),
        fc.array(state),
        answer,
        fc.boolean(),
        (answers, states, more, unread) => {
          const functions = states.map((each) => of(each));
          const before = check(functions, answers).verdict;
          const after = check(functions, [...answers, more], unread ? ['b.ts'] : []).verdict;
          expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
        },
      ),
    );
  });
});
