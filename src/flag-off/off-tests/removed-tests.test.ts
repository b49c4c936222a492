import { describe, expect, it } from 'vitest';
import { parseSource } from '../../adapters/prover/parse.ts';
import { removedTests } from './removed-tests.ts';

const base = `import { strictEqual } from 'node:assert';
import { describe, it, test } from 'node:test';
import { price, oldPrice } from '../price.js';

/* How a price is made. */
const rounded = (n) => Math.round(n);

describe('price', () => {
  const cart = [1, 2];
  // Off.
  it('is old', () => strictEqual(rounded(price(cart)), 3));
  it('is new', () => strictEqual(price(cart), 4));
});
describe('with the flag off', () => {
  before(() => reset());
  const many = 3;
  test('is the sum', async () => strictEqual(oldPrice(), many));
  describe('and empty', () => {
    it(\`is \` + 'nothing', () => strictEqual(price([]), 0));
  });
});
test('stays', { timeout: 100 }, () => strictEqual(price([1]), 1));
for (const n of [1, 2]) test(\`of \${n}\`, () => strictEqual(price([n]), n));
`;

const path = 'test/price.test.js';
const compare = (head: string, old = base) => removedTests([{ path, base: old, head }], parseSource);
const titles = (head: string, old = base) => {
  const found = compare(head, old);
  return found.kind === 'whole' ? found.cases.map((each) => each.titles.join(' > ')) : found.why;
};
const cut = (from: string, to: string, text = base) => {
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start === -1 || end === -1) throw new Error(`nothing to cut from ${from} to ${to}`);
  return text.slice(0, start) + text.slice(end);
};
const put = (from: string, to: string, text = base) => {
  if (!text.includes(from)) throw new Error(`there is no ${from}`);
  return text.replace(from, to);
};

const withoutOne = cut('  // Off.', "  it('is new'");
const withoutGroup = cut("describe('with", "test('stays'");
const unused = cut('/* How', "describe('price'", withoutOne);

