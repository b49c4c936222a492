import { describe, expect, it } from 'vitest';
import { ownFrames, suspects } from './spectrum.ts';

const failed = (lines: Record<string, readonly number[]>) => ({
  title: 't',
  errorType: 'Error',
  message: '',
  stack: '',
  lines,
});

describe('suspects', () => {
  it('suspects most what failing tests alone run', () => {
    const spectrum = { passed: 4, passing: { 'a.js': { '1': 4, '2': 1 } }, failed: [] };
    const found = suspects(spectrum, [failed({ 'a.js': [1, 2, 3] }), failed({ 'a.js': [1, 2] })]);
    expect(found.map(({ line, score }) => [line, Math.round(score * 1000)])).toEqual([
      [2, 816],
      [3, 707],
      [1, 577],
    ]);
  });
});

describe('ownFrames', () => {
  it('takes those of the project above the test', () => {
    const stack = `TypeError: x
    at f (/work/lib/a.js:3:5)
    at /work/node_modules/b/c.js:1:1
    at node:internal/x:1:1
    at k (lib/cut.js:2:4)
    at g (file:///work/lib/d.js:7:9)
    at Context.<anonymous> (/work/test/a.js:1:2)
    at h (/work/lib/late.js:1:1)`;
    expect(ownFrames(stack, '/work')).toEqual([
      { file: 'lib/a.js', line: 3, column: 5 },
      { file: 'lib/cut.js', line: 2, column: 4 },
      { file: 'lib/d.js', line: 7, column: 9 },
    ]);
    expect(ownFrames('AssertionError\n at Context.<anonymous> (/work/test/a.js:1:2)', '/work')).toEqual([]);
  });
});
