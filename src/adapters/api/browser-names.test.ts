import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { mayNameBrowser } from './browser-names.ts';

const ask = (text: string, name = 'index.d.ts') =>
  mayNameBrowser(ts.createSourceFile(name, text, ts.ScriptTarget.ESNext));

describe('mayNameBrowser', () => {
  it.each([
    ['a type', 'export declare function f(x: HTMLElement): void;'],
    ['a type spelled otherwise', 'export declare function f(x: HTML\\u0045lement): void;'],
    ['a type that is a value too', 'export type A = InstanceType<typeof Blob>;'],
    ['a value', 'export declare const f: typeof fetch;'],
    ['a value in a condition', 'export type A<T> = T extends 1 ? typeof close : 2;'],
    ['a value that is handed on', 'export { name };'],
    ['a value that is the default', 'export default name'],
    ['a value as a key', 'export interface A { [name]: 1 }'],
    ['all globals', "export declare const f: (typeof globalThis)['fetch'];"],
    ['what is known of the module', 'export declare const a: ImportMeta;'],
    ['a template', 'export type A = `a`;'],
  ])('is true of %s', (_what, text) => {
    expect(ask(text)).toBe(true);
  });

  it('is true of a source, which says less than it means', () => {
    expect(ask('export const a = 1;', 'index.ts')).toBe(true);
  });

  it('is false of what only looks like it', () => {
    const text = [
      '/** HTMLElement, and a name. */',
      'export interface Options { name?: string; status: "HTMLElement"; close(): void }',
      'export declare function f(name: string, open?: boolean): Promise<Map<string, Date>>;',
    ].join('\n');
    expect(ask(text)).toBe(false);
  });

  it('stands on declarations of browsers that add nothing to others but what is asked for by name', () => {
    const libraries = dirname(ts.getDefaultLibFilePath({}));
    const declaredIn = (name: string) => {
      const text = readFileSync(join(libraries, name), 'utf8');
      const { statements } = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext);
      return statements.flatMap((each) => ('name' in each ? [(each.name as ts.Identifier).text] : []));
    };
    const browsers = new Set(declaredIn('lib.dom.d.ts'));
    const others = readdirSync(libraries).filter((name) =>
      /^lib\.(?:es|decorators|scripthost)(?!.*full)/.test(name),
    );
    expect(others.length).toBeGreaterThan(50);
    const both = new Set(others.flatMap(declaredIn).filter((name) => browsers.has(name)));
    expect([...both]).toEqual(['ImportMeta']);
  });
});
