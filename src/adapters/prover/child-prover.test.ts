import { describe, expect, it } from 'vitest';
import type { CriticalState } from '../../domain/proof.ts';
import { proofCases } from '../../testing/proof-cases.ts';
import { ChildProver } from './child-prover.ts';

const prover = new ChildProver({ effort: 4_000_000 });
const pair = (base: string, head: string, path = 'a.ts') => ({ path, base, head });

describe('ChildProver', () => {
  it.each(proofCases.map((one) => [one.name, one] as const))(
    'judges: %s',
    async (_name, { pair: versions, expected }) => {
      const proof = await prover.prove(versions, 'f');
      expect({ ...proof, verdict: proof.verdict }).toMatchObject({ verdict: expected });
    },
  );

  const one =
    '/** @critical */\nexport function f(n: number) { return g(n); }\nfunction g(n: number) { return n + K; }\nconst K = 1;\n';
  it.each<[string, string, string, CriticalState]>([
    ['layout', one, one.replaceAll(' ', '  '), 'unchanged'],
    ['another function', one, `${one}function h() { return 2; }`, 'unchanged'],
    ['itself', one, one.replace('g(n); }', 'g(n) + 1; }'), 'changed'],
    ['what it calls', one, one.replace('n + K', 'n - K'), 'changed'],
    ['a constant of what it calls', one, one.replace('K = 1', 'K = 2'), 'changed'],
    ['a name that is assigned to', one, `${one}g = () => 3;`, 'changed'],
    ['a name that shadows', one, `${one}{ var K = 3; }`, 'changed'],
    ['its file is new', '', one, 'added'],
    ['it is gone', one, one.replaceAll('f(', 'e('), 'removed'],
    ['its tag is gone', one, one.replace('@critical', ''), 'untagged'],
    ['its tag is prose', one, one.replace('@critical', 'not @critical'), 'untagged'],
    ['its contract', one, one.replace('@critical', '@critical\n * @requires n > 0\n'), 'contract-changed'],
    [
      'it is tagged, and changes at once',
      one.replace('@critical', ''),
      one.replace('K = 1', 'K = 2'),
      'contract-changed',
    ],
    [
      'a constant of its contract',
      one.replace('@critical', '@critical\n * @requires n < M\n').concat('const M = 1;'),
      one.replace('@critical', '@critical\n * @requires n < M\n').concat('const M = 0;'),
      'changed',
    ],
  ])('surveys: %s', async (_what, base, head, state) => {
    const found = await prover.survey([pair(base, head)]);
    expect(found.get('a.ts')?.filter(({ name }) => name !== 'e')).toMatchObject([{ name: 'f', state }]);
  });

  it('says where a tag belongs to no function that it can read', async () => {
    const method = 'class A {\n  /** @critical */\n  f() { return 1; }\n}\n';
    const found = await prover.survey([pair(method, method.replace('1', '2'))]);
    expect(found.get('a.ts')).toMatchObject([
      { state: 'unplaced', line: 2 },
      { state: 'unplaced', line: 2 },
    ]);
    expect((await prover.survey([pair(method, method)])).get('a.ts')).toEqual([]);
  });

  it('finds no proof in a contract that no input meets, or that means something else than before', async () => {
    const never = `/** @critical\n * @requires n < 0 && n > 0 */\nexport const f = (n: number) => n;`;
    const proof = await prover.prove(pair(never, never.replace('=> n', '=> n + 1')), 'f');
    expect(proof).toMatchObject({ verdict: 'unknown', why: 'no input meets its @requires' });
    const bound = (most: number) =>
      `/** @critical\n * @requires Number.isSafeInteger(n) && n >= 0 && n < MOST */\nexport const f = (n: number) => ${most === 9 ? 'n' : 'Math.min(n, 5)'};\nconst MOST = ${most};`;
    expect(await prover.prove(pair(bound(9), bound(3)), 'f')).toMatchObject({ verdict: 'unsupported' });
  });

  it.each<[string, string]>([
    [
      'nested deep',
      `/** @critical */\nexport const f = (n: number) => ${'('.repeat(100_000)}n${')'.repeat(100_000)};`,
    ],
    [
      'deep, and parsed',
      `/** @critical */\nexport const f = (n: number) => ${'-'.repeat(20_000).replaceAll('-', '- ')}n;`,
    ],
    [
      'calls that double',
      `/** @critical */\nexport const f = (n: number) => f0(n);\n${Array.from({ length: 40 }, (_, at) => `const f${at} = (n: number) => f${at + 1}(n) + f${at + 1}(n);`).join('\n')}\nconst f40 = (n: number) => n;`,
    ],
    ['calls itself', '/** @critical */\nexport const f = (n: number): number => f(n);'],
    [
      'a contract that runs on',
      '/** @critical\n * @requires true) || (steal() */\nexport const f = (n: number) => n;',
    ],
    [
      'a contract that is two statements',
      '/** @critical\n * @requires true); (1 */\nexport const f = (n: number) => n;',
    ],
    [
      'names of the prototype',
      '/** @critical */\nexport const f = (n: number) => constructor(n) + __proto__ + toString;',
    ],
  ])('claims nothing for hostile text: %s', async (_what, text) => {
    const proof = await prover.prove(pair(text, `${text}\nconst more = 1;`), 'f');
    expect(['unsupported', 'unknown']).toContain(proof.verdict);
  });

  it('answers nothing for what does not parse, and for what takes too long', async () => {
    expect((await prover.survey([pair('(', '/** @critical */')])).size).toBe(0);
    const hurried = new ChildProver({ seconds: 0.001 });
    expect((await hurried.survey([pair(one, one)])).size).toBe(0);
    expect(await hurried.prove(pair(one, one), 'f')).toMatchObject({ verdict: 'unknown' });
  });

  it('reads which tests go, and nothing of text that is none', async () => {
    const test = "test('is', () => {});\n";
    const tests = (base: string, head: string) => prover.removedTests([{ path: 'a.test.ts', base, head }]);
    expect(await tests(`${test}go();`, 'go();')).toEqual({
      kind: 'whole',
      cases: [{ path: 'a.test.ts', line: 1, titles: ['is'] }],
    });
    expect(await tests(`${test}(`, test)).toBeUndefined();
    expect(await tests(`${test}f(${'['.repeat(100_000)}${']'.repeat(100_000)});`, test)).toBeUndefined();
  });
});
