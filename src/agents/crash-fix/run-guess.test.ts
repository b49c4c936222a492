import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestMeasurer } from '../../adapters/test-runner/sandbox-test-measurer.ts';
import type { Crash } from '../../domain/crash.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { guessedCalls, recordedCalls } from './guess.ts';
import { guessIn, guessProgram } from './guess-program.ts';
import { findCall } from './run-guess.ts';

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

async function find(files: TestFiles, over: Partial<Crash> = {}, recorded: readonly RecordedCall[] = []) {
  const commit = git.commit('main', files);
  return findAt({ commit, tip: commit }, over, recorded);
}

function findAt(
  { commit, tip }: { readonly commit: string; readonly tip: string },
  over: Partial<Crash> = {},
  recorded: readonly RecordedCall[] = [],
) {
  const tests = new SandboxTestMeasurer(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  return findCall({ git, tests }, crash({ commit, ...over }), { tip, commands, recorded });
}

async function guess(files: TestFiles, over: Partial<Crash> = {}, later: TestFiles = {}) {
  const commit = git.commit('main', files);
  const found = await findAt({ commit, tip: git.commit('main', later, commit) }, over);
  expect(found?.by ?? 'guessed-call').toBe('guessed-call');
  return found?.call;
}

const kept = (args: RecordedCall['args'], name = './src/cart.js', step = 'total'): RecordedCall => ({
  ...{ package: name, kind: 'call', steps: [name, step], args },
});

describe('findCall', () => {
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

  it('takes a call that production made before any guess, and leaves out what the crash does not need', async () => {
    const code = `exports.total = ({ user, items }) => {
  const rate = items.length > 1 ? user.rates.bulk : 1;
  return items.reduce((all, { price }) => all + price.amount * rate, 0);
};
`;
    const frames = [{ file: 'src/cart.js', line: 3, column: 55, functionName: 'exports.total' }] as const;
    const price = { o: [['price', { o: [['amount', 12]] }]] } as const;
    const user = {
      o: [
        ['name', 'xxxxx'],
        ['rates', { o: [['bulk', 0.9]] }],
      ],
    } as const;
    const fine = kept([
      {
        o: [
          ['user', user],
          ['items', [price, price]],
        ],
      },
    ]);
    const bad = kept([
      {
        o: [
          ['user', user],
          ['items', [price, { o: [['sku', 'xxxx-1111']] }, price]],
        ],
      },
    ]);
    const noise = [kept([], './src/other.js'), kept([], 'src/cart.js'), kept([{ s: 'undefined' }])];
    const found = await find({ 'src/cart.js': code }, { frames: [...frames] }, [...noise, fine, bad]);
    expect(found).toEqual({
      by: 'recorded-call',
      call: { file: 'src/cart.js', steps: ['total'], args: [{ o: [['items', [{ o: [] }]]] }] },
    });
  });

  it('tries those of functions in the stack first, of its files alone', () => {
    const all = [kept([1], './src/cart.js', 'other'), kept([2]), kept([3], './lib/x.js'), kept([4], 'cart')];
    const construct: RecordedCall = { ...kept([5]), kind: 'construct' };
    expect(recordedCalls(crash(), [...all, construct]).map(({ args }) => args)).toEqual([[2], [1]]);
  });

  it('takes nothing but plain data from what the program printed', () => {
    const calls = [{ file: 'a.js', steps: ['f'], args: [1] }];
    const read = (said: string) => guessIn(`x\nAUTOLAND-GUESS ${said}\n`, calls);
    expect(read('0 [{"o":[["a",2]]}]')).toEqual({ ...calls[0], args: [{ o: [['a', 2]] }] });
    for (const said of ['0', '0 [{"x":1}]', '0 {', '0 [[[1', `0 ${'['.repeat(60)}${']'.repeat(60)}`])
      expect(read(said), said).toEqual(calls[0]);
    expect(read('0 [],"kind":"construct"')).toEqual(calls[0]);
    for (const said of ['1', '-1', 'x']) expect(read(said), said).toBeUndefined();
  });

  it('tells a rejection that nobody awaits of the call that it came from', async () => {
    const code = `exports.total = (cart) => {
  Promise.resolve().then(() => cart.items.length);
};
`;
    const frames = [{ file: 'src/cart.js', line: 2, column: 43, functionName: 'exports.total' }] as const;
    const recorded = [
      kept([{ o: [['items', []]] }]),
      kept([{ o: [['user', 'xx']] }]),
      kept([{ o: [['items', [1]]] }]),
    ];
    const found = await find({ 'src/cart.js': code }, { frames: [...frames] }, recorded);
    expect(found?.call.args).toEqual([{ o: [] }]);
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
