import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { joinModules } from './join-modules.ts';

const root = mkdtempSync(join(tmpdir(), 'autoland-joined-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
async function run(files: Readonly<Record<string, string>>): Promise<unknown> {
  const path = join(root, `${count++}.mjs`);
  writeFileSync(path, joinModules(new Map(Object.entries(files)), 'main.js'));
  await import(pathToFileURL(path).href);
  return (globalThis as Record<string, unknown>).joined;
}

describe('joinModules', () => {
  it('runs each module once, in order, with names of its own', async () => {
    const files = {
      'main.js':
        "import { a, count as n } from './a.js';\nimport { b } from './sub/b.js';\nglobalThis.joined = [a(), n, new b().of()];",
      'a.js':
        "import { next } from './sub/next.js';\nconst own = 'a';\nexport const a = () => own;\nexport const count = next();",
      'sub/b.js':
        "import { next } from './next.js';\nimport { join as own } from 'node:path';\nexport class b { of() { return own('b', String(next())); } }",
      'sub/next.js': 'let n = 0;\nexport function next() { n += 1; return n; }',
    };
    expect(await run(files)).toEqual(['a', 1, join('b', '2')]);
  });

  it('gives built-in modules as they are when it is loaded', async () => {
    const main =
      "import { Module, createRequire as own } from 'node:module';\nglobalThis.joined = [typeof Module._load, own === Module.createRequire];";
    expect(await run({ 'main.js': main })).toEqual(['function', true]);
  });

  it.each([
    [
      'modules that import each other',
      { 'main.js': "import { a } from './a.js';", 'a.js': "import './main.js';\nexport const a = 1;" },
    ],
    ['one that is not there', { 'main.js': "import { a } from './a.js';" }],
    ['a namespace', { 'main.js': "import * as a from './a.js';", 'a.js': 'export const b = 1;' }],
    [
      'exports of another module',
      { 'main.js': "export { a } from './a.js';", 'a.js': 'export const a = 1;' },
    ],
    ['exports by other names', { 'main.js': 'const a = 1;\nexport { a as b };' }],
    ['a default', { 'main.js': 'export default 1;' }],
    ['the default of a built-in module', { 'main.js': "import path from 'node:path';\npath.sep;" }],
    ['what does not parse', { 'main.js': 'const;' }],
  ])('throws at %s', (_case, files) => {
    expect(() => joinModules(new Map(Object.entries(files)), 'main.js')).toThrow(/main\.js|a\.js/);
  });
});
