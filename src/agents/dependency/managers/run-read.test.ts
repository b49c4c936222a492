import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleEntry, sampleProject } from '../../../testing/npm-samples.ts';
import { TempGit } from '../../../testing/temp-git.ts';
import { readProject } from './run-read.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const npm = sampleProject({ dependencies: { a: '^1.0.0' } }, { 'node_modules/a': sampleEntry('a', '1.0.0') });
const named = (packageManager: unknown) =>
  JSON.stringify({ name: 'sample', version: '1.0.0', dependencies: { a: '^1.0.0' }, packageManager });

describe('readProject', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'an empty lockfile',
      { 'package.json': '{}', 'package-lock.json': '' },
      { name: 'package-lock.json', code: 'lockfile.invalid' },
    ],
    [
      'the lockfile of another manager',
      { 'package.json': '{}', 'yarn.lock': npm['package-lock.json'] },
      { name: 'yarn.lock', code: 'lockfile.invalid', reason: expect.stringContaining('yarn install') },
    ],
    [
      'a package.json that is none',
      { ...npm, 'package.json': '[' },
      { name: 'package.json', code: 'manifest.invalid' },
    ],
    [
      'no package.json',
      { 'package-lock.json': npm['package-lock.json'] },
      { name: 'package.json', code: 'manifest.invalid', reason: expect.stringContaining('found none') },
    ],
    [
      'another manager than the one that installs',
      { ...npm, 'package.json': named('pnpm@10.34.9') },
      {
        name: 'package-lock.json',
        code: 'dependency.manager',
        reason: expect.stringContaining('pnpm@10.34.9'),
      },
    ],
    ['a manager that is none', { ...npm, 'package.json': named(1) }, { code: 'dependency.manager' }],
  ])('leaves a project alone for %s, and names the file', async (_what, files, expected) => {
    git.commit('main', files);
    expect(await readProject(git, 'main')).toMatchObject(expected);
  });

  it.each([undefined, 'npm@11.0.0', 'npm@10.9.2+sha512.00'])(
    'takes npm where it is named as %s',
    async (name) => {
      git.commit('main', { ...npm, 'package.json': named(name) });
      expect(await readProject(git, 'main')).toMatchObject({
        lockPath: 'package-lock.json',
        manager: undefined,
      });
    },
  );
});
