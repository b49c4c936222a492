import { expect, it } from 'vitest';
import type { Reproduction, TwoBuilds } from '../../../domain/reproduction.ts';
import { build } from './build.ts';

const different: TwoBuilds = { kind: 'different', paths: ['dist/a.js', 'dist/\u001b[2Jb.js'], count: 2 };
const same: TwoBuilds = { kind: 'same', files: 3 };
const failed: TwoBuilds = { kind: 'failed', phase: 'build', why: 'no' };
const judge = (found: Reproduction) => build.check({ build: { configured: true, ...found } });

it.each<[string, Reproduction, string, RegExp]>([
  ['the same', { head: same, base: undefined }, 'pass build.reproducible', /same 3 files/],
  [
    'a head alone',
    { head: different, base: same },
    'abstain build.not-reproducible',
    /dist\/a\.js and 1 more; .*base are the same/,
  ],
  ['both', { head: different, base: different }, 'abstain build.not-reproducible', /the base differ too/],
  ['a base that fails', { head: different, base: failed }, 'abstain build.not-reproducible', /not known/],
  ['a head that fails', { head: failed, base: undefined }, 'abstain build.build-failed', /failed/],
])('judges %s', (_what, found, verdict, reason) => {
  const finding = judge(found);
  expect(`${finding?.verdict} ${finding?.code}`).toBe(verdict);
  expect(finding?.reason).toMatch(reason);
  expect(JSON.stringify(finding)).not.toContain('\u001b');
});

it('passes where nothing is built', () => {
  expect(build.check({ build: { configured: false } })?.code).toBe('build.nothing-built');
});
