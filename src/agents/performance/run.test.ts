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

describe('the agent for performance, before it runs anything', () => {
  it('says of each hot function why it is left alone', async () => {
    git.commit('main', { 'a.js': slow, 'a.test.js': tests });
    const plain = ['exports.plain', 2, 16, 50] as const;
    const moved = ['exports.index', 1, 15, 50] as const;
    expect(codes(await look({ profile: profileOf([plain, moved]) }))).toEqual([
      'performance.nothing',
      'performance.elsewhere',
    ]);
    expect(codes(await look({ ignore: ['a.js'] }))).toEqual(['performance.no-own-code']);
    expect(codes(await look({ commands: undefined }))).toEqual(['performance.no-tests']);
    expect(await look({ profile: undefined })).toEqual({ proposals: [], skipped: [] });
    await expect(look({ profile: '[]' })).rejects.toThrow('expected a CPU profile as JSON');
  });
});
