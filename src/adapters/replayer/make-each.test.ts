import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Behaviour } from '../../domain/behaviour.ts';
import type { EncodedValue } from '../../domain/encoded-value.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { IsSettled } from '../../ports/test-runner.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { EvidenceCache } from '../evidence-cache.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import type { EachTimes } from './make-each.ts';
import { SandboxReplayer } from './sandbox-replayer.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
let kept: string;
let processes: number;
beforeEach(() => {
  git = new TempGit();
  kept = mkdtempSync(join(tmpdir(), 'autoland-each-kept-'));
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-each-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
  rmSync(kept, { recursive: true, force: true });
});

const library = (body: string, kind = 'lib-cjs'): TestFiles => ({
  [`node_modules/${kind}/package.json`]: JSON.stringify({
    name: kind,
    version: '1.0.0',
    type: kind === 'lib-esm' ? 'module' : 'commonjs',
    exports: './index.js',
  }),
  [`node_modules/${kind}/index.js`]: body,
});

const call = (name: string, ...args: EncodedValue[]): RecordedCall => ({
  package: 'lib-cjs',
  kind: 'call',
  steps: ['lib-cjs', name],
  args,
});

/** The tests' own machine may be busy, so that only what never ends is too slow. */
const times: EachTimes = {
  base: { call: 1200, settle: 400, all: 60_000 },
  head: { call: 1500, settle: 600, all: 60_000 },
};

type More = { readonly evidence?: EvidenceCache; readonly isSettled?: IsSettled };

async function replay(
  before: TestFiles,
  after: TestFiles,
  calls: readonly RecordedCall[],
  { evidence, isSettled }: More = {},
) {
  const base = git.commit('main', { 'package.json': '{}', ...before });
  const head = git.commit('topic', after, base);
  const replayer = new SandboxReplayer({
    ...projectJobs({ git, sandbox, workspace, nodeVersion: '24' }),
    times,
    ...(evidence && { evidence }),
  });
  const earlier = sandbox.jobs.length;
  const sides = { base, head, ...(isSettled && { isSettled }) };
  const run = await replayer.replayEach({ install: null }, sides, calls);
  processes = sandbox.jobs.length - earlier;
  expect(readdirSync(workspace)).toEqual([]);
  if (run.kind !== 'replayed') throw new Error(`expected behaviours, found ${run.kind}`);
  const answer = (seen: Behaviour, at: number) =>
    seen.calls
      .get(run.keys[at] ?? '')
      ?.facets.get('result')
      ?.map(({ kind, shown }) => `${kind} ${shown}`);
  return { ...run, answer, isMade: run.keys.map((key) => key !== '') };
}

const body = `
exports.add = (a, b) => a + b;
exports.end = (code) => { if (code > 0) process.exit(0); if (code < 0) process.abort(); return 'alive'; };
exports.hang = (n) => { while (n > 1); return n; };
exports.wait = (n) => (n > 1 ? new Promise(() => {}) : Promise.resolve(n));
exports.fill = (name) => { Object.prototype[name] = 1; return Object.keys(Object.prototype).length; };
exports.leave = () => { setTimeout(() => { throw new Error('late'); }); Promise.reject(new Error('late')); };`;

it('makes each call for itself, and leaves out what the base does not finish', async () => {
  const calls = [
    call('add', 1, 2),
    call('end', 1),
    call('leave'),
    call('end', -1),
    call('hang', 5),
    call('wait', 5),
    call('fill', 'one'),
    call('fill', 'two'),
    call('gone'),
    call('hang', 1),
    call('add', 'x', 'y'),
    // Several of a function that are not finished are enough.
    ...[6, 7, 8, 9].map((n) => call('wait', n)),
    call('wait', 1),
    call('add', 5, 5),
  ];
  const gone = [false, false, false, false, false];
  const changed = body.replace('a + b', "a + b + (a === 'x' ? '!' : 0)");
  const { isMade, unfinished, answer, base, head } = await replay(library(body), library(changed), calls);
  const made = [true, false, true, false, false, false, true, true, false, true, true, ...gone, true];
  expect(isMade).toEqual(made);
  expect(unfinished).toEqual([]);
  expect([...base, head].map((run) => answer(run, 0))).toEqual([['return 3'], ['return 3'], ['return 3']]);
  expect([base[0], head].map((run) => answer(run, 10))).toEqual([['return "xy"'], ['return "xy!"']]);
  // What the first call adds to all objects is gone before the second one.
  expect([6, 7].map((at) => answer(base[0], at))).toEqual([['return 1'], ['return 1']]);
});

