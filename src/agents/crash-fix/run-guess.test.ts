import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestMeasurer } from '../../adapters/test-runner/sandbox-test-measurer.ts';
import type { Crash } from '../../domain/crash.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { guessedCalls, guessProgram } from './guess.ts';
import { guessCall } from './run-guess.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-guess-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const commands = { install: null, build: null, test: ['node', '--test'], testSeconds: 20 } as const;
const crash = (over: Partial<Crash> = {}): Crash => ({
  signature: 'ab'.repeat(16),
  service: 'shop',
  errorType: 'TypeError',
  message: '',
  frames: [
    { file: 'src/cart.js', line: 3, column: 16, functionName: 'sum' },
    { file: 'src/cart.js', line: 6, column: 10, functionName: 'exports.total' },
  ],
  count: 50,
  firstSeen: new Date(0),
  lastSeen: new Date(0),
  commit: '',
  ...over,
});

const cart = `function sum(items) {
  if (items === null) throw new TypeError('not here');
  return items.reduce((all, one) => all + one, 0);
}
exports.total = (cart) => {
  return sum(cart.items);
};
`;

async function guess(files: TestFiles, over: Partial<Crash> = {}, later: TestFiles = {}) {
  const commit = git.commit('main', files);
  const tip = git.commit('main', later, commit);
  const tests = new SandboxTestMeasurer(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  return guessCall({ git, tests }, crash({ commit, ...over }), { tip, commands });
}

describe('guessCall', () => {
  it('finds the call of what is exported that crashes at the very place, and no other', async () => {
    // Without a cart it is a TypeError too, at line 6.
    const call = { file: 'src/cart.js', steps: ['total'], args: [{ o: [] }] };
    expect(await guess({ 'src/cart.js': cart })).toEqual(call);
    const moved = { 'src/cart.js': `// One more line.\n${cart}` };
    expect(await guess({ 'src/cart.js': cart }, {}, moved)).toEqual(call);
  });

  it('finds none where none crashes so, or the place is not there any more', async () => {
    expect(await guess({ 'src/cart.js': cart }, { errorType: 'RangeError' })).toBeUndefined();
    expect(
      await guess({ 'src/cart.js': cart }, {}, { 'src/cart.js': 'exports.total = () => 0;\n' }),
    ).toBeUndefined();
    expect(await guess({ 'src/cart.js': cart }, {}, { 'src/cart.js': null })).toBeUndefined();
  });

  it('waits for what is asynchronous, and not for what never ends', async () => {
    const code = `export const hangs = () => new Promise(() => {});
export async function load(cart) {
  await undefined;
  return cart.items;
}
`;
    const frames = [
      { file: 'src/load.js', line: 4, column: 15, functionName: 'load' },
      { file: 'src/load.js', line: 1, column: 1, functionName: 'hangs' },
    ] as const;
    const files = { 'package.json': '{"type":"module"}', 'src/load.js': code };
    expect(await guess(files, { frames: [...frames] })).toEqual({
      file: 'src/load.js',
      steps: ['load'],
      args: [],
    });
  });

  it('takes nothing of a stack for code', () => {
    const evil = 'x"];process.exit(7);//';
    const frames = [{ file: `src/${evil}.js`, line: 1, column: 1, functionName: evil }] as const;
    expect(guessedCalls(crash({ frames: [...frames] }))).toEqual([]);
    const named = [{ ...frames[0], functionName: 'total' }] as const;
    const program = guessProgram(crash({ frames: [...named] }), guessedCalls(crash({ frames: [...named] })));
    const literal = /calls } = (\{.*\});$/m.exec(program)?.[1] ?? '';
    expect(JSON.parse(literal)).toMatchObject({ place: `/src/${evil}.js:1:1` });
  });
});
