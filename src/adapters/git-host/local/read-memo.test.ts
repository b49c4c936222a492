import { describe, expect, it } from 'vitest';
import { ReadMemo } from './read-memo.ts';
import type { TreeEntry } from './tree-entries.ts';

const entry = (path: string): TreeEntry => ({ path, kind: 'file', oid: `oid of ${path}`, size: 1 });

function counting({ entries = 1, bytes = 3, failures = 0 } = {}) {
  const asked: string[] = [];
  let left = failures;
  const answer = async <T>(name: string, value: T): Promise<T> => {
    asked.push(name);
    if (left-- > 0) throw new Error('git failed');
    return value;
  };
  const memo = new ReadMemo({
    tree: (commit) =>
      answer(
        commit,
        Array.from({ length: entries }, (_, at) => entry(`f${at}`)),
      ),
    blob: (oid) => answer(oid, Buffer.alloc(bytes)),
  });
  return { memo, asked };
}

describe('what a reader remembers', () => {
  it('asks once for each commit and each blob, also side by side', async () => {
    const { memo, asked } = counting();
    await Promise.all([memo.tree('c1'), memo.tree('c1'), memo.blob('b1'), memo.blob('b1')]);
    await memo.tree('c1');
    await memo.tree('c2');
    await memo.blob('b1');
    expect(asked).toEqual(['c1', 'b1', 'c2']);
  });

  it('says once that a tree is too large, and keeps no large file', async () => {
    const { memo, asked } = counting({ entries: 20_001, bytes: 5 * 1024 * 1024 });
    expect([await memo.tree('c1'), await memo.tree('c1')]).toEqual([undefined, undefined]);
    expect([(await memo.blob('b1')).length, (await memo.blob('b1')).length]).toEqual([5242880, 5242880]);
    expect(asked).toEqual(['c1', 'b1', 'b1']);
  });

  it('answers also what had to make room for others', async () => {
    const { memo } = counting({ entries: 9_000 });
    const commits = Array.from({ length: 40 }, (_, at) => `c${at}`);
    const trees = await Promise.all(commits.map((commit) => memo.tree(commit)));
    expect(trees.map((tree) => tree?.length)).toEqual(commits.map(() => 9_000));
  });

  it('keeps no failure', async () => {
    const { memo } = counting({ failures: 2 });
    await expect(memo.tree('c1')).rejects.toThrow('git failed');
    await expect(memo.blob('b1')).rejects.toThrow('git failed');
    expect(await memo.tree('c1')).toHaveLength(1);
    expect(await memo.blob('b1')).toHaveLength(3);
  });
});
