import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalGitHost } from '../../adapters/git-host/local/local-git-host.ts';
import type { TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import type { Sha } from '../../domain/change.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import { CommitLine } from '../../testing/commit-line.ts';
import type { InquiryReport } from './inquiry.ts';
import { type InquirySettings, runInquiry } from './run-inquiry.ts';

const now = new Date('2026-05-01T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const ran = (code: number): TestRun => ({ kind: 'ran', code, report: undefined, tail: '', ms: 1 });

let line: CommitLine;
let repository: TestRepository;
let git: LocalGitHost;
let commits: readonly Sha[];
beforeAll(async () => {
  line = await CommitLine.open(10);
  ({ repository, git, commits } = line);
});
afterAll(() => line.close());

/** What the check ends with, by the files that a commit or a tree has, and how often it was asked of it. */
type Check = (files: ReadonlySet<string>, asked: number) => number | TestRun;
const failsWith =
  (...names: readonly string[]): Check =>
  (files) =>
    names.some((name) => files.has(name)) ? 1 : 0;

type Looked = InquiryReport & { readonly order: readonly (number | 'revert')[] };

async function look(check: Check, over: Partial<InquirySettings> = {}): Promise<Looked> {
  const asked = new Map<string, number>();
  const order: (number | 'revert')[] = [];
  const ask = (of: string): TestRun => {
    const files = new Set(repository.git(['ls-tree', '--name-only', of]).split('\n'));
    const times = asked.get(of) ?? 0;
    asked.set(of, times + 1);
    const end = check(files, times);
    return typeof end === 'number' ? ran(end) : end;
  };
  const compare = async (_: unknown, { base: of }: { readonly base: Sha }) => {
    const [base, head] = [ask(of), ask(of)];
    return { base, baseRerun: undefined, head, rerun: undefined };
  };
  const landed = new Map(
    commits.map((commit, at) => {
      const title = `Change ${at}`;
      return [commit, { change: `chg_${at}`, title, isRevert: false, mergedAt: hoursAgo(1) }];
    }),
  );
  const settings: InquirySettings = {
    ...{ asOf: now, maxAgeHours: 48, maxPerDay: 3, maxCommits: 50, people: false },
    ...{ proposed: [], taken: new Map(), target: 'main', landed, mayPropose: true, exposed: undefined },
    check: { install: null, build: null, test: ['sh', '-c', 'true'], testSeconds: 1 },
    window: { head: commits[8] ?? '', base: commits[2] ?? '' },
    onMeasured: ({ commit }) => {
      const at = commits.indexOf(commit);
      order.push(at === -1 ? 'revert' : at);
    },
    ...over,
  };
  return { order, ...(await runInquiry({ git, tests: { compare } }, settings)) };
}

const installFailed: TestRun = { kind: 'install-failed', code: 1, tail: '' };
const buildFailed: TestRun = { kind: 'build-failed', code: 1, tail: '' };

describe('an inquiry', () => {
  it('proposes to take back what brought the fault, once its revert is seen to mend it', async () => {
    const found = await look(failsWith('f6'));
    expect(found).toMatchObject({
      code: 'revert.proposed',
      culprit: { commit: commits[6], change: 'chg_6' },
      proposal: { source: 'agent:revert', title: 'Revert "Change 6"', record: { of: 'chg_6' } },
    });
    const head = found.proposal?.head ?? '';
    expect(repository.git(['ls-tree', '--name-only', head]).split('\n')).not.toContain('f6');
    // What all have, what they had before, the halves between; then both again, the tip, and the revert.
    expect(found.order).toEqual([8, 2, 5, 7, 6, 6, 5, 6, 5, 9, 'revert']);
    expect(found.measured.map(({ colour }) => colour).join(' ')).toBe(
      'red green green red red red green red green red green',
    );
  });

  it.each<[string, Check, Partial<InquirySettings>, string]>([
    ['does not show there', failsWith('f9'), {}, 'revert.not-reproduced'],
    ['was there before', failsWith('f1'), {}, 'revert.before-window'],
    ['was there as far back as is looked', failsWith('f4'), { maxCommits: 3 }, 'revert.before-window'],
    ['cannot be asked', () => 125, {}, 'revert.unmeasured'],
    ['is asked by a command that is not there', () => 127, {}, 'revert.unmeasured'],
    ['ends by a signal', () => 137, {}, 'revert.unmeasured'],
    ['cannot be installed', () => installFailed, {}, 'revert.unmeasured'],
    ['cannot be built', () => buildFailed, {}, 'revert.unmeasured'],
    ['comes and goes', (_, asked) => asked % 2, {}, 'revert.unmeasured'],
    [
      'cannot be asked of some',
      (files) => (files.has('f5') && !files.has('f7') ? 125 : failsWith('f6')(files, 0)),
      {},
      'revert.unclear',
    ],
    [
      'goes once it was seen',
      (files, asked) => (files.has('f6') && (files.has('f7') || asked < 2) ? 1 : 0),
      {},
      'revert.flickers',
    ],
    ['can come with nothing', failsWith('f6'), { window: { head: 'c', base: 'c' } }, 'revert.no-candidate'],
  ])('blames nobody where the fault %s', async (_what, check, over, code) => {
    const head = over.window === undefined ? undefined : (commits[8] ?? '');
    const window = head === undefined ? {} : { window: { head, base: head } };
    const found = await look(check, { ...over, ...window });
    expect(found).toMatchObject({ code, culprit: null, proposal: null, takeBack: null });
  });

  it('blames nobody where what ran before is on no way to what runs', async () => {
    const base = repository.commit(repository.git(['rev-parse', `${commits[2]}^{tree}`]), [], 'elsewhere');
    const found = await look(failsWith('f6'), { window: { head: commits[8] ?? '', base } });
    expect(found).toMatchObject({ code: 'revert.no-line', culprit: null });
  });

  it.each<[string, Check, Partial<InquirySettings>, string]>([
    [
      'the branch passes already',
      (files) => (files.has('f6') && !files.has('f9') ? 1 : 0),
      {},
      'revert.mended',
    ],
    ['it is not all of the fault', failsWith('f6', 'f9'), {}, 'revert.not-mending'],
    ['a person brought it', failsWith('f6'), { landed: new Map() }, 'revert.not-ours'],
    ['it is too old', failsWith('f6'), { maxAgeHours: 0.5 }, 'revert.too-old'],
    ['enough was taken back today', failsWith('f6'), { maxPerDay: 0 }, 'revert.quota'],
    ['nobody wants it proposed', failsWith('f6'), { mayPropose: false }, 'revert.not-asked'],
  ])('tells whose it is, and proposes nothing, where %s', async (_what, check, over, code) => {
    const found = await look(check, over);
    expect(found).toMatchObject({ code, culprit: { commit: commits[6] }, proposal: null });
  });

  it('has a change taken back that is under way, where only that fails', async () => {
    const exposed = { change: 'chg_9', commit: commits[9] ?? '' };
    expect(await look(failsWith('f9'), { exposed })).toMatchObject({
      ...{ code: 'revert.under-way', takeBack: 'chg_9', proposal: null, order: [8, 9] },
    });
    expect(await look(failsWith('f99'), { exposed })).toMatchObject({
      ...{ code: 'revert.not-reproduced', takeBack: null, order: [8, 9] },
    });
  });
});
