import { describe, expect, it } from 'vitest';
import { CodeNames } from './code-names.ts';
import { compareCode } from './compare-code.ts';
import { importsOf } from './imports.ts';

const names = (files: Record<string, string>, path = 'index.js') => {
  const { names: found, open } = new CodeNames(new Map(Object.entries(files))).of(path);
  return [[...found].sort((a, b) => a.localeCompare(b)).join(' '), open];
};

describe('the names that code exports', () => {
  it.each<[string, Record<string, string>, string, boolean]>([
    ['exports.a', { 'index.js': 'exports.a = 1; module.exports.b = 2;' }, 'a b', false],
    [
      'an object',
      { 'index.js': "const b = 1; module.exports = { a: 1, b, 'c': 2, d() {} };" },
      'a b c d',
      false,
    ],
    [
      'a function with properties',
      { 'index.js': 'module.exports = f; function f() {} f.a = 1;' },
      'a',
      false,
    ],
    ['defineProperty', { 'index.js': "Object.defineProperty(exports, 'a', { get() {} });" }, 'a', false],
    [
      'another file',
      { 'index.js': "module.exports = require('./lib');", 'lib/index.js': 'exports.a = 1;' },
      'a',
      false,
    ],
    ['a compiler', { 'index.js': 'var __export = (t, all) => {}; __export(x, { a: () => a });' }, 'a', true],
    ['a loop', { 'index.js': 'for (const k of keys) exports[k] = 1; exports.a = 1;' }, 'a', true],
    ['another package', { 'index.js': "module.exports = require('other');" }, '', true],
    [
      'a module',
      { 'index.js': 'export const a = 1; export default 2; export { a as b };' },
      'a b default',
      false,
    ],
    [
      'a module that passes on',
      { 'index.js': "export * from './x.js';", 'x.js': 'export const a = 1; export default 2;' },
      'a',
      false,
    ],
    [
      'a cycle',
      { 'index.js': "export * from './x.js';", 'x.js': "export * from './index.js'; export const a = 1;" },
      'a',
      false,
    ],
    ['no code', { 'index.js': 'syntax error (' }, '', true],
  ])('%s', (_what, files, expected, open) => {
    expect(names(files)).toEqual([expected, open]);
  });

  it('are gone only where all of them are known', () => {
    const ask = (now: string, old = 'exports.a = 1; exports.b = 1;') =>
      compareCode({
        entries: [{ subpath: '.', mode: 'require', old: 'index.js', now: 'index.js' }],
        old: [{ path: 'index.js', text: old }],
        now: [{ path: 'index.js', text: now }],
      });
    const computed = 'module.exports = make();';
    expect(ask('exports.a = 1;').breaks.map(({ name }) => name)).toEqual(['b']);
    expect(ask('exports.a = 1; exports[k] = 1;')).toEqual({ breaks: [], seen: [], neither: [] });
    expect(ask(computed)).toEqual({ breaks: [], seen: [], neither: [] });
    expect(ask(computed, computed)).toEqual({ breaks: [], seen: [], neither: ['.'] });
    expect(ask(computed, 'module.exports = () => 1;').neither).toEqual([]);
    expect(ask('exports.b = 1; exports.a = 1; exports[k] = 1;').seen).toEqual(['.']);
  });
});

describe('the names that a source takes', () => {
  it.each<[string, string, string[]]>([
    ['named', "import { a, b as c } from 'x';", ['', 'a', 'b']],
    ['types', "import type { A } from 'x';", ['', 'A']],
    ['a whole that is read', "import * as x from 'x'; x.a(); x['b'];", ['', 'a', 'b']],
    ['a whole that is passed on', "import * as x from 'x'; f(x);", ['', '*']],
    ['a default that is called', "import x from 'x'; x(); x.a;", ['', 'a', 'default', 'export=']],
    ['required', "const { a, b: c } = require('x'); const y = require('x').d;", ['', '', 'a', 'b', 'd']],
    ['required and called', "require('x')('y');", ['', 'export=']],
    ['awaited', "const { a } = await import('x');", ['', 'a']],
    ['passed on', "export * from 'x'; export { a } from 'x';", ['', '*', 'a']],
    ['computed', "import * as x from 'x'; x[name];", ['', '*']],
    ['nothing', "import 'x';", ['']],
  ])('%s', (_what, text, expected) => {
    const found = importsOf('a.ts', text)?.imports.map(({ name }) => name) ?? [];
    expect([...found].sort((a, b) => a.localeCompare(b))).toEqual(
      [...expected].sort((a, b) => a.localeCompare(b)),
    );
  });
});
