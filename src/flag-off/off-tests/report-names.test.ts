import { expect, it } from 'vitest';
import { ReportNames } from './report-names.ts';

const path = 'test/a.test.js';

it.each<[string, string, readonly string[]]>([
  ['node:test', 'group > is', ['group > is', 'group > other']],
  ['vitest', 'test/a.test.js > group > is', ['test/b.test.js > group > is', 'test/a.test.js > group > is']],
  ['ava', 'a › group is', ['b › group is', 'a › group is']],
  ['jest-junit', 'group is > group is', ['group is > group is']],
  ['mocha', 'group is', ['is', 'group is', 'a group is']],
])('finds a test case as %s names it', (_what, expected, report) => {
  expect(new ReportNames(report).of({ path, titles: ['group', 'is'] })).toBe(expected);
});

it.each<[string, readonly string[]]>([
  ['none means it', ['group > other', 'is', 'is > group']],
  ['it stands there twice', ['group > is', 'group > is']],
  ['two files have it', ['test/b.test.js > group > is', 'test/c.test.js > group > is']],
  ['another word ends so', ['a group > was', 'a group > this']],
])('finds none where %s', (_what, report) => {
  expect(new ReportNames(report).of({ path, titles: ['group', 'is'] })).toBeUndefined();
});
