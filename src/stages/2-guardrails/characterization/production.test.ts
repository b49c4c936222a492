import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Behaviour, Outcome } from '../../../domain/behaviour.ts';
import { type RecordedCall, readRecordings } from '../../../domain/recorded-call.ts';
import type { Finding } from '../facts.ts';
import { chooseCalls } from './choose-calls.ts';
import type { ReplayFacts } from './facts.ts';
import { joinProduction, judgeProduction } from './production.ts';

const returned = (shown: string): Outcome => ({ kind: 'return', type: 'string', digest: shown, shown });
const reads = (shown: string): Outcome => ({ kind: 'reads', type: 'reads', digest: shown, shown });

function seen(
  shown: string,
  { gaps = [], read = '0.a' }: { gaps?: string[]; read?: string } = {},
): Behaviour {
  const facets = new Map([
    ['result', [returned(shown)]],
    ['reads', [reads(read)]],
  ]);
  const call = { package: 'a', path: 'a.f', args: '(1)', facets };
  return { loads: [], calls: new Map([['k', call]]), gaps };
}

const calls: readonly RecordedCall[] = [
  { package: 'a', kind: 'call', steps: ['a', 'f'], args: [1] },
  { package: 'a', kind: 'construct', steps: ['a', 'Gone'], args: [] },
];
const none = { base: [], head: [] };
const made = (head: Behaviour, missing: { base: number[]; head: number[] } = none): ReplayFacts => ({
  kind: 'made',
  chosen: { calls, omitted: 3, notPlain: 4 },
  replay: { kind: 'replayed', base: [seen('x'), seen('x')], head, missing },
});

describe('what production sends', () => {
  it.each<[string, ReplayFacts, string, string]>([
    ['the same', made(seen('x')), 'pass', 'production-same'],
    ['another value', made(seen('y')), 'fail', 'production-differs'],
    ['a function that is gone', made(seen('x'), { base: [], head: [1] }), 'fail', 'production-differs'],
    ['other reads', made(seen('x', { read: '0.b' })), 'abstain', 'production-reads-differ'],
    ['a gap', made(seen('x', { gaps: ['too-many'] })), 'abstain', 'production-truncated'],
    ['no function at all', made(seen('x'), { base: [0, 1], head: [0, 1] }), 'abstain', 'production-not-run'],
    ['no file', { kind: 'unreadable', why: 'There is none.' }, 'abstain', 'recordings-unreadable'],
    ...(['install', 'limit', 'ended'] as const).map((kind): [string, ReplayFacts, string, string] => [
      kind,
      { kind: 'made', chosen: { calls, omitted: 0, notPlain: 0 }, replay: { kind, side: 'head' } },
      'abstain',
      'production-not-run',
    ]),
  ])('%s', (_what, facts, verdict, code) => {
    expect(judgeProduction(facts)).toMatchObject({ verdict, code: `characterization.${code}` });
  });

  it('says which function is gone, and how many calls were made', () => {
    expect(judgeProduction(made(seen('x'), { base: [], head: [1] }))).toMatchObject({
      reason: 'As production calls it, new a.Gone (function): old there, new gone.',
      evidence: { recorded: 2, made: 2, omitted: 3, notPlain: 4, count: 1 },
    });
  });

  it('has no say where nothing is recorded', () => {
    const tests: Finding = { verdict: 'pass', code: 'characterization.same', reason: 'x', evidence: {} };
    expect(joinProduction(tests, judgeProduction({ kind: 'none' }))).toBe(tests);
  });

  it('stands alone where the tests compare nothing, and beside them where they do', () => {
    const of = (code: string): Finding => ({
      verdict: 'pass',
      code: `characterization.${code}`,
      reason: 'Tests.',
      evidence: {},
    });
    const production = judgeProduction(made(seen('x')));
    expect(joinProduction(of('own-code'), production)).toBe(production);
    expect(joinProduction(of('same'), production)).toMatchObject({
      code: 'characterization.same',
      reason: 'Tests. 2 calls of production, made with both versions, found no difference.',
      evidence: { production: { made: 2 } },
    });
  });

  it('never makes a verdict more permissive than either', () => {
    const order = ['fail', 'abstain', 'not-configured', 'not-offered', 'pass'] as const;
    const some = fc.record({
      verdict: fc.constantFrom(...order),
      code: fc.constantFrom('characterization.same', 'characterization.own-code', 'characterization.x'),
      reason: fc.string(),
      evidence: fc.constant({}),
    });
    const rank = ({ verdict }: Finding) => order.indexOf(verdict);
    fc.assert(
      fc.property(some, some, (tests, production) => {
        expect(rank(joinProduction(tests, production))).toBe(Math.min(rank(tests), rank(production)));
      }),
    );
  });
});

it('chooses as many calls of one function as of another', () => {
  const many = Array.from({ length: 100 }, (_, at) =>
    JSON.stringify({ v: 1, package: 'a', kind: 'call', steps: ['a', at < 95 ? 'hot' : 'cold'], args: [at] }),
  );
  const other = JSON.stringify({ v: 1, package: 'b', kind: 'call', steps: ['b'], args: [] });
  const chosen = chooseCalls(readRecordings([...many, other, ''].join('\n')), new Set(['a']), 10);
  expect(chosen.calls.filter(({ steps }) => steps[1] === 'cold')).toHaveLength(5);
  expect(chosen).toMatchObject({ omitted: 90, notPlain: 0 });
  expect(chosen.calls).toHaveLength(10);
});
