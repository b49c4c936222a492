import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxReproducer } from './sandbox-reproducer.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-reproducer-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const script = (body: string): TestFiles => ({
  'build.js': `const fs = require('node:fs');\nfs.mkdirSync('dist', { recursive: true });\n${body}\n`,
  'src/a.txt': 'a',
  'src/b.txt': 'b',
});
const plain = "fs.writeFileSync('dist/a.js', '1');";
const build = ['node', 'build.js'] as const;

async function reproduce(head: string, base = plain) {
  const from = git.commit('main', script(base));
  const sides = { base: from, head: git.commit('topic', script(head), from) };
  const reproducer = new SandboxReproducer(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const found = await reproducer.compare({ install: null, build }, sides);
  expect(readdirSync(workspace).filter((name) => name !== 'installs')).toEqual([]);
  return found;
}

it('finds a build that makes the same twice, without a network, and leaves nothing behind', async () => {
  expect(await reproduce(`${plain} // more`)).toEqual({ head: { kind: 'same', files: 4 }, base: undefined });
  expect(sandbox.jobs.map(({ network }) => network)).toEqual(['none', 'none']);
  expect(new Set(sandbox.jobs.map(({ env }) => env.TZ)).size).toBe(2);
});

it.each([
  ['the time', "fs.writeFileSync('dist/b.js', String(process.hrtime.bigint()));"],
  ['the time zone', "fs.writeFileSync('dist/b.js', new Date(0).toString());"],
  ['the language', "fs.writeFileSync('dist/b.js', process.env.LANG);"],
  ['how old a file is', "fs.writeFileSync('dist/b.js', String(fs.statSync('src/a.txt').mtimeMs));"],
  ['chance', "fs.symlinkSync(String(Math.random()), 'dist/b.js');"],
])('finds a build that depends on %s, and builds the base too', async (_what, body) => {
  const found = await reproduce(body);
  expect(found).toEqual({
    head: { kind: 'different', paths: ['dist/b.js'], count: 1 },
    base: { kind: 'same', files: 4 },
  });
});

it('says when the base does not reproduce either', async () => {
  const random = "fs.writeFileSync('dist/a.js', String(Math.random()));";
  expect((await reproduce(`${random} // more`, random)).base).toMatchObject({ kind: 'different' });
});

it("leaves tools' own caches out", async () => {
  const cache =
    "fs.mkdirSync('node_modules/.cache', { recursive: true }); fs.writeFileSync('node_modules/.cache/x', String(Math.random()));";
  expect((await reproduce(cache)).head.kind).toBe('same');
});

it('answers that a build failed', async () => {
  const found = await reproduce("console.error('no'); process.exit(3);");
  expect(found.head).toEqual({ kind: 'failed', phase: 'build', why: 'no' });
});
