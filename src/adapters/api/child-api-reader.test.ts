import { describe, expect, it } from 'vitest';
import { ChildApiReader } from './child-api-reader.ts';

const manifest = { path: 'package.json', text: '{"name":"kit","types":"index.d.ts"}' };
const files = (text: string) => [manifest, { path: 'index.d.ts', text }];
const question = (text: string) => ({
  name: 'kit',
  old: files(text),
  now: files(text),
  subpaths: ['.'],
  entries: [],
});

describe('ChildApiReader', () => {
  it('answers', async () => {
    const answer = await new ChildApiReader().compare(question('export declare const a: 1;'));
    expect(answer).toEqual({ breaks: [], sights: [{ subpath: '.', how: 'types' }], foreign: [] });
  });

  it('loses no types of a version that had none', async () => {
    const bare = { ...question('export declare const a: 1;'), old: [manifest] };
    const answer = await new ChildApiReader().compare(bare);
    expect(answer).toEqual({ breaks: [], sights: [{ subpath: '.', how: 'nothing' }], foreign: [] });
    const lost = { ...bare, old: bare.now, now: bare.old };
    expect((await new ChildApiReader().compare(lost))?.breaks[0]?.kind).toBe('types-removed');
  });

  it('answers how functions may be called, and nothing for what ends its child', async () => {
    const functions = [{ kind: 'call', steps: ['kit', 'f'] } as const];
    const ask = (text: string) =>
      new ChildApiReader().parameters({ name: 'kit', old: files(text), now: files(text), functions });
    const way = { parameters: [{ type: { kind: 'literal', value: 1 }, optional: false }] };
    expect(await ask('export declare function f(a: 1): void;')).toEqual([{ old: [way], now: [way] }]);
    expect(await ask(`export type A = ${'['.repeat(200_000)}1${']'.repeat(200_000)};`)).toBeUndefined();
  });

  it('answers nothing for what ends or hangs its child', async () => {
    const deep = `export type A = ${'['.repeat(200_000)}1${']'.repeat(200_000)};`;
    expect(await new ChildApiReader().compare(question(deep))).toBeUndefined();
    expect(await new ChildApiReader({ timeoutMs: 1 }).compare(question('export {};'))).toBeUndefined();
    const nested = [{ id: 'a', path: 'a.js', text: `${'('.repeat(500_000)}1` }];
    expect((await new ChildApiReader().imports(nested)).size).toBe(0);
  });
});
