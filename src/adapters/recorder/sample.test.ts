import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readRecordings } from '../../domain/recorded-call.ts';
import { sampleEntry, writeKit } from './kit.ts';

const place = mkdtempSync(join(tmpdir(), 'autoland-sample-'));
const [kit, service, records] = [join(place, 'kit'), join(place, 'service'), join(place, 'records')];

const library = `
class Box { #n; constructor(n) { this.#n = n; } get n() { return this.#n; } }
class Refused extends Error {}
function write(name, options) { options.seen = true; return { name, options }; }
async function later(n) { if (n < 0) throw new Refused('negative'); return n; }
function each(list, run) { return list.map(run); }
function fail() { throw new Refused('always'); }
const deep = { own: 1, mine() { return this.own; } };`;
const names = 'Box, Refused, write, later, each, fail, deep';
const body = `
const told = [];
const tell = (value) => told.push(typeof value === 'object' ? JSON.stringify(value) : String(value));
for (let i = 0; i < 50; i++) {
  tell(lib.write('name' + (i % 5), { password: 'hunter2', at: i % 5 }));
  tell(lib.each([1, 2], (n) => n * 2));
}
tell(new lib.Box(3).n); tell(new lib.Box(3) instanceof lib.Box); tell(lib.deep.mine());
class Mine extends lib.Box {} tell(new Mine(4).n);
const kept = lib.later(7); tell(kept instanceof Promise); tell(kept === Promise.resolve(kept)); tell(await kept);
await lib.later(-1).catch((e) => tell(e instanceof lib.Refused));
try { lib.fail(); } catch (e) { tell(e.message); tell(e.stack.split('\\n')[0]); }
const hostile = { get secret() { tell('getter ran'); return 1; } };
try { lib.write(hostile); } catch (e) { tell(e.constructor.name); }
const round = {}; round.round = round; tell(lib.write(1, round).name);
lib.deep.mine(1n, -0, undefined);
console.log(told.join('\\n'));
process.exitCode = 3;
if (process.env.THROW) lib.fail();
`;

