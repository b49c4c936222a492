import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestCommands } from '../../ports/test-runner.ts';
import { compareBehaviour } from '../../stages/2-guardrails/characterization/compare.ts';
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
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-watch-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const commands: TestCommands = { install: null, build: null, test: ['node', '--test'], testSeconds: 60 };

const only = (name: string) => ({ packages: [name], modules: [] });

/** The same library, as CommonJS and as a module. */
function library(name: string, version: string, body: string): TestFiles {
  const [file, type] = name === 'lib-esm' ? ['index.js', 'module'] : ['index.js', 'commonjs'];
  const names = [...body.matchAll(/^(?:async )?(?:function|class|const) (\w+)/gm)].map(([, each]) => each);
  const exported =
    type === 'module' ? `export { ${names.join(', ')} };` : `module.exports = { ${names.join(', ')} };`;
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version, type, exports: './index.js' }),
    [`node_modules/${name}/${file}`]: `${body}\n${exported}\n`,
  };
}

/** The project's tests pass with both versions. */
const client = `
test('client', async () => {
  try { lib.write('my name', { path: '/' }); } catch {}
  await lib.later(-1).catch(() => {});
  lib.each([1, 2], () => {});
  lib.merge('text', { a: 1 });
  const own = {};
  lib.fill(own);
  lib.share();
  assert.ok(new lib.Box(1) instanceof lib.Box);
  assert.equal(new lib.Box(1).size, 1);
  assert.deepEqual([...new lib.Box(1)], [1]);
  assert.ok(lib.pick() < 1);
  assert.ok(Date.parse(lib.now()) > 0);
  assert.equal(typeof lib.version, 'string');
});`;
const heads = {
  'lib-cjs': `const test = require('node:test'), assert = require('node:assert'), lib = require('lib-cjs');`,
  'lib-esm': `import test from 'node:test'; import assert from 'node:assert'; import * as lib from 'lib-esm';`,
};

const old = `
function write(name, options) { return name + options.path; }
async function later(n) { if (n < 0) throw new TypeError('no'); return n; }
function each(list, run) { for (const one of list) run(one); }
function merge(to, from) { from.a; return to; }
function fill(object) { return 1; }
function share() { return 1; }
class Box { #size; constructor(size) { this.#size = size; } get size() { return this.#size; } *[Symbol.iterator]() { yield this.#size; } }
function pick() { return Math.random(); }
function now() { return new Date().toISOString(); }
const version = '1.0.0';`;
const benign = old
  .replace("TypeError('no')", "TypeError('not that')")
  .replace('return Math.random()', 'Math.random(); return Math.random()')
  .replace('1.0.0', '1.0.1')
  .replace('#size = size;', '#size = Number(size);');
const breaking = benign
  .replace(
    'return name + options.path',
    "if (name.includes(' ')) throw new TypeError('no'); return name + options.path",
  )
  .replace("throw new TypeError('not that')", 'return 0')
  .replace('run(one)', '{ run(one); break; }')
  .replace('from.a; return to', 'return to')
  .replace('(object) { return 1', '(object) { object.x = 1; return 1')
  .replace('share() {', 'share() { globalThis.shared = 1;');

async function compared(name: keyof typeof heads, now: string) {
  const file = name === 'lib-esm' ? 'test/a.test.mjs' : 'test/a.test.js';
  const base = git.commit('main', { [file]: `${heads[name]}${client}`, ...library(name, '1.0.0', old) });
  const head = git.commit('topic', library(name, '1.0.1', now), base);
  const runner = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const runs = await runner.compare(commands, { base, head, judgedBy: 'base', observe: only(name) });
  expect(runs).toMatchObject({ base: { code: 0 }, head: { code: 0 }, rerun: undefined });
  if (runs.observed?.kind !== 'observed') throw new Error(`expected records, found ${runs.observed?.kind}`);
  expect(runs.observed.base[0].loads).toEqual([{ package: name, version: '1.0.0', by: undefined }]);
  const options = { o: [['path', '/']] };
  const input = { package: name, kind: 'call', steps: [name, 'write'], args: ['my name', options] };
  expect(runs.observed.base[0].inputs).toContainEqual(input);
  return compareBehaviour(runs.observed.base, runs.observed.head);
}

