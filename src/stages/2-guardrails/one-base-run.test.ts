import { describe, expect, it } from 'vitest';
import type { Behaviour, SeenCall } from '../../domain/behaviour.ts';
import type { SystemCalls } from '../../domain/system-calls.ts';
import { needsNoSecondRun } from './one-base-run.ts';

const outcome = (digest: string, shown = digest) => ({ kind: 'return', type: 'string', digest, shown });
const call = (...digests: string[]): SeenCall => ({
  package: 'a',
  path: 'a.f',
  args: '(1)',
  facets: new Map([['result', digests.map((digest) => outcome(digest))]]),
});
const asked: SystemCalls = {
  traced: true,
  calls: [{ kind: 'reach', by: 'node', target: '127.0.0.1:*' }],
  gaps: [],
};
const run: Behaviour = {
  loads: [{ package: 'a', version: '1.0.0', by: undefined }],
  calls: new Map([['f', call('x', 'y')]]),
  gaps: [],
  systemCalls: asked,
};

describe('needsNoSecondRun', () => {
  it.each<[string, Partial<Behaviour>]>([
    ['another version', { loads: [{ package: 'a', version: '1.0.1', by: undefined }] }],
    ['another order', { calls: new Map([['f', call('y', 'x')]]) }],
    [
      'what is shown alone',
      {
        calls: new Map([
          ['f', { ...call('y'), facets: new Map([['result', [outcome('x', 'X'), outcome('y')]]]) }],
        ]),
      },
    ],
    [
      'what no verdict hangs on',
      {
        systemCalls: { ...asked, calls: [...asked.calls, { kind: 'read', by: 'npm', target: '/proc/stat' }] },
      },
    ],
  ])('holds with %s', (_name, over) => {
    expect(needsNoSecondRun(run, { ...run, ...over })).toBe(true);
  });

  it.each<[string, Partial<Behaviour>]>([
    ['a load more', { loads: [...run.loads, { package: 'a', version: '1.0.0', by: 'b' }] }],
    ['an outcome less', { calls: new Map([['f', call('x')]]) }],
    ['another outcome', { calls: new Map([['f', call('x', 'z')]]) }],
    ['another facet', { calls: new Map([['f', { ...call(), facets: new Map([['reads', []]]) }]]) }],
    ['a call more', { calls: new Map([...run.calls, ['g', call('x')]]) }],
    ['another call', { calls: new Map([['g', call('x', 'y')]]) }],
    ['a gap', { gaps: ['too many calls'] }],
    ['no tracer', { systemCalls: { traced: false, calls: [], gaps: [] } }],
    ['nobody who looked', { systemCalls: undefined }],
    ['a gap in what was traced', { systemCalls: { traced: true, calls: [], gaps: ['full'] } }],
    [
      'another address',
      { systemCalls: { ...asked, calls: [{ kind: 'reach', by: 'node', target: '203.0.113.7:443' }] } },
    ],
  ])('does not hold with %s, on either side', (_name, over) => {
    expect(needsNoSecondRun(run, { ...run, ...over })).toBe(false);
    expect(needsNoSecondRun({ ...run, ...over }, run)).toBe(false);
  });
});
