import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSyntax } from './compare-syntax.ts';

const judge = (base: string, head: string, path = 'a.mjs') => {
  const found = compareSyntax(path, base, head);
  const again = compareSyntax(path, head, base);
  expect(again.same).toBe(found.same);
  return found.same ? (found.forms ?? []).join(' ') : 'differs';
};

describe('what no program can tell', () => {
  it.each<[string, string, string]>([
    ['prefer-const', 'export let a = 1;', 'export const a = 1;'],
    ['prefer-const', 'for (let a of b) f(a);', 'for (const a of b) f(a);'],
    ['prefer-const', 'let { a, ...b } = c; f(a, b);', 'const { a, ...b } = c; f(a, b);'],
    ['one-var', 'const a = f(), b = g(); h(a, b);', 'const a = f(); const b = g(); h(a, b);'],
    ['template-to-string', 'f(`a\\n`);', "f('a\\n');"],
    ['dot-notation', "a['b'].c();", 'a.b.c();'],
    ['quoted-key', "f({ 'a': 1 }); class B { 'c'() {} }", 'f({ a: 1 }); class B { c() {} }'],
    ['object-shorthand', 'const { a: a } = f({ b: b });', 'const { a } = f({ b });'],
    ['arrow-body', 'f(() => { return { a: 1 }; });', 'f(() => ({ a: 1 }));'],
    ['curly', 'if (a) b(); else if (c) d();', 'if (a) { b(); } else { if (c) { d(); } }'],
    ['curly', 'while (a());', 'while (a()) {}'],
    ['empty-statement', 'a();;', 'a();'],
    ['extra-boolean-cast', 'if (!!a) b();', 'if (a) b();'],
    ['sort-imports', "import { b, a } from 'x'; f(a, b);", "import { a, b } from 'x'; f(a, b);"],
    ['unused-import', "import { a, b } from 'x'; f(a);", "import { a } from 'x'; f(a);"],
    ['unused-import', "import a from 'x';", "import 'x';"],
    ['unused-variable', 'const a = () => b(); f();', 'f();'],
    ['unused-variable', 'function a() { return b(); } f();', 'f();'],
    ['unused-catch-binding', 'try { a(); } catch (b) { c(); }', 'try { a(); } catch { c(); }'],
    ['use-strict-in-module', "'use strict'; export const a = 1;", 'export const a = 1;'],
  ])('%s', (form, base, head) => {
    const module = (text: string) => (text.includes('export') ? text : `${text}\nexport {};`);
    expect(judge(module(base), module(head))).toContain(form === 'sort-imports' ? 'sort-' : form);
  });

  it('sorts imports of types alone', () => {
    const [a, b] = ["import type { A } from 'a';", "import type { B } from 'b';"];
    expect(judge(`${a}${b} export {};`, `${b}${a} export {};`, 'a.ts')).not.toBe('differs');
  });
});

