import { describe, expect, it } from 'vitest';
import { ChildSyntaxComparer } from './child-syntax-comparer.ts';

const comparer = new ChildSyntaxComparer();
const pair = (path: string, base: string, head: string) => ({ path, base, head });

describe('ChildSyntaxComparer', () => {
  it('answers nothing when asked nothing', async () => {
    expect((await comparer.compare([])).size).toBe(0);
  });

  it.each<[string, string, string, string, boolean]>([
    ['layout', 'a.js', 'f(1,2)', 'f(\n  1,\n  2,\n);\n', true],
    ['quotes and brackets', 'a.js', 'x = ("a");', "x = 'a';", true],
    ['an ordinary comment', 'a.js', 'f();', '// why\nf();', true],
    ['types', 'a.ts', 'const a:number=1', 'const a: number = 1;', true],
    ['a value', 'a.js', 'f(1)', 'f(2)', false],
    ['a name', 'a.js', 'f(1)', 'g(1)', false],
    ['a regular expression', 'a.js', '/a/.test(x)', '/a/i.test(x)', false],
    ['a type', 'a.ts', 'const a: number = 1', 'const a: any = 1', false],
    ['a comment that tools obey', 'a.ts', 'f();', '// @ts-ignore\nf();', false],
    ['such a comment elsewhere', 'a.ts', '// @ts-ignore\nf();\ng();', 'f();\n// @ts-ignore\ng();', false],
    ['text that does not parse', 'a.js', 'f(', 'f(', false],
  ])('%s', async (_what, path, base, head, same) => {
    expect((await comparer.compare([pair(path, base, head)])).get(path)?.same).toBe(same);
  });

  it('answers nothing when the text ends the process that parses it', async () => {
    const deep = `x = ${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const answers = await comparer.compare([pair('deep.js', deep, deep), pair('a.js', '1', '1')]);
    expect(answers.get('deep.js')?.same).not.toBe(true);
  });

  it('answers nothing when it takes too long', async () => {
    const hurried = new ChildSyntaxComparer({ timeoutMs: 1 });
    expect((await hurried.compare([pair('a.js', '1', '1')])).size).toBe(0);
  });

  it('takes any path for data', async () => {
    const path = '__proto__';
    expect([...(await comparer.compare([pair(path, '1', '1')])).keys()]).toEqual([path]);
  });
});

describe('faults', () => {
  it.each<[string, string, string, boolean]>([
    ['a program', 'a.js', 'const a = await f();\nreturn a;', true],
    ['with types', 'a.js', 'const a: string = f<string>(1);', true],
    ['elements', 'a.jsx', '<App on={1} />', true],
    ['members', 'a.js', 'a: 1,\nb() {}', true],
    ['something left out', 'a.js', 'f(() => { ... });', true],
    ['a program that is not finished', 'a.js', 'f(() => {', false],
    ['types that are wrong', 'a.ts', 'const a: = 1;', false],
    ['JSON', 'a.json', '{"a": [1, 2]}', true],
    ['JSON with comments', 'a.json', '{\n  // why\n  "a": 1,\n}', true],
    ['members of JSON', 'a.json', '"a": 1,\n"b": 2', true],
    ['JSON that is cut off', 'a.json', '{"a": [1, 2}', false],
    ['YAML', 'a.yaml', 'a: 1\n---\nb: [1]', true],
    ['YAML that is wrong', 'a.yaml', 'a: [1\nb: 2', false],
  ])('%s', async (_what, path, text, isRight) => {
    const answers = await comparer.faults([{ id: 'x', path, text }]);
    expect(answers.has('x')).toBe(true);
    expect(answers.get('x') === null).toBe(isRight);
  });

  it('gives no answer for what it does not know, or what ends its reader', async () => {
    const deep = `x = ${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const asked = [
      { id: 'a', path: 'a.py', text: 'x' },
      { id: 'b', path: 'b.js', text: deep },
    ];
    const answers = await comparer.faults(asked);
    expect(answers.has('a')).toBe(false);
    expect(answers.get('b')).not.toBe(null);
  });
});
