import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleDemotion } from '../../testing/changes.ts';
import { holdForeign, type MergeFacts, planMerge } from './plan.ts';

const tip = 'a'.repeat(40);
const other = 'b'.repeat(40);
const good: MergeFacts = {
  stopped: undefined,
  demotion: undefined,
  frozen: undefined,
  decidedAt: new Date('2026-01-01T00:00:00.001Z'),
  now: new Date('2026-01-02T00:00:00Z'),
  tip,
  testedOn: tip,
  foreign: [],
  policyUnchanged: true,
};
const bad = {
  stopped: { stopped: 'stopped by alice: odd' },
  frozen: { frozen: 'outside the deploy windows' },
  demoted: { demotion: sampleDemotion },
  old: { decidedAt: new Date('2026-01-01T00:00:00Z') },
  timeless: { decidedAt: new Date('some day') },
  moved: { testedOn: other },
  policy: { policyUnchanged: false },
  foreign: { foreign: [other] },
} as const satisfies Record<string, Partial<MergeFacts>>;

describe('planMerge', () => {
  it('goes when nothing speaks against it', () => {
    expect(planMerge(good)).toEqual({ kind: 'go' });
  });

  it.each([
    ['stopped', { kind: 'later', code: 'merge.stopped' }],
    ['frozen', { kind: 'later', code: 'merge.frozen' }],
    ['demoted', { kind: 'stop', conclusion: { outcome: 'held', code: 'policy.demoted' } }],
    ['old', { kind: 'raced', reason: expect.stringContaining('a day old') }],
    ['timeless', { kind: 'raced' }],
    ['moved', { kind: 'raced' }],
    ['policy', { kind: 'raced' }],
    ['foreign', { kind: 'stop', conclusion: { outcome: 'held', code: 'release.foreign-commits' } }],
  ] as const)('%s', (name, expected) => {
    expect(planMerge({ ...good, ...bad[name] })).toMatchObject(expected);
  });

  it('waits rather than stops, and tests again rather than stops', () => {
    const all = Object.assign({}, good, ...Object.values(bad));
    expect(planMerge(all)).toMatchObject({ kind: 'later', code: 'merge.stopped' });
    expect(planMerge({ ...good, ...bad.moved, ...bad.foreign })).toMatchObject({ kind: 'raced' });
  });

  it('does not test again what would be held all the same', () => {
    expect(planMerge({ ...good, ...bad.moved, ...bad.demoted })).toMatchObject({ kind: 'stop' });
  });

  it('goes with no bad fact, and with any it does not', () => {
    fc.assert(
      fc.property(fc.subarray(Object.values(bad)), (facts) => {
        expect(planMerge(Object.assign({}, good, ...facts)).kind === 'go').toBe(facts.length === 0);
      }),
    );
  });

  it('names every foreign commit, and the way out', () => {
    expect(holdForeign([tip, other]).reasons.join()).toMatch(/aaaaaaaaaa, bbbbbbbbbb.*autoland adopt/s);
  });
});
