import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestComparison } from '../../domain/test-comparison.ts';
import type { SandboxJob, SandboxResult } from '../../ports/sandbox.ts';
import type { TestCommands, TestSides } from '../../ports/test-runner.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { sampleProject } from '../../testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { EvidenceCache } from '../evidence-cache.ts';
import { projectJobs } from './project-commands.ts';
import { SandboxTestRunner } from './sandbox-test-runner.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-test-runner-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const commands: TestCommands = { install: null, build: null, test: ['node', '--test'], testSeconds: 60 };
const runnerIn = (runs: { run(job: SandboxJob): Promise<SandboxResult> } = sandbox) =>
  new SandboxTestRunner(projectJobs({ git, sandbox: runs, workspace, nodeVersion: '24' }));
const suite = (body: string) => `require('node:test').test('one', () => { ${body} });`;
const files: TestFiles = {
  'src/x.js': 'module.exports = 1;',
  'test/x.test.js': suite("require('../src/x.js')"),
};

function sides(change: TestFiles, judgedBy: TestSides['judgedBy'] = 'base') {
  const base = git.commit('main', files);
  return { base, head: git.commit('topic', change, base), judgedBy };
}

describe('SandboxTestRunner', () => {
  it('counts on both sides, without a network, and leaves nothing behind', async () => {
    const compared = await runnerIn().compare(commands, sides({ 'src/x.js': 'module.exports = 2;' }));
    const ran = { kind: 'ran', code: 0, report: { counts: { ok: 1 }, complete: true } };
    expect(compared).toMatchObject({ base: ran, head: ran, rerun: undefined });
    expect(sandbox.jobs.map(({ network }) => network)).toEqual(['none', 'none']);
    expect(readdirSync(workspace)).toEqual([]);
  });

  it("judges the head by the base's tests, or by its own", async () => {
    const change = { 'test/x.test.js': suite('throw new Error("no")') };
    const byBase = await runnerIn().compare(commands, sides(change, 'base'));
    expect(byBase.head).toMatchObject({ kind: 'ran', code: 0 });
    const byOwn = await runnerIn().compare(commands, sides(change, 'own'));
    expect(byOwn).toMatchObject({ head: { code: 1 }, rerun: { code: 1 } });
  });

  it("judges both sides by the head's tests", async () => {
    const change = { 'src/x.js': null, 'test/x.test.js': null, 'test/y.test.js': suite('') };
    const compared = await runnerIn().compare(commands, sides(change, 'head'));
    const ran = { kind: 'ran', code: 0, report: { counts: { ok: 1 } } };
    expect(compared).toMatchObject({ base: ran, head: ran });
  });

  it('says which phase failed', async () => {
    const failing = ['node', '-e', 'process.exit(3)'] as const;
    const install = await runnerIn().compare({ ...commands, install: failing }, sides({ a: '1' }));
    expect(install.head).toMatchObject({ kind: 'install-failed', code: 3 });
    const build = await runnerIn().compare({ ...commands, build: failing }, sides({ a: '1' }));
    expect(build.head).toMatchObject({ kind: 'build-failed', code: 3 });
  });

  it('trusts no count when the output was cut', async () => {
    const loud = { run: (): Promise<SandboxResult> => Promise.resolve(shout(8 * 1024 * 1024)) };
    const compared = await runnerIn(loud).compare(commands, sides({ a: '1' }));
    expect(compared.head).toEqual({ kind: 'limit', limit: 'output', phase: 'test' });
  });

  it('waits for the other side before it removes what that one uses', async () => {
    const slow = Promise.withResolvers<SandboxResult>();
    let calls = 0;
    const halves = {
      run: (): Promise<SandboxResult> => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('no sandbox')) : slow.promise;
      },
    };
    const comparing = runnerIn(halves).compare(commands, sides({ a: '1' }));
    while (calls < 2) await pause();
    expect(readdirSync(workspace)).toHaveLength(1);
    slow.resolve(shout(10));
    await expect(comparing).rejects.toThrow('no sandbox');
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('installs once for two comparisons at the same time that need the same', async () => {
    const base = git.commit('main', { ...files, ...sampleProject({}, {}) });
    const npm = { ...commands, install: ['npm', 'ci', '--ignore-scripts'] as const };
    const runner = runnerIn();
    const heads = ['1', '2'].map((text) => git.commit('topic', { 'src/y.js': text }, base));
    await Promise.all(heads.map((head) => runner.compare(npm, { base, head, judgedBy: 'base' })));
    expect(sandbox.jobs.filter(({ network }) => network === 'registry')).toHaveLength(1);
    expect(readdirSync(workspace)).toEqual(['installs']);
  });
});

