import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../adapters/clock/system.ts';
import { ChildFixMaker } from '../../adapters/fix-maker/child-fix-maker.ts';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestMeasurer } from '../../adapters/test-runner/sandbox-test-measurer.ts';
import type { Sha } from '../../domain/change.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { defaultFixLimits, type FixAsked, findFix } from './run-search.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-fix-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const code = `exports.label = (user) => {
  return user.name.trim();
};
exports.twice = (a) => a * 2;
`;
const own = `const { test } = require('node:test');
const assert = require('node:assert');
const { label } = require('./label.js');
test('labels', () => assert.equal(label({ name: ' a ' }), 'a'));
`;
const files = { 'label.js': code, 'label.test.js': own };
const commands = { install: null, build: null, test: ['node', 'label.test.js'], testSeconds: 60 } as const;
const call = {
  file: 'label.js',
  steps: ['label'],
  args: [{ o: [['name', null]] }],
} satisfies FixAsked['call'];

/** Not the first commit of all, which cannot be taken back. */
const tipOf = (all: TestFiles) => git.commit('main', all, git.commit('main', { 'README.md': '' }));

function crashAt(commit: Sha, line = 2, column = 20) {
  const seen = new Date('2026-01-02T00:00:00Z');
  return {
    signature: 'ab12'.repeat(16),
    service: 'web',
    errorType: 'TypeError',
    message: "Cannot read properties of null (reading 'trim')",
    frames: [{ file: 'label.js', line, column }],
    count: 3,
    firstSeen: seen,
    lastSeen: seen,
    commit,
  } satisfies FixAsked['crash'];
}

function search(tip: Sha, over: Partial<FixAsked> = {}) {
  const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: '24' });
  const deps = {
    git,
    maker: new ChildFixMaker(),
    tests: new SandboxTestMeasurer(jobs),
    clock: new SystemClock(),
  };
  const limits = { ...defaultFixLimits, attempts: 4, fixes: 1 };
  return findFix(deps, { crash: crashAt(tip), tip, commands, limits, call, ...over });
}

describe('findFix', () => {
  it('finds the smallest template that makes the recorded call pass and breaks no test', async () => {
    const found = await search(tipOf(files));
    expect(found).toMatchObject({ reproducedBy: 'recorded-call', ended: undefined });
    expect(found.fixes.map(({ kind, name }) => [kind, name])).toEqual([['template', 'optional-chain']]);
    expect(found.fixes[0]?.files).toEqual(new Map([['label.js', code.replace('name.trim', 'name?.trim')]]));
    expect(found.places[0]?.broughtBy?.commit).toMatch(/^[0-9a-f]{40}$/);
  });

  it('tries nothing where no test shows the crash', async () => {
    const tip = tipOf(files);
    const [none, other] = [
      await search(tip, { call: undefined }),
      await search(tip, { call: { ...call, args: [{ o: [['name', 'b']] }] } }),
    ];
    for (const found of [none, other]) {
      expect(found).toMatchObject({ fixes: [], tried: [], ended: { code: 'crash-fix.not-reproduced' } });
    }
  });

  it('takes a test that fails already, by the error of the crash alone', async () => {
    const red = `${own}test('none', () => label({ name: null }));\n`;
    const found = await search(tipOf({ ...files, 'label.test.js': red }), { call: undefined });
    expect(found).toMatchObject({ reproducedBy: 'already-red', fixes: [{ name: 'optional-chain' }] });
    const other = `${own}test('none', () => { throw new RangeError('x'); });\n`;
    const held = await search(tipOf({ ...files, 'label.test.js': other }), { call: undefined });
    expect(held.ended?.code).toBe('crash-fix.not-reproduced');
  });

  it('lets no model touch another file, and no fix break a test', async () => {
    const tip = tipOf(files);
    const without = code.replace('user.name.trim()', "''");
    const mended = code.replace('user.name.trim()', 'String(user.name).trim()');
    const found = await search(tip, {
      limits: { ...defaultFixLimits, attempts: 4, fixes: 4, places: 1, recentDays: 0 },
      samples: async () => [
        { path: 'label.test.js', text: '' },
        { path: 'label.js', text: without },
        { path: 'label.js', text: mended },
        { path: 'label.js', text: 'while (' },
      ],
    });
    expect(found.tried.map(({ kind, end }) => [kind, end])).toEqual([
      ['model', 'not-allowed'],
      ['model', 'breaks-tests'],
      ['model', 'fixed'],
      ['model', 'new-crash'],
    ]);
    expect(found.fixes[0]?.files.get('label.js')).toBe(mended);
  });

  it('takes back what brought it of late, where nothing else mends it', async () => {
    const before = git.commit('main', { ...files, 'label.js': code.replace('user.name.trim()', "'a'") });
    const tip = git.commit('main', { 'label.js': code }, before);
    const limits = { ...defaultFixLimits, attempts: 1, fixes: 1 };
    const found = await search(tip, { limits });
    expect(found.fixes).toMatchObject([{ kind: 'revert', name: `revert ${tip}` }]);
    expect(found.fixes[0]?.files.get('label.js')).toContain("return 'a';");
    const late = { ...crashAt(tip), firstSeen: new Date('2026-03-01T00:00:00Z') };
    expect((await search(tip, { limits, crash: late })).tried.map(({ kind }) => kind)).toEqual(['template']);
  });

  it('says where it cannot look, and where its time is over', async () => {
    const tip = tipOf(files);
    const crash = { ...crashAt(tip), frames: [{ file: 'label.test.js', line: 4, column: 1 }] as const };
    expect((await search(tip, { crash })).ended?.code).toBe('crash-fix.no-place');
    const limits = { ...defaultFixLimits, seconds: 0 };
    expect(await search(tip, { limits })).toMatchObject({ tried: [], ended: { code: 'crash-fix.no-time' } });
  });
});
