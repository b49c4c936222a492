import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RecordedCall, readRecordings } from '../../domain/recorded-call.ts';
import { compareBehaviour } from '../../stages/2-guardrails/characterization/compare.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxReplayer } from './sandbox-replayer.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-replay-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

function library(body: string, names: string): TestFiles {
  return {
    'node_modules/lib-cjs/package.json': JSON.stringify({ name: 'lib-cjs', version: '1.0.0' }),
    'node_modules/lib-cjs/index.js': `${body}\nmodule.exports = { ${names} };`,
    'node_modules/lib-esm/package.json': JSON.stringify({
      name: 'lib-esm',
      version: '1.0.0',
      type: 'module',
      exports: { import: './index.js' },
    }),
    'node_modules/lib-esm/index.js': `${body}\nexport { ${names} };`,
  };
}

const old = `
class Box { constructor(size) { if (size < 0) throw new RangeError('no'); this.size = size; } }
async function later(n) { if (n > 5) throw new TypeError('no'); return n; }
function port() { return Math.random(); }
function join(list, sign) { return list.join(sign); }
const deep = { upper(text) { return this.own + text.toUpperCase(); }, own: '>' };`;
const names = 'Box, later, port, join, deep';

const one = (name: string, steps: readonly string[], args: readonly unknown[], kind = 'call') =>
  JSON.stringify({ v: 1, package: name, kind, steps: [name, ...steps], args });
const both = (steps: readonly string[], args: readonly unknown[], kind?: string) =>
  ['lib-cjs', 'lib-esm'].map((name) => one(name, steps, args, kind));
const recorded = [
  ...both(['Box'], [{ s: '-0' }], 'construct'),
  ...both(['later'], [9]),
  ...both(['port'], []),
  ...both(['join'], [['a', 'b'], '-']),
  ...both(['deep', 'upper'], ['x']),
].join('\n');

async function replay(before: TestFiles, after: TestFiles, calls = readRecordings(recorded).calls) {
  const base = git.commit('main', { 'package.json': '{"type":"module"}', ...before });
  const head = git.commit('topic', after, base);
  const replayer = new SandboxReplayer(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const run = await replayer.replay({ install: null }, { base, head }, calls as readonly RecordedCall[]);
  expect(readdirSync(workspace)).toEqual([]);
  return run;
}

it('makes the calls of production with both versions, and finds no difference where there is none', async () => {
  const run = await replay(library(old, names), library(`${old}\n// new`, names));
  if (run.kind !== 'replayed') throw new Error(run.kind);
  const { differences, coverage } = compareBehaviour(run.base, run.head);
  expect(differences).toEqual([]);
  // Four calls and one property that is read on the way.
  expect(coverage.get('lib-cjs')).toEqual({ compared: 5, masked: 1, new: 0, gone: 0 });
  expect(coverage.get('lib-esm')).toEqual({ compared: 4, masked: 1, new: 0, gone: 0 });
  expect(run.missing).toEqual({ base: [], head: [] });
});

it('sees a result, an error and a function that the new version changes', async () => {
  const changed = old
    .replace('size < 0', 'Object.is(size, -0)')
    .replace("TypeError('no')", "RangeError('no')")
    .replace('list.join(sign)', 'list.join(sign + sign)');
  const run = await replay(library(old, names), library(changed, names.replace(', deep', '')));
  if (run.kind !== 'replayed') throw new Error(run.kind);
  const { differences } = compareBehaviour(run.base, run.head);
  const seen = differences.map(({ kind, call }) => `${kind} ${call}`);
  expect(new Set(seen)).toEqual(
    new Set([
      'type lib-cjs.deep',
      ...['lib-cjs', 'lib-esm'].flatMap((name) => [
        `exception new ${name}.Box(-0)`,
        `exception ${name}.later(9)`,
        `value ${name}.join(["a", "b"], "-")`,
      ]),
    ]),
  );
  expect(run.missing).toEqual({ base: [], head: [8, 9] });
});

it('answers nothing of a side whose process ends before the last call', async () => {
  const ends = old.replace("throw new TypeError('no')", 'process.exit(0)');
  expect(await replay(library(old, names), library(ends, names))).toEqual({ kind: 'ended', side: 'head' });
});

it('goes on after errors that a package leaves behind', async () => {
  const leaves = old.replace(
    'return list.join',
    "setTimeout(() => { throw new Error('late'); }); Promise.reject(new Error('late')); return list.join",
  );
  const run = await replay(library(leaves, names), library(leaves, names));
  expect(run).toMatchObject({ kind: 'replayed' });
});
