import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestEdits, tricksIn } from './edits.ts';
import { tokensOf } from './tokens.ts';

const edit = (base: string, head: string, path = 'test/x.test.js', suite: string[] = []): TestEdits => ({
  changed: [{ path, base, head }],
  suite: suite.map((text, at) => ({ path: `test/${at}.test.js`, text })),
  unread: [],
});
const codes = (edits: TestEdits) => tricksIn(edits).map(({ code }) => code);
const base =
  "test('a', () => {\n  const got = f('x');\n  expect(got).toBe('y');\n  expect(g(got)).toBe(7);\n});\n";

const tricks: readonly (readonly [string, (text: string) => string, string])[] = [
  ['.only', (text) => text.replace('test(', 'test.only('), 'tests.only'],
  ["['only']", (text) => text.replace('test(', "test['only']("), 'tests.only'],
  ['only after a line end', (text) => text.replace('test(', 'test\n  ./* x */only('), 'tests.only'],
  ['fit', (text) => text.replace('test(', 'fit('), 'tests.only'],
  ['only: true', (text) => text.replace("'a', ", "'a', { only: true }, "), 'tests.only'],
  ['.skip', (text) => text.replace('test(', 'test.skip('), 'tests.newly-skipped'],
  ['.skipIf', (text) => text.replace('test(', 'test.skipIf(true)('), 'tests.newly-skipped'],
  ['.todo', (text) => text.replace('test(', 'test.todo('), 'tests.newly-skipped'],
  ['xit', (text) => text.replace('test(', 'xit('), 'tests.newly-skipped'],
  ['xdescribe', (text) => `xdescribe('s', () => {${text}});`, 'tests.newly-skipped'],
  ['skip: a reason', (text) => text.replace("'a', ", "'a', { skip: 'later' }, "), 'tests.newly-skipped'],
  ['return', (text) => text.replace('  expect(got)', '  return;\n  expect(got)'), 'tests.newly-skipped'],
  [
    'return on a condition',
    (text) => text.replace('  expect(got)', '  if (process.env.CI) return\n  expect(got)'),
    'tests.newly-skipped',
  ],
  ['process.exit(0)', (text) => `${text}process.exit(0);`, 'tests.exit-zero'],
  ["process['exit']()", (text) => `${text}process['exit']();`, 'tests.exit-zero'],
  ['process.exitCode = 0', (text) => `${text}process.exitCode = 0;`, 'tests.exit-zero'],
  ['in a template', (text) => `${text}x = \`a \${{ a: process.exit() }} b\`;`, 'tests.exit-zero'],
  ['an assertion less', (text) => text.replace(/.*toBe\(7\).*\n/, ''), 'tests.fewer-assertions'],
  [
    'an assertion in a comment',
    (text) => text.replace('  expect(g', '  // expect(g'),
    'tests.fewer-assertions',
  ],
  [
    'an assertion on nothing',
    (text) => text.replace('expect(got)', 'expect(true)'),
    'tests.fewer-assertions',
  ],
  ['no file', () => '', 'tests.fewer-assertions'],
  ['a mock', (text) => `vi.mock('../src/f.js');\n${text}`, 'tests.mocks-own-code'],
];

