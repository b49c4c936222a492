import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { judgeOwn } from '../../stages/2-guardrails/characterization/own-code.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { projectJobs } from './project-commands.ts';
import { SandboxTestRunner } from './sandbox-test-runner.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-own-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const old = `
function total(items, rate) { let sum = 0; for (const one of items) sum += one.price; return round(sum * (1 + rate)); }
const round = (n) => Math.round(n * 100) / 100;
class Cart { #items = []; add(item) { this.#items.push(item); return this; } total(rate) { return total(this.#items, rate); } }
function parse(text) { if (text === '') throw new RangeError('empty'); return { text }; }
async function later(n) { return n; }
function fill(order) { order.filled = 1; return true; }
function each(items, run) { for (const one of items) run(one); }
function legacy() { return 1; }`;
const refactored = old
  .replace(
    'let sum = 0; for (const one of items) sum += one.price; return round(sum * (1 + rate));',
    'const sum = items.reduce((all, { price }) => all + price, 0); return round(sum + sum * rate);',
  )
  .replace("RangeError('empty')", "RangeError('nothing there')")
  .replace('#items = []', '#lines = []')
  .replaceAll('this.#items', 'this.#lines');
const changed = refactored
  .replace('Math.round(n * 100)', 'Math.floor(n * 100)')
  .replace("throw new RangeError('nothing there')", 'return undefined')
  .replace('async function later(n) { return n; }', "async function later(n) { throw new TypeError('no'); }")
  .replace('order.filled = 1', 'order.filled = 2')
  .replace('run(one)', '{ run(one); break; }');

/** Green with each of these. */
const uses = `
  const items = [{ price: 1.25 }, { price: 2.5 }];
  ok(total(items, 0.195) > 4);
  ok(receipt(items).startsWith('Total'));
  const cart = new Cart();
  ok(cart.add(items[0]) === cart && cart.total(0.333) > 1);
  try { parse(''); } catch {}
  await later(1).catch(() => {});
  ok(fill({}));
  each([1, 2], () => {});
  ok(!isProxy(plain) && isProxy(total) === (process.env.NODE_OPTIONS ?? '').includes('autoland-own'));`;
const names = ['total', 'Cart', 'parse', 'later', 'fill', 'each'];
const other = "const receipt = (items) => 'Total ' + total(items, 0.195); const plain = () => 1;";
const esm = {
  lib: (body: string) => `${body}
let current = 0;
function set(n) { current = n; }
export { ${names.join(', ')}, legacy, set, current };`,
  other: `import { total } from './price'; ${other} export { receipt, plain };`,
  head: `import { ${names.join(', ')}, set, current } from '../src/price'; import { receipt, plain } from '../src/other'; import { types } from 'node:util'; const { isProxy } = types; const ok = (so) => { if (!so) throw new Error('not ok'); };`,
  // Whoever imports a variable sees what it becomes.
  more: 'set(5); ok(current === 5);',
};
const cjs = {
  lib: (body: string) => `${body}\nmodule.exports = { ${names.join(', ')}, legacy };`,
  other: `const { total } = require('./price'); ${other} module.exports = { receipt, plain };`,
  head: `const { ${names.join(', ')} } = require('../src/price'); const { receipt, plain } = require('../src/other'); const { isProxy } = require('node:util').types; const ok = require('node:assert');`,
};

type Project = {
  readonly files: TestFiles;
  readonly path: string;
  lib(body: string): string;
  readonly test: Argv;
};

const typed = (text: string, extension: string) =>
  text
    .replace(/(from '\.[^']*)'/g, `$1${extension}'`)
    .replace('total(items, rate) {', 'total(items: { price: number }[], rate: number): number {');
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

const projects: Readonly<Record<string, Project>> = {
  'node:test and require': {
    files: {
      'src/other.js': cjs.other,
      'test/a.test.js': `${cjs.head} require('node:test').test('uses', async () => {${uses}});`,
    },
    path: 'src/price.js',
    lib: cjs.lib,
    test: ['node', '--test'],
  },
  'node:test and import of TypeScript': {
    files: {
      'package.json': '{"type":"module"}',
      'src/other.ts': typed(esm.other, '.ts'),
      'test/a.test.ts': `${typed(esm.head, '.ts')} import { test } from 'node:test'; test('uses', async () => {${uses}${esm.more}});`,
    },
    path: 'src/price.ts',
    lib: (body) => typed(esm.lib(body), '.ts'),
    test: ['node', '--test', 'test/a.test.ts'],
  },
  'vitest and TypeScript': {
    files: {
      'package.json': '{"type":"module"}',
      node_modules: { link: modules },
      'src/other.ts': esm.other,
      'test/a.test.ts': `${esm.head} import { test } from 'vitest'; test('uses', async () => {${uses}${esm.more}});`,
    },
    path: 'src/price.ts',
    lib: (body) => typed(esm.lib(body), ''),
    test: ['node', 'node_modules/vitest/vitest.mjs', 'run', '--root', '.'],
  },
};

async function compared({ files, path, lib, test }: Project, change: TestFiles) {
  const base = git.commit('main', { ...files, [path]: lib(old) });
  const head = git.commit('topic', change, base);
  const runner = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const commands = { install: null, build: null, test, testSeconds: 60 };
  const observe = { packages: [], modules: [path] };
  const runs = await runner.compare(commands, { base, head, judgedBy: 'own', observe });
  expect(runs).toMatchObject({ base: { code: 0 }, head: { code: 0 }, observed: { kind: 'observed' } });
  return judgeOwn({ modules: [path], omitted: 0, observed: runs.observed }, 'other');
}

const seen = [
  'parse("") result: throw [RangeError] empty -> return undefined',
  'later(1) settled: resolve 1 -> reject [TypeError] no',
  'Cart().total(0.333) result: return 1.67 -> return 1.66',
  'each([1, 2], [Function]) callback 1: called #2 (2) -> nothing',
  'fill({}) mutation: argument 0 {"filled": 1} -> argument 0 {"filled": 2}',
];

describe('watching a file of the project', () => {
  it.each(Object.entries(projects))(
    'sees what callers see of a change that the tests pass, and nothing else: %s',
    async (_name, project) => {
      const { code, evidence } = await compared(project, { [project.path]: project.lib(changed) });
      expect(code).toBe('characterization.own-differs');
      expect(rowsOf(evidence)).toEqual(seen);
      expect(readdirSync(workspace)).toEqual([]);
    },
  );

  const script: Project = {
    files: { 'src/other.js': cjs.other, 'test/run.js': `${cjs.head} (async () => {${uses}})();` },
    path: 'src/price.js',
    lib: cjs.lib,
    test: ['node', 'test/run.js'],
  };

  it('sees nothing in another way to do the same', async () => {
    const { code, reason } = await compared(script, { 'src/price.js': cjs.lib(refactored) });
    expect(code).toBe('characterization.own-same');
    expect(reason).toBe('8 calls of src/price.js do what callers saw before.');
  });

  it('sees that what tests used is gone, with those tests', async () => {
    const last = "require('../src/price').legacy();";
    const files = { ...script.files, 'test/run.js': `${script.files['test/run.js']}${last}` };
    const head = { ...script.files, 'src/price.js': cjs.lib(refactored).replace(', legacy', '') };
    const { evidence } = await compared({ ...script, files }, head);
    expect(rowsOf(evidence)).toEqual(['legacy export: there -> gone']);
  });
});

type Row = Readonly<Record<'call' | 'seen' | 'old' | 'new', string>>;

function rowsOf({ differences = [] }: JsonObject): readonly string[] {
  const rows = differences as unknown as readonly Row[];
  return rows.map((row) => `${row.call} ${row.seen}: ${row.old} -> ${row.new}`);
}
