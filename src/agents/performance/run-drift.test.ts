import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalGitHost, openGitHost } from '../../adapters/git-host/local/local-git-host.ts';
import { bot, TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import type { Sha } from '../../domain/change.ts';
import { MemoryKeyRing } from '../../testing/memory-keys.ts';
import { revertedBy } from '../../views/proved.ts';
import { type DriftSettings, meetDrifts } from './run-drift.ts';

let repository: TestRepository;
let git: LocalGitHost;
let culprit: Sha;
beforeAll(async () => {
  repository = new TestRepository();
  git = await openGitHost({ dir: repository.dir, keyRing: new MemoryKeyRing(), bot });
  const commit = (path: string, ...parents: readonly Sha[]) => {
    const seeded = repository.seed([{ path, mode: '100644', content: `${path}\n` }]);
    // Its index keeps what was seeded before.
    return repository.commit(repository.git(['rev-parse', `${seeded}^{tree}`]), parents, path);
  };
  const first = commit('a.js');
  culprit = commit('slow.js', first);
  repository.git(['update-ref', 'refs/heads/main', commit('b.js', culprit)]);
});
afterAll(async () => {
  await git.close();
  repository.remove();
});

const drift = (worst: number) => ({
  service: 'shop',
  from: 100,
  to: 168,
  factor: 1.68,
  changes: 4,
  worst: { change: 'chg_slow', factor: worst },
});

const meet = (over: Partial<DriftSettings> = {}) =>
  meetDrifts(
    { git },
    {
      target: 'main',
      asOf: new Date('2026-02-01T00:00:00Z'),
      drifts: [drift(1.41)],
      landed: new Map([['chg_slow', { commit: culprit, title: 'Add a thing' }]]),
      maxOpen: 2,
      open: [],
      earlier: [],
      ...over,
    },
  );

describe('a drift', () => {
  it('is told, and what made most of it may be taken back by a person', async () => {
    const { proposals, skipped } = await meet();
    expect(skipped).toMatchObject([
      {
        name: 'shop',
        code: 'performance.drift',
        reason: expect.stringContaining('Most of it came with chg_slow (1.41'),
      },
    ]);
    const [proposal] = proposals;
    if (proposal === undefined) throw new Error('nothing was proposed');
    expect(proposal).toMatchObject({
      source: 'agent:performance',
      title: 'Take back what made shop slower: "Add a thing"',
      ref: 'refs/heads/autoland/performance/chg_slow',
    });
    // It MUST NOT claim to be a revert: that class may land alone.
    expect(revertedBy(proposal)).toBeUndefined();
    const tip = await git.resolve('main');
    expect(await git.diff(tip, await git.resolve(proposal.ref))).toMatchObject([
      { path: 'slow.js', status: 'deleted' },
    ]);
  });

  it('blames no change where many made it, nor one that is gone', async () => {
    expect((await meet({ drifts: [drift(1.19)] })).proposals).toEqual([]);
    expect((await meet({ landed: new Map() })).proposals).toEqual([]);
  });

  it('is not proposed again while that is under way, or after a person said no', async () => {
    const known = { change: 'chg_1', base: 'x', outcome: 'refused' as const, code: 'change.cancel' };
    const codes = async (over: Partial<DriftSettings>) => (await meet(over)).skipped.map(({ code }) => code);
    expect(await codes({ open: ['drift of shop'] })).toContain('performance.open');
    expect(await codes({ earlier: [{ ...known, keys: [culprit.slice(0, 16)] }] })).toContain(
      'performance.turned-away',
    );
  });
});
