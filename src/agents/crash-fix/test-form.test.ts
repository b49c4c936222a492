import { describe, expect, it } from 'vitest';
import { testOfCall } from './crash-test.ts';
import { formOf, modelTests } from './test-form.ts';

const call = { file: 'src/cart.js', steps: ['total'], args: [{ o: [['items', null]] }] } as const;
const signature = 'ab12'.repeat(16);
const esm = 'export function total(cart) {}\n';

/** The test that is written after a model, and where. */
function written(
  path: string,
  text: string,
  {
    manifest = {},
    subject = { call, isModule: false, text: '' },
  }: { manifest?: object; subject?: Parameters<typeof testOfCall>[1] } = {},
) {
  const form = formOf({ path, text }, JSON.stringify(manifest));
  const test = form && testOfCall(signature, subject, form);
  const [[where, code] = []] = [...(test?.files ?? [])];
  return { where, code, command: test?.command?.join(' ') };
}

const title = 'the call of crash ab12ab12ab12 ends without an error';

describe('a test of a call', () => {
  it('for node:test, beside its model and named as it is', () => {
    const model = "import { test } from 'node:test';\nimport { total } from '../src/cart.js';\n";
    const subject = { call, isModule: true, text: esm };
    expect(written('tests/cart.test.js', model, { subject })).toEqual({
      where: 'tests/cart-crash-ab12ab12ab12.test.js',
      code: `import { test } from "node:test";
import * as subject from "../src/cart.js";

test("${title}", async () => {
  await subject.total({ items: null });
});
`,
      command: 'node tests/cart-crash-ab12ab12ab12.test.js',
    });
    const older = written('tests/cart_test.cjs', "const { test } = require('node:test');\n");
    expect(older.where).toBe('tests/cart-crash-ab12ab12ab12_test.cjs');
    expect(older.code).toContain(
      'const { test } = require("node:test");\nconst subject = require("../src/cart.js");\n',
    );
  });

  it('for vitest in TypeScript, by the endings of its model', () => {
    const model = "import { expect, it } from 'vitest';\nimport { total } from './cart';\n";
    const subject = { call: { ...call, file: 'src/cart.ts' }, isModule: true, text: esm };
    const { where, code, command } = written('src/cart.spec.ts', model, { subject });
    expect(where).toBe('src/cart-crash-ab12ab12ab12.spec.ts');
    expect(code).toContain('import * as subject from "./cart";');
    expect(code).toContain(
      'await subject.total(...([{ items: null }] as unknown as Parameters<typeof subject.total>));',
    );
    expect(command).toContain('vitest run src/cart-crash-ab12ab12ab12.spec.ts');
  });

  it.each([
    [
      'mocha',
      "describe('cart', () => {\n  it('adds', () => {});\n});\n",
      { devDependencies: { mocha: '1', jest: '1' }, scripts: { test: 'mocha --exit' } },
      'it(',
    ],
    ['jest', "test('adds', () => {});\n", { devDependencies: { jest: '1' } }, 'test('],
    ['ava', "const test = require('ava');\ntest('adds', t => {});\n", {}, 't.notThrowsAsync'],
    ['tap', "const t = require('tap');\nt.test('adds', async t => {});\n", {}, 't.test('],
  ])('for %s', (runner, model, manifest, word) => {
    const { where, code, command } = written('test/cart.js', model, { manifest });
    expect(where).toBe('test/cart-crash-ab12ab12ab12.js');
    expect(code).toContain(word);
    expect(code).toContain('const subject = require("../src/cart.js");');
    expect(command).toMatch(runner === 'tap' ? /^node / : new RegExp(`^node_modules/.bin/${runner} `));
  });

  it('for jest, by what its tests import', () => {
    const model = "import { expect, it } from '@jest/globals';\nit('adds', () => {});\n";
    expect(written('test/cart.js', model).code).toContain('import { it, test } from "@jest/globals";');
  });

  it('calls what is exported: by default, by its name, or whole', () => {
    const model = "import { test } from 'node:test';\n";
    const said = (steps: readonly string[], isModule: boolean, text: string) =>
      written('t/a.test.mjs', model, { subject: { call: { ...call, steps, args: [] }, isModule, text } })
        .code;
    expect(said(['total'], true, 'export default { total() {} };')).toContain(
      'await subject.default.total();',
    );
    expect(said(['default'], true, 'export default () => {};')).toContain('await subject.default();');
    expect(said(['total'], true, 'const total = 1; export { total };')).toContain('await subject.total();');
    expect(said([], false, '')).toContain('await subject();');
    expect(said(['a b', "');x(('"], false, '')).toContain(`await subject["a b"]["');x(('"]();`);
  });

  it('is none where nobody can say how tests are written', () => {
    expect(written('test/cart.js', "describe('cart', () => {});\n").where).toBeUndefined();
    expect(
      written('test/cart.js', 'assert(1);\n', { manifest: { devDependencies: { mocha: '1' } } }).where,
    ).toBeUndefined();
    expect(formOf({ path: 'test/cart.js', text: "it('x', () => {});" }, '{')).toBeUndefined();
  });
});

it('takes after the tests of the file itself, then after those that are near', () => {
  const paths = [
    'src/cart.js',
    'test/fixtures/cart.test.js',
    'test/user.js',
    'src/user.test.js',
    'e2e/tests/cart.test.js',
    'vitest.config.js',
    'test/README.md',
  ];
  expect(modelTests(paths, 'src/cart.js')).toEqual([
    'e2e/tests/cart.test.js',
    'src/user.test.js',
    'test/user.js',
  ]);
});
