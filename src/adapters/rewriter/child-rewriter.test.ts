import { describe, expect, it } from 'vitest';
import { ChildRewriter } from './child-rewriter.ts';

const text = 'export function hot(a) { return /x/.test(a); }\nexport const cold = (a) => a;\n';
const place = { name: 'hot', line: 0, column: 19 };

describe('ChildRewriter', () => {
  it('rewrites in a process of its own, each function apart', async () => {
    const functions = [place, { name: 'cold', line: 1, column: 20 }, { name: 'gone', line: 9, column: 0 }];
    expect(await new ChildRewriter().rewrite({ path: 'a.js', text, functions })).toMatchObject([
      { kind: 'rewritten', rewrites: [{ rule: 'hoist-pattern', line: 1, before: '/x/' }] },
      { kind: 'nothing' },
      { kind: 'elsewhere' },
    ]);
  });

  it.each<[string, string]>([
    ['does not parse', `${text}(`],
    ['is nested deep', `${text}f(${'['.repeat(100_000)}${']'.repeat(100_000)});`],
  ])('answers nothing for text that %s', async (_what, hostile) => {
    expect(
      await new ChildRewriter().rewrite({ path: 'a.js', text: hostile, functions: [place] }),
    ).toBeUndefined();
  });
});