describe('tricksIn', () => {
  it.each(tricks)('finds %s', (_what, change, code) => {
    expect(codes(edit(base, change(base)))).toContain(code);
    expect(codes(edit(change(base), change(base)))).toEqual([]);
  });

  it.each([
    ['more tests', `${base}${base}`],
    [
      'words in strings and comments',
      `${base}// it.skip( process.exit(0)\nconst s = 'test.only(';\n/* xit( */`,
    ],
    ['a pattern', `${base}const p = /test.only\\(/;`],
    [
      'a value that is returned',
      base.replace('  expect(got)', '  const h = () => { return 1; };\n  expect(got)'),
    ],
    ['a failing exit', `${base}process.exit(1);`],
    ['a mock of a package', `vi.mock('left-pad');\n${base}`],
    ['skip: false', base.replace("'a', ", "'a', { skip: false }, ")],
  ])('lets %s be', (_what, head) => {
    expect(codes(edit(base, head))).toEqual([]);
  });

  it('names the line', () => {
    expect(tricksIn(edit(base, `${base}\n\nit.only('b');`))).toMatchObject([
      { path: 'test/x.test.js', line: 8, code: 'tests.only' },
    ]);
  });

  it('finds timeouts that grow tenfold', () => {
    expect(codes(edit('x({ timeout: 500 })', 'x({ timeout: 5_000 })'))).toEqual(['tests.timeout-raised']);
    expect(codes(edit('x({ timeout: 500 })', 'x({ timeout: 1000 })'))).toEqual([]);
  });

  it('tells a snapshot that is rewritten from one that is added', () => {
    const snap = 'exports[`a 1`] = `\n"one"\n`;\n';
    const path = 'test/__snapshots__/x.snap';
    expect(codes(edit(snap, snap.replace('one', 'two'), path))).toEqual(['tests.snapshot-rewritten']);
    expect(codes(edit(snap, '', path))).toEqual(['tests.snapshot-rewritten']);
    expect(codes(edit(snap, `${snap}\nexports[\`b 1\`] = \`2\`;\n`, path))).toEqual([]);
    const inline = (text: string) => `expect(x).toMatchInlineSnapshot(\`${text}\`)`;
    expect(codes(edit(inline('a'), inline('b')))).toEqual(['tests.snapshot-rewritten']);
    expect(codes(edit(inline('a\n  b'), inline('a\n    b')))).toEqual([]);
  });

  it('finds scripts that succeed whatever happens', () => {
    const manifest = (script: string) => JSON.stringify({ scripts: { test: script } }, null, 2);
    const to = (script: string) => codes(edit(manifest('vitest run'), manifest(script), 'package.json'));
    expect(to('vitest run || true')).toEqual(['tests.exit-zero']);
    expect(to('vitest run -u')).toEqual(['tests.exit-zero']);
    expect(to('vitest run --passWithNoTests')).toEqual(['tests.exit-zero']);
    expect(to('vitest run --coverage')).toEqual([]);
  });

  it('names what was too large to read', () => {
    expect(codes({ changed: [], suite: [], unread: ['test/a.js'] })).toEqual(['tests.not-read']);
  });
});

describe('a hard-coded result', () => {
  const source = (body: string) =>
    codes(edit('', `export function f(a) { ${body} return a; }`, 'src/f.js', [base]));
  it.each([
    "if (a === 'x') return 'y';",
    'if ("x" == a) { return "y"; }',
    "return a === 'x' ? 'y' : a;",
    "switch (a) { case 'x': return 'y'; }",
    'if (a === `x`) return `y`;',
  ])('%s', (body) => {
    expect(source(body)).toEqual(['tests.hard-coded']);
  });

  it.each(["if (a === 'x') return 'z';", "if (a === 'other') return 'y';", "if (a !== 'x') return 'y';"])(
    'is not %s',
    (body) => {
      expect(source(body)).toEqual([]);
    },
  );

  it('is not what the base answered already', () => {
    const text = "if (a === 'x') return 'y';";
    expect(codes(edit(text, `${text}\n`, 'src/f.js', [base]))).toEqual([]);
  });
});

describe('for any text', () => {
  const piece = fc.constantFrom(
    '`',
    '${',
    '}',
    '{',
    '"',
    "'",
    '/',
    '*',
    '\\',
    '\n',
    '[',
    '(',
    ')',
    '.',
    'only',
    'expect(',
    'return',
    '=',
    '0',
    '\u2028',
    '\ud800',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
  );

  it('never throws', () => {
    const path = fc.constantFrom('test/x.test.js', 'src/x.js', 'a.snap', 'package.json');
    fc.assert(
      fc.property(text, text, path, (before, after, at) => {
        expect(Array.isArray(tricksIn(edit(before, after, at, [before])))).toBe(true);
      }),
    );
  });

  it('finds a trick beside any harmless text as without it', () => {
    const harmless = fc.constantFrom(
      "f('x');\n",
      '// it.skip\n',
      `const a = \`b \${c} d\`;\n`,
      'let r = /[/"]/g;\n',
      '"\\"";\n',
    );
    fc.assert(
      fc.property(fc.array(harmless), fc.constantFrom(...tricks), (lines, [, change, code]) => {
        const before = lines.join('') + base;
        expect(codes(edit(before, lines.join('') + change(base)))).toContain(code);
      }),
    );
  });

  it.each(['=/[', '`${', '(', '"', '/*', '\\', 'a', '`', 'expect(', 'return;'])(
    'ends for %s two hundred thousand times',
    (unit) => {
      // What takes the square of it would not end within the limit of a test.
      const text = unit.repeat(200_000 / unit.length);
      expect(tokensOf(text).length).toBeGreaterThanOrEqual(0);
      tricksIn(edit('', text));
    },
  );
});