describe('what is begun before it is asked for', () => {
  const npm = { ...commands, install: ['npm', 'ci', '--ignore-scripts'] as const };
  const asked = () => {
    const base = git.commit('main', { ...files, ...sampleProject({}, {}) });
    return { base, head: git.commit('topic', { 'src/y.js': '1' }, base), judgedBy: 'base' } as const;
  };

  it('is taken by the comparison of the same sides', async () => {
    const runner = runnerIn();
    const given = asked();
    const begun = runner.begin(npm, given);
    while (!sandbox.jobs.some(({ network }) => network === 'registry')) await pause();
    expect((await runner.compare(npm, given)).head).toMatchObject({ kind: 'ran', code: 0 });
    await begun.discard();
    expect(sandbox.jobs.map(({ network }) => network)).toEqual(['registry', 'none', 'none']);
    expect(readdirSync(workspace)).toEqual(['installs']);
  });

  it('is made also where another install goes away while room is made for it', async () => {
    mkdirSync(join(workspace, 'installs'));
    symlinkSync('gone', join(workspace, 'installs', 'lent'));
    expect(await runnerIn().compare(npm, asked())).toMatchObject({ head: { kind: 'ran', code: 0 } });
  });

  it('is let go of where no comparison comes, or none of these sides', async () => {
    const runner = runnerIn();
    const given = asked();
    const begun = runner.begin(npm, given);
    await runner.compare(npm, { ...given, judgedBy: 'own' });
    await begun.discard();
    await begun.discard();
    expect(readdirSync(workspace)).toEqual(['installs']);
  });

  it('keeps its fault for the comparison', async () => {
    const runner = runnerIn();
    const given = { ...asked(), head: '0'.repeat(40) };
    const begun = runner.begin(npm, given);
    await expect(runner.compare(npm, given)).rejects.toThrow();
    await begun.discard();
    expect(readdirSync(workspace)).toEqual([]);
  });
});

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Answers only once tests run, as on a busy machine. */
class LateCache extends EvidenceCache {
  override async has(question: object): Promise<boolean> {
    while (sandbox.jobs.at(-1)?.network !== 'none') await pause();
    return super.has(question);
  }
}

it('what was begun late makes no second install of what is lent', async () => {
  const evidence = new LateCache(join(workspace, 'evidence'));
  const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: '24', lends: true });
  const runner = new SandboxTestRunner({ ...jobs, evidence });
  const npm = { ...commands, install: ['npm', 'ci', '--ignore-scripts'] as const };
  const base = git.commit('main', { ...files, ...sampleProject({}, {}) });
  const head = git.commit('topic', { ...sampleProject({ version: '1.0.1' }, {}) }, base);
  await runner.compare(npm, { base, head, judgedBy: 'base' });
  const installs = () => sandbox.jobs.filter(({ network }) => network === 'registry').length;
  const before = installs();
  sandbox.jobs.length = 0;
  const begun = runner.begin(npm, { base, head, judgedBy: 'base' });
  expect((await runner.compare(npm, { base, head, judgedBy: 'base' })).head).toMatchObject({ code: 0 });
  await begun.discard();
  expect([before, installs()]).toEqual([2, 0]);
});