describe('what a program can tell', () => {
  it.each<[string, string, string]>([
    ['the order of modules', "import 'a'; import 'b';", "import 'b'; import 'a';"],
    ['an import that is gone', "import { a } from 'x'; export {};", 'export {};'],
    ['a name that is assigned', 'let a = 1; a = 2; export {};', 'const a = 1; a = 2; export {};'],
    ['a name that a pattern assigns', 'let a = 1; [a] = b; export {};', 'const a = 1; [a] = b; export {};'],
    [
      'a name that eval may assign',
      "let a = 1; eval('a = 2'); export {};",
      "const a = 1; eval('a = 2'); export {};",
    ],
    [
      'hoisting',
      'f(); var a = 1; function f() { a; } export {};',
      'f(); let a = 1; function f() { a; } export {};',
    ],
    ['== null', 'if (a == null) b();', 'if (a === null) b();'],
    ['a tagged template', 'a`b`;', "a('b');"],
    ['a tag that sees how it is written', 'a`\\u0061`;', 'a`a`;'],
    ['a prototype', 'a = { __proto__: __proto__ };', 'a = { __proto__ };'],
    ['a prototype that is quoted', "a = { ['__proto__']: b };", 'a = { __proto__: b };'],
    ['a method', 'a = { b: function () {} };', 'a = { b() {} };'],
    ['an effect without a name', 'const a = f(); export {};', 'export {};'],
    ['a name of every script', 'let a = 1; f(a);', 'const a = 1; f(a);'],
    ['a function of every script', 'function a() {} f();', 'f();'],
    ['strictness of a script', "'use strict'; a();", 'a();'],
    ['a declaration in a branch', 'if (a) { let b = 1; }', 'if (a) { }'],
    ['truth that is answered', 'export const a = !!b;', 'export const a = b;'],
    ['a string that begins a script', '`use strict`; a();', "'use strict'; a();"],
    ['an answer', 'f(() => { a; });', 'f(() => a);'],
  ])('%s', (_what, base, head) => {
    expect(judge(base, head, 'a.js')).toBe('differs');
  });

  it('keeps imports that JSX or TypeScript may use unseen', () => {
    const jsx = "import React from 'react'; export const a = <b />;";
    expect(judge(jsx, jsx.replace('React from ', ''), 'a.jsx')).toBe('differs');
    expect(judge("import { a } from 'x'; export {};", "import 'x'; export {};", 'a.ts')).toBe('differs');
    const space = (kind: string) => `namespace A { export ${kind} b = 1; } export {};`;
    expect(judge(space('let'), space('const'), 'a.ts')).toBe('differs');
  });

  it('does not let a comment that tools obey move to another node', () => {
    const [a, b] = ["import type { A } from 'a';", "import type { B } from 'b';"];
    const base = `// @ts-ignore\n${a}\n${b}\nexport {};`;
    expect(judge(base, `// @ts-ignore\n${b}\n${a}\nexport {};`, 'a.ts')).toBe('differs');
  });

  it('says where', () => {
    const found = compareSyntax('a.js', 'a();\nb();\nc();', 'a();\nb();\nd();');
    expect(found).toEqual({ same: false, why: 'its syntax tree differs at line 3' });
  });
});

/** Each slot's ways of writing, some of which do the same. */
const slots: readonly (readonly string[])[] = [
  ['let x = 1;', 'const x = 1;', 'var x = 1;', 'let x = 1, y = 2;', "const x = '1';", 'const x = `1`;'],
  [
    '',
    'x = 2;',
    'try { x = 2; } catch (e) { log(1); }',
    'try { x = 2; } catch { log(1); }',
    'const u = () => log(2);',
  ],
  ['log(x);', 'if (x) log(x);', 'if (!!x) { log(x); }', 'log(!!x);', 'log(typeof y);'],
  ['f({ x: x });', 'f({ x });', "f({ 'x': x });", "f({ ['x']: x });", 'f({ __proto__: x });'],
  ['log((() => x)());', 'log((() => { return x; })());', 'log((() => { x; })());'],
  ["log([3]['length']);", 'log([3].length);', "log([3]['l' + 'ength']);"],
  [
    'for (let i of [1]) log(i);',
    'for (const i of [1]) { log(i); }',
    'for (var i of [1]) log(i);',
    'for (let i of [1]) { i = 4; log(i); }',
  ],
];

function run(text: string): string {
  const logged: string[] = [];
  const log = (...all: unknown[]) => logged.push(JSON.stringify(all) ?? '');
  const f = (value: object) => log(Object.keys(value), Object.getPrototypeOf(value) === null);
  try {
    runInContext(`(function (module, exports, require) {${text}\n})`, createContext({ log, f }))(
      {},
      {},
      () => ({}),
    );
  } catch (error) {
    logged.push(error instanceof Error ? error.name : 'thrown');
  }
  return logged.join('\n');
}

it('never calls the same what runs differently', () => {
  const program = fc.tuple(...slots.map((slot) => fc.constantFrom(...slot)));
  // Most of the second program is the first: otherwise no two would ever be called the same.
  const twist = fc.tuple(fc.nat(slots.length - 1), fc.nat(), fc.nat(slots.length - 1), fc.nat());
  let same = 0;
  fc.assert(
    fc.property(program, twist, (base, [one, by, other, also]) => {
      const head = [...base];
      head[one] = slots[one]?.[by % (slots[one]?.length ?? 1)] ?? '';
      head[other] = slots[other]?.[also % (slots[other]?.length ?? 1)] ?? '';
      const texts = [base, head].map((each) => `${each.join('\n')}\nmodule.exports = 1;`);
      const [before = '', after = ''] = texts;
      if (judge(before, after, 'a.cjs') === 'differs') return;
      same += before === after ? 0 : 1;
      expect(run(after)).toBe(run(before));
    }),
    { numRuns: 1500 },
  );
  expect(same).toBeGreaterThan(20);
});
