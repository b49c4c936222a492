import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalGitHost } from '../../adapters/git-host/local/local-git-host.ts';
import { committedAt, type TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import { CommitLine } from '../../testing/commit-line.ts';
import { type RevertSettings, runRevertAgent } from './run.ts';

const now = new Date('2026-05-01T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const ran = (code: number): TestRun => ({ kind: 'ran', code, report: undefined, tail: '', ms: 1 });

let line: CommitLine;
let repository: TestRepository;
let git: LocalGitHost;
let commits: readonly Sha[];
beforeAll(async () => {
  line = await CommitLine.open(8);
  ({ repository, git, commits } = line);
});
afterAll(() => line.close());

type Colours = (at: number) => readonly [base: readonly TestRun[], head: readonly TestRun[]];
const redSince =
  (first: number): Colours =>
  (at) =>
    at >= first
      ? [
          [ran(1), ran(1)],
          [ran(1), ran(1)],
        ]
      : [[ran(0)], [ran(0)]];

async function look(colours: Colours, over: Partial<RevertSettings> = {}) {
  const measured: number[] = [];
  const landed = new Map(
    commits.map((commit, at) => {
      const title = `Change ${at}`;
      return [commit, { change: `chg_${at}`, title, isRevert: false, mergedAt: hoursAgo(1) }];
    }),
  );
  const tests = {
    compare: async (_: unknown, { base }: { readonly base: Sha }) => {
      const at = commits.indexOf(base);
      measured.push(at);
      const [one, other] = colours(at);
      const [first = ran(0), baseRerun] = one;
      const [head = ran(0), rerun] = other;
      return { base: first, baseRerun, head, rerun };
    },
  };
  const settings: RevertSettings = {
    asOf: now,
    maxAgeHours: 48,
    maxPerDay: 3,
    maxCommits: 50,
    people: false,
    proposed: [],
    taken: new Map(),
    target: 'main',
    commands: { install: null, build: null, test: ['true'], testSeconds: 1 },
    landed,
    known: undefined,
    ...over,
  };
  return { measured, ...(await runRevertAgent({ git, tests }, settings)) };
}

const codes = ({ skipped }: { skipped: readonly { code: string }[] }) => skipped.map(({ code }) => code);

describe('the agent for reverts', () => {
  it('leaves a green branch alone, after one look', async () => {
    const found = await look(redSince(99));
    expect(found).toEqual({ measured: [7], proposals: [], skipped: [], tip: commits[7] });
  });

  it('proposes to take back the merge since which the branch is red', async () => {
    const { proposals, skipped } = await look(redSince(5));
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([
      { source: 'agent:revert', title: 'Revert "Change 5"', target: 'main', record: { of: 'chg_5' } },
    ]);
    const left = repository.git(['ls-tree', '--name-only', proposals[0]?.head ?? '']).split('\n');
    expect(left).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f6', 'f7']);
  });

  it.each<[string, Colours, Partial<RevertSettings>, string]>([
    ['was red as far back as it looks', redSince(0), {}, 'revert.no-green'],
    ['is red since longer than it looks back', redSince(2), { maxCommits: 3 }, 'revert.no-green'],
    ['is red since a commit that nobody landed here', redSince(5), { landed: new Map() }, 'revert.not-ours'],
    ['has had its reverts today', redSince(5), { maxPerDay: 1, proposed: [hoursAgo(23)] }, 'revert.quota'],
    ['was merged too long ago', redSince(5), { maxAgeHours: 0.5 }, 'revert.too-old'],
    ['is red at times', () => [[ran(1), ran(0)], [ran(0)]], {}, 'revert.unmeasured'],
    ['is red in one of two runs', () => [[ran(0)], [ran(1), ran(1)]], {}, 'revert.unmeasured'],
    [
      'cannot be installed',
      () => {
        const run: TestRun = { kind: 'install-failed', code: 1, tail: '' };
        return [[run], [run]];
      },
      {},
      'revert.unmeasured',
    ],
    [
      'cannot be measured',
      () => {
        throw new AutolandError('sandbox.unavailable', 'no sandbox');
      },
      {},
      'revert.unmeasured',
    ],
  ])('proposes nothing when the branch %s', async (_what, colours, over, code) => {
    const found = await look(colours, over);
    expect([found.proposals, codes(found)]).toEqual([[], [code]]);
  });

  it('takes nothing back twice, and no revert', async () => {
    const taken = new Map([[commits[5] ?? '', 'chg_other']]);
    expect(codes(await look(redSince(5), { taken }))).toEqual(['revert.known']);
    const revert = { change: 'chg_r', title: 'Back', isRevert: true, mergedAt: hoursAgo(1) };
    const landed = new Map([[commits[5] ?? '', revert]]);
    expect(codes(await look(redSince(5), { landed }))).toEqual(['revert.of-revert']);
  });

  describe('where commits of people may be taken back', () => {
    const hoursOn = (hours: number) => new Date(committedAt.getTime() + hours * 3_600_000);
    const theirs = { people: true, landed: new Map(), asOf: hoursOn(1) };

    it('proposes it, with the commit in the place of the change', async () => {
      const { proposals, skipped } = await look(redSince(5), theirs);
      expect(skipped).toEqual([]);
      const ref = `refs/heads/autoland/revert/${commits[5]}`;
      expect(proposals).toMatchObject([{ title: 'Revert "commit 5"', ref, record: { reverts: commits[5] } }]);
      expect(proposals[0]?.record).not.toHaveProperty('of');
    });

    it.each<[string, Partial<RevertSettings>, string]>([
      ['is older than it may be', { asOf: hoursOn(49) }, 'revert.too-old'],
      ['says to be of a time to come', { asOf: hoursOn(-1) }, 'revert.too-old'],
      ['a change was to take back', { taken: new Map([['', '']]) }, 'revert.known'],
    ])('leaves one alone that %s', async (_what, over, code) => {
      const taken = over.taken === undefined ? new Map() : new Map([[commits[5] ?? '', 'chg_other']]);
      expect(codes(await look(redSince(5), { ...theirs, ...over, taken }))).toEqual([code]);
    });

    it.each(['Revert "commit 3"', 'Undo it\n\nThis reverts commit 0123.', 'Back\n\nAutoland-Reverts: 0123'])(
      'leaves alone what says to be a revert: %j',
      async (message) => {
        const tree = repository.git(['rev-parse', `${commits[6]}^{tree}`]);
        const tip = repository.commit(tree, [commits[7] ?? ''], message);
        repository.git(['update-ref', 'refs/heads/main', tip]);
        const before = commits;
        commits = [...commits, tip];
        expect(codes(await look(redSince(8), theirs))).toEqual(['revert.of-revert']);
        commits = before;
        repository.git(['update-ref', 'refs/heads/main', commits[7] ?? '']);
      },
    );
  });

  it('leaves to a person what cannot be taken back cleanly', async () => {
    const onTop = repository.seed([{ path: 'f5', mode: '100644', content: 'other\n' }]);
    const tree = repository.git(['rev-parse', `${onTop}^{tree}`]);
    const tip = repository.commit(tree, [commits[7] ?? ''], 'rewritten');
    repository.git(['update-ref', 'refs/heads/main', tip]);
    const before = commits;
    commits = [...commits, tip];
    expect(codes(await look(redSince(5)))).toEqual(['revert.conflict']);
    commits = before;
    repository.git(['update-ref', 'refs/heads/main', commits[7] ?? '']);
  });

  it('measures no tip twice, and none where no tests are configured', async () => {
    const skipped = [{ name: 'main', code: 'revert.no-green', reason: 'It is red.' }];
    const known = { tip: commits[7] ?? '', skipped };
    expect(await look(redSince(5), { known })).toEqual({
      measured: [],
      proposals: [],
      skipped,
      tip: commits[7],
    });
    expect((await look(redSince(5), { commands: undefined })).measured).toEqual([]);
  });
});