describe.each(['lib-cjs', 'lib-esm'] as const)('watching %s', (name) => {
  it('sees what differs though the tests pass', async () => {
    const { differences } = await compared(name, breaking);
    const seen = differences.map(
      ({ kind, call }) => `${kind} ${call.slice(name.length + 1).replace(/\(.*/, '')}`,
    );
    expect([...new Set(seen)]).toEqual([
      'exception write',
      'exception later',
      'callback each',
      'mutation fill',
      'ambient share',
      'reads write',
      'reads merge',
    ]);
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('sees nothing in a change of messages, of random numbers, of the time and the version', async () => {
    const { differences, coverage } = await compared(name, benign);
    expect(differences).toEqual([]);
    expect(coverage.get(name)?.compared).toBeGreaterThan(5);
  });
});

describe('watching what is sent', () => {
  const text = `
const test = require('node:test'), http = require('node:http'), lib = require('lib-cjs');
test('client', async () => {
  const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await lib.ask(server.address().port, ['a b']);
  server.closeAllConnections();
  server.close();
});`;
  const asking = (query: string) => `
const http = require('node:http');
function ask(port, tags) {
  return new Promise((resolve) => http.get({ port, host: '127.0.0.1', path: '/search?' + ${query}, headers: { 'x-at': Date.now() } }, (answer) => answer.resume().on('end', resolve)));
}`;

  it('sees a request that nobody asserts', async () => {
    const [plain, escaped] = [
      "'tags[]=' + encodeURIComponent(tags)",
      "encodeURIComponent('tags[]') + '=' + encodeURIComponent(tags)",
    ];
    const base = git.commit('main', {
      'test/a.test.js': text,
      ...library('lib-cjs', '1.0.0', asking(plain)),
    });
    const compare = async (body: string) => {
      const head = git.commit('topic', library('lib-cjs', '1.0.1', body), base);
      const runner = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
      const { observed } = await runner.compare(commands, {
        base,
        head,
        judgedBy: 'base',
        observe: only('lib-cjs'),
      });
      if (observed?.kind !== 'observed') throw new Error(`expected records, found ${observed?.kind}`);
      return compareBehaviour(observed.base, observed.head).differences;
    };
    expect(await compare(asking(escaped))).toEqual([
      {
        kind: 'value',
        package: 'HTTP',
        call: 'request GET /search',
        facet: 'result',
        old: 'sent "/search?tags[]=a%20b"',
        new: 'sent "/search?tags%5B%5D=a%20b"',
      },
    ]);
    expect(await compare(`${asking(plain)} // another version`)).toEqual([]);
  });
});

describe('tests that do not like to be watched', () => {
  const shy = `require('node:test').test('one', () => { require('lib-cjs'); if (process.env.NODE_OPTIONS.includes('--import')) throw new Error('seen'); });`;
  const red = `require('node:test').test('one', () => { throw new Error('red'); });`;

  it.each([
    ['count as they run unwatched', shy, 'disturbed', 0],
    ['are red when they are red', red, 'not-run', 1],
  ])('%s', async (_name, text, kind, code) => {
    const base = git.commit('main', { 'test/a.test.js': text, ...library('lib-cjs', '1.0.0', old) });
    const head = git.commit('topic', library('lib-cjs', '1.0.1', benign), base);
    const runner = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
    const runs = await runner.compare(commands, { base, head, judgedBy: 'base', observe: only('lib-cjs') });
    expect(runs).toMatchObject({ base: { code }, head: { code }, observed: { kind } });
  });
});
