import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  PerformanceStage,
  profileOf,
  slowCode as slow,
  slowCodeTests as tests,
} from '../../testing/performance-stage.ts';
import type { PerformanceSettings } from './run.ts';

let stage: PerformanceStage;
let git: PerformanceStage['git'];
beforeEach(() => {
  stage = new PerformanceStage();
  ({ git } = stage);
});
afterEach(() => stage.close());

const look = (over: Partial<PerformanceSettings> = {}) => stage.look(over);
const codes = ({ skipped }: Awaited<ReturnType<typeof look>>) => skipped.map(({ code }) => code);

describe('the agent for performance', () => {
  it('proposes what tests saw do the same and pairs of processes saw do it faster', async () => {
    const base = git.commit('main', { 'a.js': slow, 'a.test.js': tests });
    const { proposals, skipped } = await look();
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([
      {
        source: 'agent:performance',
        title: 'Make index of a.js faster',
        target: 'main',
        record: {
          kind: 'a.js#index',
          base,
          items: [{ path: 'a.js', shareOfProfile: 1, assumes: ["Array(n).fill('a') is an array"] }],
          measured: { alpha: 0.01, callsCompared: expect.any(Number), machine: { node: '24' } },
        },
      },
    ]);
    const [made] = proposals;
    if (made === undefined) throw new Error('nothing was proposed');
    const { head, ref, record } = made;
    const { pairs, low } = record.measured as { pairs: unknown[]; low: number };
    expect(pairs).toHaveLength(7);
    expect(low).toBeGreaterThan(1.05);
    expect(await git.resolve(ref)).toBe(head);
    expect((await git.diff(base, head)).map(({ path }) => path)).toEqual(['a.js']);
    expect(`${await git.readFile(head, 'a.js')}`).toContain('all.push(row.length);');
    const known = { change: 'chg_1', base, outcome: 'held' as const, code: 'policy.class' };
    const keys = (record.items as { key: string }[]).map(({ key }) => key);
    expect(codes(await look({ earlier: [{ ...known, keys }] }))).toEqual(['performance.held']);
    expect(codes(await look({ open: ['a.js#index'] }))).toEqual(['performance.open']);
  });

  it('proposes nothing that no test calls, and nothing where the tests fail', async () => {
    git.commit('main', { 'a.js': slow, 'a.test.js': "require('node:test').test('none', () => {});\n" });
    expect(codes(await look())).toEqual(['performance.behaviour']);
    git.commit('main', { 'a.js': slow, 'a.test.js': "throw new Error('red');\n" });
    expect(codes(await look())).toEqual(['performance.tests']);
  });

  it('proposes no gain that is too small to show', async () => {
    git.commit('main', { 'a.js': slow, 'a.test.js': tests });
    const kind = ['exports.kind', 1, 15, 80] as const;
    const { proposals, skipped } = await look({ profile: profileOf([kind]), leastGain: 1000 });
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([{ name: 'a.js:2 exports.kind', code: 'performance.no-gain' }]);
  });
});
