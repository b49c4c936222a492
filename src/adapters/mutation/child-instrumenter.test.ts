import { describe, expect, it } from 'vitest';
import type { MutationTarget } from '../../domain/mutation.ts';
import { instrumentInChild } from './child-instrumenter.ts';

const wholly = (path: string, text: string): MutationTarget => ({
  path,
  text,
  lines: [{ from: 1, to: text.split('\n').length }],
});
const mutantsOf = async (...targets: readonly MutationTarget[]) =>
  (await instrumentInChild(targets)).files.flatMap((file) => file.mutants);

describe('instrumentInChild', () => {
  it('makes faults in the wanted lines alone', async () => {
    const text = 'const a = 1 + 2;\nconst b = 3 * 4;\nconst c = 5 - 6;\n';
    const mutants = await mutantsOf({ path: 'a.js', text, lines: [{ from: 2, to: 2 }] });
    expect(mutants).toEqual([
      {
        id: '0.0',
        path: 'a.js',
        line: 2,
        mutator: 'ArithmeticOperator',
        original: '3 * 4',
        replacement: '3 / 4',
        before: 'const b = 3 * 4;',
        after: 'const b = 3 / 4;',
        silenced: false,
      },
    ]);
  });

  it.each([
    ['TypeScript', 'a.ts', 'export const f = (a: number): boolean => a > 1;'],
    ['TypeScript with elements', 'a.tsx', 'export const f = (a: number) => <b>{a + 1}</b>;'],
    ['elements', 'a.jsx', 'export const f = (a) => <b>{a + 1}</b>;'],
    ['a script', 'a.cjs', "#!/usr/bin/env node\n'use strict';\nmodule.exports = 1 + 1;"],
    ['what must come first', 'a.mjs', '/** @jest-environment node */\nexport const a = 1 + 1;'],
  ])('reads %s, and leaves it what it is', async (_what, path, text) => {
    const { files, unreadable } = await instrumentInChild([wholly(path, text)]);
    expect(unreadable).toEqual([]);
    expect(files[0]?.mutants.length).toBeGreaterThan(0);
    expect(files[0]?.text.split('\n')[0]).toMatch(/^#!|^\/\*\* @jest|^\/\/ @ts-nocheck/);
  });

  it('names the mutants of each file apart, and their switches anew in each run', async () => {
    const targets = [wholly('a.js', '1 + 1'), wholly('b.js', '1 + 1')];
    const [first, second] = [await instrumentInChild(targets), await instrumentInChild(targets)];
    expect(first.files.flatMap((file) => file.mutants).map(({ id }) => id)).toEqual(['0.0', '1.0']);
    expect(first.variables).not.toEqual(second.variables);
    expect(first.files[0]?.text).toContain(first.variables.awake);
  });

  it('says where a comment asks for silence', async () => {
    const mutants = await mutantsOf(wholly('a.js', '// Stryker disable next-line all\nf(1 + 1);\nf(2 + 2);'));
    const lines = (wanted: boolean) =>
      mutants.filter(({ silenced }) => silenced === wanted).map(({ line }) => line);
    expect(new Set(lines(true))).toEqual(new Set([2]));
    expect(new Set(lines(false))).toEqual(new Set([3]));
  });

  it.each([
    ['does not parse', 'f('],
    ['speaks of the switches itself', 'stryMutAct_9fa48 = () => true; f(1 + 1);'],
    ['is nested too deep', `x = ${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('calls unreadable what %s', async (_what, text) => {
    const { files, unreadable } = await instrumentInChild([
      wholly('bad.js', text),
      wholly('good.js', '1 + 1'),
    ]);
    expect(unreadable).toContain('bad.js');
    expect(files.map(({ path }) => path)).not.toContain('bad.js');
  });

  it('calls all unreadable when it takes too long', async () => {
    const { unreadable } = await instrumentInChild([wholly('__proto__', '1 + 1')], { timeoutMs: 1 });
    expect(unreadable).toEqual(['__proto__']);
  });
});
