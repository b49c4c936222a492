import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChildFixMaker } from '../../adapters/fix-maker/child-fix-maker.ts';
import { parseSource } from '../../adapters/prover/parse.ts';
import type { CandidateQuestion } from '../../domain/crash-fix.ts';
import { candidatesFor } from './candidates.ts';

const parse = (path: string, text: string) => parseSource(path, text).program;
const missing = { errorType: 'TypeError', message: "Cannot read properties of undefined (reading 'name')" };
const wrong = { errorType: 'AssertionError', message: 'expected 1 to equal 2' };

function edits(text: string, line: number, error: Pick<CandidateQuestion, 'errorType' | 'message'>) {
  const place = { file: 'a.js', line };
  return candidatesFor({ place, text, ...error }, parse).map((one) => [
    one.name,
    one.text
      .split('\n')
      .slice(line - 1, line + 1)
      .join('\n')
      .trim(),
  ]);
}

describe('candidatesFor', () => {
  it.each<[string, string, number, string, string]>([
    ['optional-chain', 'f(user.name);', 1, 'f(user?.name);', 'plain'],
    ['optional-chain', 'f(user[key]);', 1, 'f(user?.[key]);', 'computed'],
    ['optional-call', 'user.name();', 1, 'user.name?.();', 'call'],
    ['early-return', 'function f(u) {\n  g(u.name);\n}', 2, 'if (u == null) return;\n  g(u.name);', 'return'],
    ['default-value', 'g(u.name);', 1, 'g((u ?? {}).name);', 'default'],
    ['array-guard', 'g(u.map(f));', 1, 'g((Array.isArray(u) ? u : []).map(f));', 'array'],
    ['missing-await', 'async function f() {\n  g(h());\n}', 2, 'g((await h()));\n}', 'await'],
    [
      'guarded-parse',
      'const a = JSON.parse(text);',
      1,
      'const a = (() => { try { return JSON.parse(text); } catch { return undefined; } })();',
      'parse',
    ],
  ])('knows %s of %s', (name, text, line, expected) => {
    expect(edits(text, line, missing)).toContainEqual([name, expected]);
  });

  it.each<[string, string, string]>([
    ['condition', 'if (a && b) go();', 'if (a) go();'],
    ['condition', 'if (a < b) go();', 'if (a <= b) go();'],
    ['condition', 'if (a) go(b);', 'if (!(a)) go(b);'],
    ['condition', 'if (a) go(b);', 'if (a && b) go(b);'],
    ['assigned-value', 'a = b; go(c);', 'a = b || c; go(c);'],
    ['call-arguments', 'go(a, b);', 'go(b, a);'],
    ['call-arguments', 'go(a, b);', 'go(a);'],
    ['literal', 'go(1);', 'go(2);'],
    ['removal', 'go(1); go(2);', 'go(2);'],
    [
      'wider-comparison',
      "if (a === 'x' || b === 'y') go(c);",
      "if ((a === 'x' || a === 'y') || b === 'y') go(c);",
    ],
    ['wider-comparison', 'if (a !== 1 && b !== 2) go(c);', 'if ((a !== 1 && a !== 2) && b !== 2) go(c);'],
    ['same-predicate', 'if (is(a)) go(a.d);', 'if ((is(a) || is(a.d))) go(a.d);'],
    ['added-argument', 'go(a);', 'go(a, 0);'],
    ['name-throughout', 'go(a); go(a + c);', 'go(b); go(b + c);'],
    ['pattern', 'go(/^a.b+$/);', 'go(/^a\\.b+$/);'],
    ['pattern', 'go(/^a.b+$/);', 'go(/^a.b+$/i);'],
    ['pattern', 'go(/^a.b+$/);', 'go(/^a.b*$/);'],
    ['not-of-empty', 'var d = go(a);', 'var d = a.length > 0 ? go(a) : false;'],
    ['unwrapped', 'if (a) go(b);', 'go(b);'],
    ['missing-else', 'if (a) return 1;', 'if (a) return 1; else return 1;'],
    ['moved', 'go(a); go(b);', 'go(b); go(a);'],
  ])('knows %s of %s', (name, text, expected) => {
    const body = `function f(a, b, c) {\n${text}\n}`;
    expect(edits(body, 2, wrong)).toContainEqual([name, `${expected}\n}`]);
  });

  /** The whole text after each edit of this name. */
  const whole = (text: string, line: number, name: string) =>
    candidatesFor({ place: { file: 'a.js', line }, text, ...missing }, parse)
      .filter((one) => one.name === name)
      .map((one) => one.text);

  it('puts a guard around a statement, and around all that needs what it declares', () => {
    const text = 'function f(a) {\n  go(a.b);\n  const c = a.d;\n  go(c);\n}\n';
    expect(whole(text, 2, 'guarded-block')).toContain(
      'function f(a) {\n  if (a != null) {\n    go(a.b);\n  }\n  const c = a.d;\n  go(c);\n}\n',
    );
    expect(whole(text, 3, 'guarded-block')).toEqual([
      'function f(a) {\n  go(a.b);\n  if (a != null) {\n    const c = a.d;\n    go(c);\n  }\n}\n',
    ]);
  });

  it('skips a turn of a loop, and gives a parameter a default', () => {
    const text = 'function f(list, a) {\n  for (const one of list) {\n    go(one.b, a.c);\n  }\n}\n';
    expect(whole(text, 3, 'skip')[0]).toContain('    if (one == null) continue;\n    go(one.b');
    expect(whole(text, 3, 'default-parameter')[0]).toContain('    if (a == null) a = {};\n    go(one.b');
    // A loop around the function is none of its own.
    expect(whole('for (;;) {\n  list.map((a) => {\n    a.b();\n  });\n}', 3, 'skip')).toEqual([]);
    expect(whole('function f(a) {\n  go(a);\n}', 2, 'early-return')[0]).toContain('if (a == null) return;\n');
  });

  it('moves statements into the branch that follows', () => {
    const text =
      'function f(a) {\n  var c = a.d;\n  if (c) return 1;\n\n  if (a.length) {\n    go(c);\n  }\n}\n';
    expect(whole(text, 3, 'moved')).toContain(
      'function f(a) {\n  if (a.length) {\n    var c = a.d;\n    if (c) return 1;\n    go(c);\n  }\n}\n',
    );
  });

  it('takes a whole line away with the statement', () => {
    expect(whole('f();\n  go(1);\nh();\n', 2, 'removal')).toEqual(['f();\nh();\n']);
    expect(whole('if (a)\n  go(1);\n', 2, 'removal')).toEqual(['if (a)\n  ;\n']);
  });

  it('leaves alone what an edit would break', () => {
    const names = (text: string, line = 1) => edits(text, line, missing).map(([, to]) => to);
    expect(names('a.b = 1;')).not.toContain('a?.b = 1;');
    expect(names('new a.B();')).not.toContain('new a?.B();');
    expect(names('if (x)\n  g(x.y);', 2).filter((to) => to?.includes('return'))).toEqual([]);
    // An early return of the module itself is none.
    expect(names('g(x.y);').filter((to) => to?.includes('return'))).toEqual([]);
  });

  it('puts first what the engine says was asked for', () => {
    const [first] = edits('f(a.b, user.name);', 1, missing);
    expect(first).toEqual(['optional-chain', 'f(a.b, user?.name);']);
  });

  it('answers different programs that parse, all of the place’s file', () => {
    const words = fc.constantFrom(
      'a',
      'b',
      'a.b',
      'f(a)',
      'a[0]',
      '(a && b)',
      '`x`',
      'x => x.y',
      '[a, ...b]',
    );
    const lines = fc.constantFrom(
      (e: string) => `if (${e}) g(${e});`,
      (e: string) => `const z = ${e};`,
      (e: string) => `for (const q of ${e}) g(q);`,
      (e: string) => `return ${e}`,
      (e: string) => `g(${e}, 1)`,
    );
    fc.assert(
      fc.property(lines, words, fc.boolean(), (line, word, isMissing) => {
        const text = `function t(a, b) {\n  ${line(word)}\n}\n`;
        const error = isMissing ? missing : wrong;
        const found = candidatesFor({ place: { file: 'a.js', line: 2 }, text, ...error }, parse);
        expect(found.length).toBeGreaterThan(0);
        expect(new Set(found.map((one) => one.text)).size).toBe(found.length);
        for (const one of found) {
          expect(one).toMatchObject({ file: 'a.js', line: 2 });
          expect(one.text).not.toBe(text);
          parse('a.js', one.text);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds nothing where no statement is', () => {
    expect(edits('f();\n\n\n', 3, missing)).toEqual([]);
    expect(edits('f();', 40, missing)).toEqual([]);
  });
});

describe('ChildFixMaker', () => {
  const question = (text: string) => ({ place: { file: 'a.js', line: 1 }, text, ...missing });

  it('survives hostile text', async () => {
    const maker = new ChildFixMaker();
    expect((await maker.candidates(question('f(user.name);')))?.[0]).toMatchObject({
      text: 'f(user?.name);',
    });
    expect(await maker.candidates(question('f('))).toBeUndefined();
    const deep = await maker.candidates(question(`${'['.repeat(100_000)}${']'.repeat(100_000)};`));
    expect(deep ?? []).toEqual([]);
  });
});