beforeAll(async () => {
  await writeKit(kit);
  const files = {
    'node_modules/lib-cjs/package.json': '{"name":"lib-cjs","version":"1.0.0"}',
    'node_modules/lib-cjs/index.js': `${library}\nmodule.exports = { ${names} };`,
    'node_modules/lib-esm/package.json':
      '{"name":"lib-esm","version":"1.0.0","type":"module","exports":"./index.js"}',
    'node_modules/lib-esm/index.js': `${library}\nexport { ${names} };`,
    'esm.mjs': `import * as lib from 'lib-esm';${body}`,
    'node_modules/odd.js/package.json': '{"name":"odd.js","version":"1.0.0"}',
    'node_modules/odd.js/index.js': 'exports.add = (a, b) => a + b;',
    'node_modules/odd.js/deep.js': 'exports.add = (a, b) => a + b;',
    'odd.cjs': "require('odd.js').add(1, 2); require('odd.js/deep.js').add(3, 4);",
    'cjs.cjs': `const lib = require('lib-cjs'); (async () => {${body}})();`,
    'own/lib.mjs': `${library}\nexport { ${names} };\nexport const refuse = (what) => fail(what);`,
    'own/lib.cjs': `${library}\nmodule.exports = { ${names}, refuse: (what) => fail(what) };`,
    'own-esm.mjs': `import * as lib from './own/lib.mjs';${body}\ntry { lib.refuse({ of: 7 }); } catch {}`,
    'own-cjs.cjs': `const lib = require('./own/lib.cjs'); (async () => {${body}\ntry { lib.refuse({ of: 7 }); } catch {}})();`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(service, path)), { recursive: true });
    writeFileSync(join(service, path), text);
  }
});
beforeEach(() => {
  rmSync(records, { recursive: true, force: true });
  mkdirSync(records);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

async function run(
  file: string,
  env: Readonly<Record<string, string>> | undefined,
  more = {},
): Promise<Ended> {
  const preload = env === undefined ? [] : [`--import=${join(kit, sampleEntry)}`];
  const options = { cwd: service, env: { ...env, ...more }, timeout: 300_000 };
  const child = promisify(execFile)(process.execPath, [...preload, file], options);
  return child.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

const asked = (more = {}) => ({
  AUTOLAND_RECORD_PACKAGES: 'lib-cjs, lib-esm',
  AUTOLAND_RECORD_DIRECTORY: records,
  AUTOLAND_RECORD_SHARE: '1',
  ...more,
});
const files = () => readdirSync(records).filter((name) => name.endsWith('.jsonl'));
const recorded = () =>
  readRecordings(
    files()
      .map((name) => readFileSync(join(records, name), 'utf8'))
      .join(''),
  );

it('leaves calls of a package that is named as a file may be', async () => {
  await run('odd.cjs', asked({ AUTOLAND_RECORD_PACKAGES: 'odd.js' }));
  const { calls, unreadable } = recorded();
  expect(unreadable).toBe(0);
  expect(calls.map(({ steps }) => steps)).toEqual([
    ['odd.js', 'add'],
    ['odd.js/deep', 'add'],
  ]);
});

describe.each(['cjs.cjs', 'esm.mjs'])('a service that is recorded: %s', (file) => {
  it('answers and fails as it does without', async () => {
    for (const more of [{}, { THROW: '1' }]) {
      const [plain, watched] = [await run(file, undefined, more), await run(file, asked(), more)];
      expect(watched.stdout).toBe(plain.stdout);
      expect(watched.code).toBe(plain.code);
      expect(plain.stdout.split('\n').length).toBeGreaterThan(100);
    }
  });

  it('leaves arguments as they were before the call, without what is secret', async () => {
    await run(file, asked());
    const { calls, notPlain, unreadable } = recorded();
    expect(unreadable).toBe(0);
    const seen = calls.map(
      ({ kind, steps, args }) => `${kind} ${steps.slice(1).join('.')} ${JSON.stringify(args)}`,
    );
    expect(seen).toContain('call write ["name4",{"o":[["password","xxxxxx1"],["at",4]]}]');
    expect(seen.filter((each) => each.startsWith('call write "name'))).toEqual([]);
    expect(seen.filter((each) => each.includes('name'))).toHaveLength(5);
    expect(seen).toContain('construct Box [3]');
    expect(seen).toContain('call later [7]');
    expect(seen).toContain('call deep.mine [{"n":"1"},{"s":"-0"},{"s":"undefined"}]');
    expect([...notPlain.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(33);
    const text = files()
      .map((name) => readFileSync(join(records, name), 'utf8'))
      .join('');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('seen');
  });

  it('stops at its limits', async () => {
    await run(file, asked({ AUTOLAND_RECORD_CALLS: '3' }));
    expect(recorded().calls).toHaveLength(3);
    for (const name of files()) rmSync(join(records, name));
    const plain = await run(file, undefined);
    const watched = await run(file, asked({ AUTOLAND_RECORD_MIB: '0.0005' }));
    expect(watched.stdout).toBe(plain.stdout);
    const bytes = files().reduce((sum, name) => sum + readFileSync(join(records, name)).length, 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(0.0005 * 1024 * 1024);
    expect(recorded().unreadable).toBe(0);
  });

  it('keeps nothing that it is not asked for', async () => {
    await run(file, asked({ AUTOLAND_RECORD_SHARE: '0' }));
    await run(file, asked({ AUTOLAND_RECORD_PACKAGES: 'other' }));
    expect(files()).toEqual([]);
  });
});

it.each(['own-esm.mjs', 'own-cjs.cjs'])('keeps calls of files of the project: %s', async (file) => {
  const path = file === 'own-esm.mjs' ? 'own/lib.mjs' : 'own/lib.cjs';
  const own = { AUTOLAND_RECORD_PACKAGES: '', AUTOLAND_RECORD_MODULES: `./${path}, cjs.cjs` };
  const [plain, watched] = [await run(file, undefined), await run(file, asked(own))];
  expect(watched).toEqual(plain);
  const { calls } = recorded();
  expect(new Set(calls.map((call) => call.package))).toEqual(new Set([`./${path}`]));
  expect(calls.map(({ steps }) => steps.slice(1).join('.'))).toContain('deep.mine');
  expect(JSON.stringify(calls)).not.toContain('hunter2');
});

it('keeps what throws, however small the share', async () => {
  const share = { AUTOLAND_RECORD_SHARE: '1e-12', AUTOLAND_RECORD_MODULES: 'own/lib.cjs' };
  await run('own-cjs.cjs', asked(share));
  const kept = recorded().calls.map(({ steps, args }) => `${steps.slice(1)} ${JSON.stringify(args)}`);
  expect(kept).toEqual(['fail []', 'refuse [{"o":[["of",7]]}]']);
});

it.each([
  ['a directory that is not there', { AUTOLAND_RECORD_DIRECTORY: join(place, 'nowhere') }],
  ['a file in its place', { AUTOLAND_RECORD_DIRECTORY: join(kit, 'package.json') }],
  ['a share that is no number', { AUTOLAND_RECORD_SHARE: 'much' }],
  ['a share above one', { AUTOLAND_RECORD_SHARE: '2' }],
])('a service starts all the same with %s, and says so', async (_what, more) => {
  const [plain, watched] = [await run('cjs.cjs', undefined), await run('cjs.cjs', asked(more))];
  expect(watched.stdout).toBe(plain.stdout);
  expect(watched.code).toBe(plain.code);
  expect(watched.stderr).toMatch(/AutolandRecorderWarning: nothing is recorded/);
});

it('says of a file that is not there, and of a Node too old for what is imported', async () => {
  const older = 'import own from "node:module"; own.registerHooks = undefined; own.syncBuiltinESMExports();';
  const preload = `--import=data:text/javascript,${encodeURIComponent(older)}`;
  const more = { AUTOLAND_RECORD_MODULES: 'cjs.cjs,lib/gone.js', NODE_OPTIONS: preload };
  const { stderr } = await run('cjs.cjs', asked(more));
  expect(stderr).toMatch(/nothing is recorded of lib\/gone\.js: it is not in/);
  expect(stderr).toMatch(/what is imported is not recorded: expected Node 22\.15/);
  expect(stderr).not.toMatch(/of cjs\.cjs/);
});

it('lets a service be that loses the directory meanwhile', async () => {
  writeFileSync(
    join(service, 'loses.cjs'),
    `const fs = require('node:fs'), records = ${JSON.stringify(records)};
fs.rmSync(records, { recursive: true });
fs.writeFileSync(records, '');
import('lib-esm').then((lib) => console.log(lib.deep.mine(), require('lib-cjs').deep.mine()));`,
  );
  const watched = await run('loses.cjs', asked());
  expect(watched).toMatchObject({ code: 0, stdout: '1 1\n' });
});

it('keeps its file from others', async () => {
  chmodSync(records, 0o755);
  await run('cjs.cjs', asked());
  const { statSync } = await import('node:fs');
  for (const name of files()) expect(statSync(join(records, name)).mode & 0o077).toBe(0);
});