describe('what a change takes out of a test file', () => {
  it.each<[string, string, readonly string[]]>([
    ['one test case', withoutOne, ['price > is old']],
    ['the declaration that only it used', unused, ['price > is old']],
    [
      'a whole group, with its hooks',
      withoutGroup,
      ['with the flag off > is the sum', 'with the flag off > and empty > is nothing'],
    ],
    [
      'the name of an import that only it used',
      put('price, oldPrice', 'price', withoutGroup),
      ['with the flag off > is the sum', 'with the flag off > and empty > is nothing'],
    ],
    [
      'a group of a group',
      cut("  describe('and empty'", "});\ntest('stays'"),
      ['with the flag off > and empty > is nothing'],
    ],
    ['a test case that stands alone', cut("test('stays'", 'for ('), ['stays']],
  ])('is %s', (_what, head, expected) => {
    expect(titles(head)).toEqual(expected);
  });

  it('names the line', () => {
    expect(compare(withoutOne)).toMatchObject({ cases: [{ path, line: 11 }] });
  });

  const goes = 'it goes or changes, and is no whole test case with a plain title';
  it.each<[string, string, string]>([
    ['nothing', base, 'it changes, and loses no test case'],
    ['a change of layout', put('  it(', '    it('), 'it changes, and loses no test case'],
    ['another assertion', put('price(cart), 4', 'price(cart), 5'), 'it is new, or not as it was'],
    [
      'one test less, and another assertion',
      put('price(cart), 4', 'true, true', withoutOne),
      'it is new, or not as it was',
    ],
    ['a test that is skipped', put("it('is new'", "it.skip('is new'"), 'it is new, or not as it was'],
    ['another value beside a test', put('[1, 2];', '[3];', withoutOne), goes],
    ['a new test', `${withoutOne}test('more', () => {});\n`, 'it is new, or not as it was'],
    [
      'tests in another order',
      `${cut("test('stays'", 'for (')}test('stays', () => {});\n`,
      'it is new, or not as it was',
    ],
    ['tests that a loop makes', base.slice(0, base.indexOf('for (')), goes],
    ['a test of such a loop', put('[1, 2]) test', '[1]) test'), goes],
    ['a declaration that is still used', cut('/* How', "describe('price'"), goes],
    ['an import that may act', put("import { price, oldPrice } from '../price.js';\n", '', withoutOne), goes],
    [
      'a comment that is new',
      put('// Off.', '// eslint-disable-next-line'),
      'a comment is new, or has moved',
    ],
    [
      'a group that is skipped from now on',
      put("describe('price', ", "describe('price', { skip: true }, ", withoutOne),
      goes,
    ],
    [
      'fewer names of another file',
      put("price, oldPrice } from '../price.js'", "price } from '../other.js'", withoutGroup),
      goes,
    ],
    ['fewer names, one of which is new', put('price, oldPrice }', 'other }', withoutGroup), goes],
    ['a hook of a group that stays', cut('  before(', '  const many'), goes],
  ])('is not whole: %s', (_what, head, why) => {
    expect(titles(head)).toBe(why);
  });

  it.each<[string, string]>([
    ['a title that is computed', "test('is ' + mode, () => check());\n"],
    ['a table', "test.each([1, 2])('is %s', (n) => check(n));\n"],
    ['a callback', "it('is', check);\n"],
    ['a runner of the project', "import { test } from '../support.js';\ntest('is', () => check());\n"],
    ['a runner with another name', "import { skip as test } from 'runner';\ntest('is', () => check());\n"],
    ['a test by another name', "const test = (name, run) => run();\ntest('is', () => check());\n"],
    ['a test that hides in a condition', "if (old) test('is', () => check());\n"],
    ['an export', "export const a = 1;\ntest('is', () => check());\n"],
    ['a group that does more', "describe('a', () => { test('is', () => check()); start(); });\n"],
    [
      'a group that makes tests',
      "describe('a', () => { test('is', () => check()); const all = [1].map((n) => it(n, check)); });\n",
    ],
  ])('is not whole: %s that goes', (_what, text) => {
    const stays =
      text.startsWith('import') || text.startsWith('const') ? text.slice(0, text.indexOf('\n') + 1) : '';
    expect(compare(`${stays}test2();\n`, `${text}test2();\n`).kind).toBe('other');
  });

  it('is not whole where an import gets another name for one that nothing uses', () => {
    const test = "import { a } from 'x';\ntest('is', () => a());\n";
    expect(compare("import { b } from 'x';\ngo();\n", `${test}go();\n`).kind).toBe('other');
  });

  it.each<[string, string]>([
    ['as a global', "test('is', () => check());\n"],
    ['of vitest', "import { test } from 'vitest';\ntest('is', () => check());\n"],
    ['of ava', "import test from 'ava';\ntest('is', (t) => t.pass());\n"],
    ['of tap', "import t from 'tap';\nt.test('is', (t) => t.end());\n"],
    ['of node:test, required', "const { test } = require('node:test');\ntest('is', () => check());\n"],
    ['of node:test, as a whole', "const test = require('node:test');\ntest('is', () => check());\n"],
    ['that is awaited', "await test('is', async () => check());\n"],
    ['of mocha, with a limit', "it('is', function () { check(); }, 100);\n"],
  ])('is a test %s', (_what, text) => {
    const at = text.lastIndexOf('\n', text.length - 2) + 1;
    expect(titles(`${text.slice(0, at)}go();\n`, `${text}go();\n`)).toEqual(['is']);
  });

  it('is a whole file, where it holds nothing but tests', () => {
    const all = base.slice(0, base.indexOf('for ('));
    expect(titles('', all)).toHaveLength(5);
    expect(titles('', base)).toBe('it goes too, and is no part of a whole test case');
    expect(titles('', `${all}start();\n`)).toBe('it goes too, and is no part of a whole test case');
  });

  it('is told of the first file that is not whole', () => {
    const pairs = [
      { path, base, head: withoutOne },
      { path: 'test/b.test.js', base, head: base },
    ];
    expect(removedTests(pairs, parseSource)).toMatchObject({ kind: 'other', path: 'test/b.test.js' });
  });
});