it('tells of calls that the head alone does not finish, or has no function for; of a module, too', async () => {
  const esm = (text: string) => library(text.replaceAll(/exports\.(\w+) =/g, 'export const $1 ='), 'lib-esm');
  const ofModule = (each: RecordedCall): RecordedCall => ({
    ...each,
    package: 'lib-esm',
    steps: ['lib-esm', ...each.steps.slice(1)],
  });
  const calls = [
    call('hang', 1),
    call('hang', 0),
    call('wait', 1),
    call('end', 0),
    call('add', 1, 1),
    call('leave'),
  ];
  const worse = body
    .replace('n > 1);', 'n < 1);')
    .replace('n > 1 ?', 'n > 0 ?')
    .replace('code > 0', 'code > -1')
    .replace('exports.leave', 'exports.left');
  const { isMade, unfinished, answer, head } = await replay(esm(body), esm(worse), calls.map(ofModule));
  expect(isMade).toEqual(calls.map(() => true));
  expect(unfinished).toEqual([1, 2, 3, 5]);
  expect(answer(head, 4)).toEqual(['return 2']);
});

it('compares nothing of a package that cannot be loaded', async () => {
  const ends = library('process.exit(0);');
  const { isMade } = await replay(ends, library(body), [call('add', 1, 2)]);
  expect(isMade).toEqual([false]);
});

it('makes the calls with the base once more only where something differs', async () => {
  const calls = [call('add', 1, 2), call('leave')];
  const isSettled: IsSettled = (base, head) => base.calls.size === head.calls.size && base.calls.size > 0;
  const same = await replay(library(body), library(`${body}// new`), calls, { isSettled });
  expect(processes).toBe(2);
  expect(same.isMade).toEqual([true, true]);
  expect(same.base[0]).toEqual(same.head);
  await replay(library(body), library(`${body}// new`), calls, { isSettled: () => false });
  expect(processes).toBe(3);
  // One that the head has no function for is a difference, whatever was seen besides.
  await replay(library(body), library(body.replace('exports.leave', 'exports.left')), calls, { isSettled });
  expect(processes).toBe(3);
});

it('asks the base nothing that is known of it, but trusts what is known only where nothing differs', async () => {
  const evidence = new EvidenceCache(kept);
  const calls = [call('add', 1, 2), call('hang', 5)];
  const settled = { evidence, isSettled: () => true };
  await replay(library(body), library(`${body}// new`), calls, settled);
  expect(processes).toBe(2);
  const again = await replay(library(body), library(`${body}// newer`), calls, settled);
  expect(processes).toBe(1);
  expect(again.isMade).toEqual([true, false]);
  expect(again.answer(again.base[0], 0)).toEqual(['return 3']);
  const changed = library(body.replace('a + b', 'a - b'));
  const { base, head, answer } = await replay(library(body), changed, calls, { evidence });
  expect(processes).toBe(2);
  expect([...base, head].map((run) => answer(run, 0))).toEqual([['return 3'], ['return 3'], ['return -1']]);
});

it('keeps nothing of a base that was not asked everything', async () => {
  const evidence = new EvidenceCache(kept);
  const broken = library('process.exit(0);');
  for (const turn of [1, 2]) {
    const { isMade } = await replay(broken, library(`//${turn}`), [call('add', 1, 2)], { evidence });
    expect(isMade).toEqual([false]);
    expect(processes).toBe(3);
  }
});