describe('evidence of the base', () => {
  const keeping = () => {
    const evidence = new EvidenceCache(join(workspace, 'evidence'));
    return new SandboxTestRunner({
      ...projectJobs({ git, sandbox, workspace, nodeVersion: '24' }),
      evidence,
    });
  };

  it('is kept for the next change that stands on it, and for no other base', async () => {
    const first = sides({ 'src/x.js': 'module.exports = 2;' });
    const before = await keeping().compare(commands, first);
    expect(sandbox.jobs).toHaveLength(2);
    const head = git.commit('topic', { 'src/x.js': 'module.exports = 3;' }, first.base);
    const after = await keeping().compare(commands, { ...first, head });
    expect(sandbox.jobs).toHaveLength(3);
    expect(after.base).toEqual(before.base);
    await keeping().compare({ ...commands, testSeconds: 61 }, first);
    await keeping().compare(commands, { ...first, base: head, head: first.base });
    expect(sandbox.jobs).toHaveLength(7);
  });

  it("of the head's tests is kept for that head alone", async () => {
    const own = sides({ 'src/x.js': 'module.exports = 2;', 'test/x.test.js': suite('') });
    await keeping().compare(commands, { ...own, judgedBy: 'head' });
    const red = await keeping().compare(commands, {
      base: own.base,
      head: git.commit('other', { 'test/x.test.js': suite('throw new Error("no")') }, own.base),
      judgedBy: 'head',
    });
    expect(red.base).toMatchObject({ code: 1 });
    expect(sandbox.jobs).toHaveLength(6);
  });

  const seenOfBase = ({ observed }: TestComparison) => {
    if (observed?.kind !== 'observed') throw new Error(`expected records, found ${observed?.kind}`);
    return observed.base;
  };

  it('holds what was seen of packages, and is another for other packages', async () => {
    const asked = {
      ...sides({ 'src/x.js': 'module.exports = 2;' }),
      observe: { packages: ['one'], modules: [] },
    };
    const before = await keeping().compare(commands, asked);
    expect(sandbox.jobs).toHaveLength(3);
    const after = await keeping().compare(commands, asked);
    expect(sandbox.jobs).toHaveLength(4);
    // The head runs each time, and what it asks of the kernel comes in another order.
    expect(seenOfBase(after)).toEqual(seenOfBase(before));
    await keeping().compare(commands, { ...asked, observe: { packages: ['one', 'two'], modules: [] } });
    await keeping().compare(commands, { ...asked, observe: { packages: ['one'], modules: ['src/x.js'] } });
    expect(sandbox.jobs).toHaveLength(10);
  });

  it('is of one run where that says all, and of a second one for the change that wants it', async () => {
    const asked = {
      ...sides({ 'src/x.js': 'module.exports = 2;' }),
      observe: { packages: ['one'], modules: [] },
    };
    const [yes, no] = [() => true, () => false];
    const [once, again] = seenOfBase(await keeping().compare(commands, { ...asked, isSettled: yes }));
    expect(again).toBe(once);
    expect(sandbox.jobs).toHaveLength(2);
    const [kept, second] = seenOfBase(await keeping().compare(commands, { ...asked, isSettled: no }));
    expect(kept).toEqual(once);
    expect(second).not.toBe(kept);
    expect(sandbox.jobs).toHaveLength(4);
    await keeping().compare(commands, { ...asked, isSettled: no });
    expect(sandbox.jobs).toHaveLength(5);
  });

  it('is not kept when it is red, and the head is red against it all the same', async () => {
    const red = git.commit('main', { 'test/x.test.js': suite('throw new Error("no")') });
    const asked = { base: red, head: git.commit('topic', { a: '1' }, red), judgedBy: 'base' } as const;
    for (let round = 1; round <= 2; round++) {
      const compared = await keeping().compare(commands, asked);
      expect(compared).toMatchObject({ base: { code: 1 }, baseRerun: { code: 1 }, head: { code: 1 } });
      expect(sandbox.jobs).toHaveLength(4 * round);
    }
  });
});

function shout(bytes: number): SandboxResult {
  return { kind: 'exited', code: 0, stdout: 'x'.repeat(bytes), stderr: '', ms: 1 };
}
