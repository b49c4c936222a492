import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Behaviour, Outcome, SeenCall } from '../../../domain/behaviour.ts';
import type { RecordedCall } from '../../../domain/recorded-call.ts';
import type { EachReplay } from '../../../domain/replay.ts';
import type { Finding } from '../facts.ts';
import { joinAmplified, judgeAmplified } from './amplified.ts';
import type { AmplifiedFacts } from './facts.ts';

const returned = (shown: string): Outcome => ({ kind: 'return', type: 'string', digest: shown, shown });
const threw = (shown: string): Outcome => ({ kind: 'throw', type: shown, digest: shown, shown });

type Facets = Readonly<Record<string, readonly Outcome[]>>;

function seen(calls: Readonly<Record<string, Facets>>): Behaviour {
  const entries = Object.entries(calls).map(([key, facets]): [string, SeenCall] => {
    const call = { package: 'a', path: 'a.f', args: `("${key}")`, facets: new Map(Object.entries(facets)) };
    return [key, call];
  });
  return { loads: [], calls: new Map(entries), gaps: ['too-many'] };
}

const call = (arg: string): RecordedCall => ({ package: 'a', kind: 'call', steps: ['a', 'f'], args: [arg] });
const keys = ['k1', 'k2', '', 'k3'];
const varied = keys.map((_, at) => ({ call: call(`x${at}`), operator: 'blank' as const, from: call('x') }));
const same = {
  k1: { result: [returned('1')] },
  k2: { result: [returned('2')] },
  k3: { result: [threw('E')] },
};

function made(
  head: Readonly<Record<string, Facets>>,
  over: Partial<Extract<EachReplay, { kind: 'replayed' }>> = {},
): AmplifiedFacts {
  const replay = {
    kind: 'replayed',
    base: [seen(same), seen(same)],
    head: seen(head),
    keys,
    unfinished: [],
    ...over,
  } as const;
  return { kind: 'made', varied, undeclared: ['a'], replay };
}

const ended = (kind: 'install' | 'limit' | 'ended', side: 'base' | 'head'): AmplifiedFacts => ({
  kind: 'made',
  varied,
  undeclared: [],
  replay: { kind, side },
});

describe('what is tried besides', () => {
  it.each<[string, AmplifiedFacts, string, string]>([
    ['the same', made(same), 'pass', 'amplified-same'],
    ['another value', made({ ...same, k1: { result: [returned('9')] } }), 'abstain', 'amplified-differs'],
    ['a throw', made({ ...same, k1: { result: [threw('E')] } }), 'abstain', 'amplified-differs'],
    ['no throw', made({ ...same, k3: { result: [returned('1')] } }), 'abstain', 'amplified-differs'],
    [
      'an effect on all objects',
      made({ ...same, k1: { ...same.k1, ambient: [returned('+x')] } }),
      'abstain',
      'amplified-differs',
    ],
    [
      'other reads alone',
      made({ ...same, k1: { ...same.k1, reads: [returned('0.x')] } }),
      'pass',
      'amplified-same',
    ],
    [
      'a value that flickers',
      made(
        { ...same, k1: { result: [returned('9')] } },
        {
          base: [seen(same), seen({ ...same, k1: { result: [returned('8')] } })],
        },
      ),
      'pass',
      'amplified-same',
    ],
    ['no end', made(same, { unfinished: [3] }), 'abstain', 'amplified-differs'],
    [
      'a call that was not compared',
      made({ ...same, other: { result: [threw('F')] } }),
      'pass',
      'amplified-same',
    ],
    ['a head that cannot be held', ended('ended', 'head'), 'abstain', 'amplified-not-run'],
    ['a head that is too slow', ended('limit', 'head'), 'abstain', 'amplified-not-run'],
    ['a base that cannot be installed', ended('install', 'base'), 'abstain', 'amplified-not-run'],
    ['a base that cannot be held', ended('limit', 'base'), 'pass', 'amplified-not-run'],
  ])('%s', (_what, facts, verdict, code) => {
    expect(judgeAmplified(facts)).toMatchObject({ verdict, code: `characterization.${code}` });
  });

  it('names the worst call, and what it was made from', () => {
    const head = { ...same, k1: { result: [returned('9')] }, k2: { result: [threw('\u001b[2JE')] } };
    expect(judgeAmplified(made(head))).toMatchObject({
      reason:
        'Nobody was seen to call a.f("k2") (result): old return 2, new throw [2JE (and 1 more); seen was a.f("x").',
      evidence: {
        tried: 4,
        made: 3,
        undeclared: ['a'],
        count: 2,
        differences: [{ kind: 'exception', like: 'a.f("x")', by: 'blank' }, { kind: 'value' }],
      },
    });
  });

  it('names an effect on all objects before all else', () => {
    const old = { ...same, k2: { result: [returned('2')], ambient: [returned('Object.prototype +x')] } };
    const facts = made(
      { ...same, k1: { result: [threw('E')] }, k2: { result: [returned('3')] } },
      { base: [seen(old), seen(old)] },
    );
    expect(judgeAmplified(facts)?.reason).toContain(
      '(ambient): old return Object.prototype +x, new nothing (and 1 more)',
    );
  });

  it('has no say where nothing was tried', () => {
    const tests: Finding = { verdict: 'pass', code: 'characterization.same', reason: 'x', evidence: {} };
    const noneMade = made(same, { keys: keys.map(() => '') });
    for (const facts of [{ kind: 'none' } as const, noneMade])
      expect(joinAmplified(tests, judgeAmplified(facts))).toBe(tests);
  });

  it('stands beside what was seen', () => {
    const tests: Finding = {
      verdict: 'pass',
      code: 'characterization.same',
      reason: 'Tests.',
      evidence: { packages: 1 },
    };
    expect(joinAmplified(tests, judgeAmplified(made(same)))).toEqual({
      verdict: 'pass',
      code: 'characterization.same',
      reason: 'Tests. 3 calls like those that were seen found no difference.',
      evidence: { packages: 1, amplified: { tried: 4, made: 3, undeclared: ['a'] } },
    });
  });

  it('never makes a verdict more permissive, and fails none', () => {
    const order = ['fail', 'abstain', 'not-configured', 'not-offered', 'pass'] as const;
    const some = fc.record({
      verdict: fc.constantFrom(...order),
      code: fc.constantFrom('characterization.same', 'characterization.x'),
      reason: fc.string(),
      evidence: fc.constant({}),
    });
    const facts = fc.constantFrom(
      made(same),
      made({}, { unfinished: [0] }),
      ended('ended', 'head'),
      ended('ended', 'base'),
    );
    fc.assert(
      fc.property(some, facts, (tests, tried) => {
        const joined = joinAmplified(tests, judgeAmplified(tried)).verdict;
        expect(order.indexOf(joined)).toBeLessThanOrEqual(order.indexOf(tests.verdict));
        if (tests.verdict !== 'fail') expect(joined).not.toBe('fail');
      }),
    );
  });
});
