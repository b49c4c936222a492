import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalGitHost, openGitHost } from '../adapters/git-host/local/local-git-host.ts';
import { bot, TestKeyRing, TestRepository } from '../adapters/git-host/local/test-repository.ts';
import { sampleProposal } from '../testing/stage-bench.ts';
import { makeRevert } from './revert.ts';

let repository: TestRepository;
let git: LocalGitHost;
beforeEach(async () => {
  repository = new TestRepository();
  git = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot });
});
afterEach(async () => {
  await git.close();
  repository.remove();
});

const at = new Date('2026-01-01T00:00:00Z');
const file = (path: string, content: string) => ({ path, mode: '100644', content });
const seed = (...files: ReturnType<typeof file>[]) => repository.seed(files);
const treeOf = (commit: string) => repository.git(['rev-parse', `${commit}^{tree}`]);
const onMain = (tree: string, onto: string) => {
  const commit = repository.commit(tree, [onto]);
  repository.git(['update-ref', 'refs/heads/main', commit]);
  return commit;
};
const revertOf = (commit: string) =>
  makeRevert(git, { change: 'chg_1', ...sampleProposal, commit, why: 'it failed', at });

describe('makeRevert', () => {
  it("proposes what undoing gives on today's tip, and the same when asked again", async () => {
    const base = seed(file('a', '1\n'), file('b', '1\n'));
    const [good, bad, both] = [
      treeOf(base),
      treeOf(seed(file('a', '2\n'), file('b', '1\n'))),
      treeOf(seed(file('a', '2\n'), file('b', '2\n'))),
    ];
    const merge = onMain(bad, base);
    onMain(both, merge);
    const made = await revertOf(merge);
    expect(await revertOf(merge)).toEqual(made);
    if (made.kind !== 'proposed') throw new Error(made.kind);
    const { proposal } = made;
    expect(proposal).toMatchObject({
      source: 'agent:revert',
      title: `Revert "${sampleProposal.title}"`,
      ref: 'refs/heads/autoland/revert/chg_1',
      target: 'main',
      record: { reverts: merge, of: 'chg_1' },
    });
    expect((await git.readFile(proposal.head, 'a'))?.toString()).toBe('1\n');
    expect((await git.readFile(proposal.head, 'b'))?.toString()).toBe('2\n');
    expect(await git.resolve(proposal.ref)).toBe(proposal.head);
    expect(treeOf(proposal.head)).not.toBe(good);
    expect(repository.git(['log', '-1', '--format=%B', proposal.head])).toContain(
      `Autoland-Reverts: ${merge}`,
    );
  });

  it('says where it conflicts, and proposes nothing', async () => {
    const base = seed(file('a', '1\n'));
    const merge = onMain(treeOf(seed(file('a', '2\n'))), base);
    onMain(treeOf(seed(file('a', '3\n'))), merge);
    expect(await revertOf(merge)).toEqual({ kind: 'conflict', paths: ['a'] });
    await expect(git.resolve('refs/heads/autoland/revert/chg_1')).rejects.toMatchObject({
      code: 'ref.not-found',
    });
  });
});
