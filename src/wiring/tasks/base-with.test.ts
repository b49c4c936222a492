import { afterAll, describe, expect, it } from 'vitest';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { baseWith } from './base-with.ts';

const git = new TempGit();
afterAll(() => git.remove());
const root = git.commit('main', { 'a.md': 'a\n', 'b.md': 'b\nb\nb\nb\n', 'run.sh': { script: 'x' } });
const now = new Date('2026-11-30T12:00:00Z');

function base(files: TestFiles, tip = root) {
  const head = git.commit('change', files, root);
  return baseWith({ git, now }, tip, { id: 'chg_1', head });
}

describe('the base of a task that mends a change', () => {
  it('is the branch as it is now, with the change in it', async () => {
    const tip = git.commit('later', { 'c.md': 'c\n' }, root);
    const change = { 'a.md': 'A\n', 'b.md': null, 'd/b.md': 'b\nb\nb\nb\n', 'new.sh': { script: 'y' } };
    const made = await base(change, tip);
    expect((await git.list(made, '')).map(({ path, kind }) => [path, kind])).toEqual([
      ['a.md', 'file'],
      ['c.md', 'file'],
      ['d/b.md', 'file'],
      ['new.sh', 'executable'],
      ['run.sh', 'executable'],
    ]);
    expect((await git.readFile(made, 'a.md'))?.toString()).toBe('A\n');
    expect((await git.history(root, made)).map(({ sha }) => sha)).toEqual([tip, made]);
  });

  it.each<[string, TestFiles, TestFiles, RegExp]>([
    ['conflicts', { 'a.md': 'A\n' }, { 'a.md': 'B\n' }, /conflicts in a.md/],
    ['is there already', { 'a.md': 'A\n' }, { 'a.md': 'A\n' }, /has it already/],
    ['brings a link', { link: { link: 'a.md' } }, {}, /a symlink: link/],
  ])('is none where the change %s', async (_what, change, later, said) => {
    const tip = git.commit('later', later, root);
    await expect(base(change, tip)).rejects.toMatchObject({
      code: 'agent.overtaken',
      message: expect.stringMatching(said),
    });
  });
});
