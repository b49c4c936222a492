import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BareRepository } from '../../../test/journeys/repository.ts';
import { IssueHost, issueToken } from '../../testing/issue-host.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { lookType } from '../../views/issue-looks.ts';
import { noTasks } from '../../views/tasks.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';
import { IssueWatch } from './look-at-issues.ts';

const until = new Date(Date.now() + 86_400_000).toISOString();
const bugs = `bugs: { github: { repository: acme/shop, labelledBy: [alice] }, agent: claude, until: "${until}" }`;
const notes = `notes: { agent: claude, until: "${until}" }`;
const rulesOf = (...rules: readonly string[]) => ({
  '.autoland/autoland.yaml': `version: 1\nagents: { command: { claude: {} }, tasks: { issues: { ${rules.join(', ')} } } }\n`,
  '.autoland/policy.cedar': 'permit (principal, action, resource);\n',
});
const note = '---\ntitle: Say the port\nlabels: [autoland]\n---\nIn README.md.\n';

const all = mkdtempSync(join(tmpdir(), 'autoland-watch-'));
const { dir: repo } = new BareRepository(join(all, 'shop.git'), rulesOf());
const git = new TempGit();
afterAll(() => {
  git.remove();
  rmSync(all, { recursive: true });
});

let dir: string;
let host: IssueHost;
let repository: Repository;
beforeEach(async () => {
  dir = mkdtempSync(join(all, 'machine-'));
  host = await IssueHost.open();
  repository = await openRepository({ repo, state: join(dir, 'state') }, 'write');
});
afterEach(async () => {
  await repository[Symbol.asyncDispose]();
  await host.close();
});

function tellMachine(): void {
  writeFileSync(join(dir, 'token'), issueToken, { mode: 0o600 });
  const at = `{ url: "${host.url}", tokenFile: ${join(dir, 'token')} }`;
  writeFileSync(repository.place.files.issues, `version: 1\nhosts: { github: ${at} }\n`, { mode: 0o600 });
}

const branch = (files: Record<string, string | null>) => void git.commit('main', files);
const watching = () => new IssueWatch(repository, { git, rules: new BranchRules(git, false) }, 0);
const next = async (watch: IssueWatch) => (await watch.next(noTasks, new AbortController().signal))?.id;
const looks = async () =>
  (await repository.store.read({ types: [lookType] })).map(({ data }) => data as Record<string, unknown>);

describe('a watch over issues', () => {
  it('finds files of the branch, and tells of those that it cannot read', async () => {
    const files = { '.autoland/issues/b.md': note, '.autoland/issues/a.md': 'no head', 'c.md': note };
    branch({ ...rulesOf(notes), ...files, '.autoland/issues/deep/d.md': note });
    expect(await next(watching())).toBe('.autoland/issues/b.md');
    expect(await looks()).toMatchObject([
      { rule: 'notes', due: 1, left: 1, told: ['.autoland/issues/a.md: issues.not-read'] },
    ]);
  });

  it('journals what it has found where that is new, also after a restart, and a rule that is gone', async () => {
    branch({ ...rulesOf(notes), '.autoland/issues/b.md': note });
    const watch = watching();
    await next(watch);
    await next(watch);
    await next(watching());
    expect(await looks()).toHaveLength(1);
    branch({ ...rulesOf(notes) });
    await next(watch);
    expect((await looks()).map(({ due }) => due)).toEqual([1, 0]);
    branch(rulesOf());
    await next(watch);
    expect(await looks()).toMatchObject([{}, {}, { rule: 'notes', isGone: true }]);
  });

  it('looks by the other rules where one host is not known, and says what to write', async () => {
    branch({ ...rulesOf(bugs, notes), '.autoland/issues/b.md': note });
    expect(await next(watching())).toBe('.autoland/issues/b.md');
    expect(await looks()).toMatchObject([
      {
        rule: 'bugs',
        trouble: expect.stringMatching(/found none; add to its hosts: github: .*config.invalid/),
      },
      { rule: 'notes', trouble: null },
    ]);
  });

  it('lets no issue that cannot be begun hold up the others', async () => {
    tellMachine();
    branch(rulesOf(bugs));
    for (let at = 0; at < 2; at += 1) host.label(host.open(), 'autoland', 'alice');
    const watch = watching();
    const seen = [await next(watch), await next(watch), await next(watch)];
    expect(seen).toEqual(['acme/shop#1', 'acme/shop#2', 'acme/shop#1']);
  });

  it('reads anew what it could not begin, though its version be the same', async () => {
    tellMachine();
    branch(rulesOf(bugs));
    host.label(host.open(), 'autoland', 'alice');
    const watch = watching();
    expect(await next(watch)).toBe('acme/shop#1');
    const [issue] = host.issues;
    if (issue !== undefined) issue.lastEditedAt = issue.updatedAt;
    expect(await next(watch)).toBeUndefined();
  });

  it('says nothing of a look that was broken off', async () => {
    tellMachine();
    branch(rulesOf(bugs));
    host.manner = () => true;
    const ending = new AbortController();
    const looking = watching().next(noTasks, ending.signal);
    setTimeout(() => ending.abort(), 100);
    expect(await looking).toBeUndefined();
    expect(await looks()).toEqual([]);
  });
});
