import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSource } from '../../../adapters/prover/parse.ts';
import { removedTests } from '../../../flag-off/off-tests/removed-tests.ts';
import { removeTests } from './remove-tests.ts';

const parsers = {
  parse: (path: string, text: string) => parseSource(path, text).program,
  parseWritten: (path: string, text: string) => parseSource(path, text, { preserveParens: true }).program,
};
const path = 'test/price.test.js';
const text = `import { strictEqual } from 'node:assert';
import { describe, it, test } from 'node:test';
import { switchOn } from '../flags.js';
import { price, rest } from '../price.js';

const old = (n) => n;
const kept = (n) => n;

describe('price', () => {
  // Before everybody has it.
  it('is old', () => strictEqual(price(1), old(1)));

  it('is new', () => {
    switchOn('new');
    strictEqual(price(kept(1)), 2);
  });
});

describe('off', () => {
  test('rests', () => strictEqual(rest(), 0));
});

test('stays', () => strictEqual(price(2), 4));
`;
const report: readonly string[] = ['price > is old', 'price > is new', 'off > rests', 'stays'];
const remove = (failing: readonly string[], from = text, all = report) =>
  removeTests({ files: [{ path, text: from }], report: all, failing }, parsers);
const left = (...asked: Parameters<typeof remove>) => {
  const answer = remove(...asked);
  return answer.kind === 'removed' ? answer.files[0]?.text : answer.why;
};

describe('removeTests', () => {
  it('takes out the tests, groups that are left empty, and what only they used', () => {
    expect(left(['price > is old', 'off > rests'])).toBe(`import { strictEqual } from 'node:assert';
import { describe, it, test } from 'node:test';
import { switchOn } from '../flags.js';
import { price } from '../price.js';

const kept = (n) => n;

describe('price', () => {
  it('is new', () => {
    switchOn('new');
    strictEqual(price(kept(1)), 2);
  });
});

test('stays', () => strictEqual(price(2), 4));
`);
  });

  it('leaves nothing of a file that held nothing else', () => {
    expect(left(report)).toBe('');
  });

  it('leaves the tests of a loop beside it', () => {
    const loop = "for (const n of ['1', '2']) it(n, () => {});\n";
    const group = `describe('g', () => {\n  it('a', () => {});\n  ${loop}});\n`;
    const without = `describe('g', () => {\n  ${loop}});\n`;
    expect(left(['a'], `it('a', () => {});\n${loop}`, ['a', '1', '2'])).toBe(loop);
    expect(left(['g > a'], group, ['g > a', 'g > 1'])).toBe(without);
  });

  it('leaves other files alone', () => {
    const files = [
      { path, text },
      { path: 'test/b.test.js', text: "test('more', () => {});\n" },
    ];
    const answer = removeTests({ files, report: [...report, 'more'], failing: ['more'] }, parsers);
    expect(answer).toEqual({ kind: 'removed', files: [{ path: 'test/b.test.js', text: '' }] });
  });

  it.each<[string, readonly string[], string, readonly string[], RegExp]>([
    ['a test that is not found', ['gone'], text, [...report, 'gone'], /"gone" is not found/],
    ['a name that the report has twice', ['stays'], text, [...report, 'stays'], /"stays" is not found/],
    [
      'a name that two files have',
      ['stays'],
      `${text}test('stays', () => {});\n`,
      report,
      /stands in the code 2 times/,
    ],
    [
      'a test of a loop',
      ['of 1'],
      "for (const n of [1]) test('of 1', () => {});\n",
      ['of 1'],
      /"of 1" is not found/,
    ],
    ['a table', ['of 1'], "it.each([1])('of %s', () => {});\n", ['of 1'], /"of 1" is not found/],
    ['a file that does more', report, `${text}start();\n`, report, /no test would be left in it/],
    [
      'a group that does more',
      ['g > a'],
      "describe('g', () => { start(); it('a', () => {}); });\nit('b', () => {});\n",
      ['g > a', 'b'],
      /the group "g" would be left without a test/,
    ],
  ])('cannot take out %s', (_what, failing, from, all, why) => {
    expect(left(failing, from, all)).toMatch(why);
  });

  it('makes what the comparison takes for whole test cases, and for these', () => {
    const title = fc.stringMatching(/^[a-z]$/);
    const { suite } = fc.letrec<{ suite: Tests; member: Tests[number] }>((tie) => ({
      suite: fc.uniqueArray(tie('member'), { maxLength: 4, selector: ({ title: name }) => name }),
      member: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'groups' },
        fc.record({ title, helper: fc.nat(3), inner: fc.constant(undefined) }),
        fc.record({ title, helper: fc.nat(3), inner: tie('suite') }),
      ),
    }));
    fc.assert(
      fc.property(suite, fc.infiniteStream(fc.boolean()), (tests, coins) => {
        const written = fileOf(tests);
        const names = namesOf(tests);
        const failing = names.filter(() => coins.next().value === true);
        const answer = remove(failing, written, names);
        if (answer.kind !== 'removed') throw new Error(answer.why);
        expect(answer.files).toHaveLength(failing.length === 0 ? 0 : 1);
        const pairs = answer.files.map((file) => ({ path, base: written, head: file.text }));
        const found = removedTests(pairs, parseSource);
        if (found.kind !== 'whole')
          throw new Error(`${found.line}: ${found.why}\n${written}\n->\n${pairs[0]?.head}`);
        expect(found.cases.map(({ titles }) => titles.join(' > '))).toEqual(failing);
      }),
    );
  });
});

type Tests = readonly {
  readonly title: string;
  readonly helper: number;
  readonly inner: Tests | undefined;
}[];

function fileOf(tests: Tests): string {
  const helpers = [0, 1, 2, 3].map((n) => `/** ${n} */\nconst h${n} = () => ${n};\n`).join('');
  return `import { p0, p1, p2, p3 } from '../p.js';\n\n${helpers}\n${written(tests, '')}`;
}

function written(tests: Tests, indent: string): string {
  return tests
    .map(({ title, helper, inner }) =>
      inner === undefined
        ? `${indent}// ${title}\n${indent}it('${title}', () => h${helper}(p${helper}()));\n`
        : `${indent}describe('${title}', () => {\n${written(inner, `${indent}  `)}${indent}});\n`,
    )
    .join('\n');
}

function namesOf(tests: Tests): readonly string[] {
  return tests.flatMap(({ title, inner }) =>
    inner === undefined ? [title] : namesOf(inner).map((name) => `${title} > ${name}`),
  );
}
