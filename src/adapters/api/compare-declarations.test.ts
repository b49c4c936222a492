import { describe, expect, it } from 'vitest';
import { compareDeclarations } from './compare-declarations.ts';

const files = (text: string, more: Record<string, string> = {}) => [
  { path: 'package.json', text: '{"name":"kit","types":"index.d.ts"}' },
  { path: 'index.d.ts', text },
  ...Object.entries(more).map(([path, one]) => ({ path, text: one })),
];
const compare = (old: string, now: string, more: Record<string, string> = {}) =>
  compareDeclarations({
    name: 'kit',
    old: files(old, more),
    now: files(now, more),
    subpaths: ['.'],
    entries: [],
  }).breaks.map(({ kind, place }) => `${kind} ${place}`);

describe('what a new version takes back', () => {
  it.each<[string, string, string, string[]]>([
    ['an export', 'export declare function a(): void; export {};', 'export {};', ['export-removed a']],
    ['a type', 'export type A = 1; export {};', 'export {};', ['type-removed A']],
    [
      'a class, of which the type stays',
      'export declare class A {}',
      'export interface A {}',
      ['export-removed A'],
    ],
    [
      'an optional argument',
      'export declare function a(x?: string): void;',
      'export declare function a(x: string): void;',
      ['signature-narrowed a'],
    ],
    [
      'a choice of an argument',
      'export declare const a: (x: string | number) => void;',
      'export declare const a: (x: string) => void;',
      ['signature-narrowed a'],
    ],
    [
      'a choice of a method, which checkers compare leniently',
      'export declare class A { m(x: string | number): void }',
      'export declare class A { m(x: string): void }',
      ['signature-narrowed A.m'],
    ],
    [
      'a member of what a function answers',
      'export declare function a(): { b: { c: number; d: number } };',
      'export declare function a(): { b: { c: number } };',
      ['member-removed a().b.d'],
    ],
    [
      'what an option may be left out of',
      'interface O { a?: string } export declare function f(o: O): void;',
      'interface O { a?: string; b: string } export declare function f(o: O): void;',
      ['signature-narrowed O.b'],
    ],
    [
      'what an option may be',
      'interface O { a?: string } export declare function f(o: O): void;',
      "interface O { a?: 'b' } export declare function f(o: O): void;",
      ['signature-narrowed O.a'],
    ],
    [
      'what a method answers of an object that is handed back',
      'interface A { m(): number } interface O { m(): A } export declare function f(o: O): void;',
      'interface B { m(): string } interface O { m(): B } export declare function f(o: O): void;',
      ['type-removed A', 'type-widened O.m().m()', 'type-widened O.m'],
    ],
    [
      'an overload',
      'export declare function a(x: string): void; export declare function a(x: number): void;',
      'export declare function a(x: string): void;',
      ['signature-narrowed a'],
    ],
    [
      'a function',
      'export declare const a: () => void;',
      'export declare const a: { b: 1 };',
      ['signature-narrowed a'],
    ],
    [
      'the module itself',
      'declare function a(): void; export = a;',
      'export {};',
      ['export-removed export='],
    ],
    [
      'a certain answer',
      "export declare function a(): 'x' | 'y';",
      "export declare function a(): 'x' | 'y' | 'z';",
      ['type-widened a()'],
    ],
  ])('%s', (_what, old, now, found) => {
    expect(compare(old, now)).toEqual(found);
  });

  it.each<[string, string, string]>([
    ['more exports', 'export declare const a: 1;', 'export declare const a: 1; export declare const b: 1;'],
    [
      'one more optional argument',
      'export declare function a(): void;',
      'export declare function a(x?: 1): void;',
    ],
    [
      'a wider argument',
      'export declare function a(x: 1): void;',
      'export declare function a(x: 1 | 2): void;',
    ],
    ['a narrower answer', 'export declare function a(): 1 | 2;', 'export declare function a(): 1;'],
    [
      'other private members',
      'export declare class A { private a; #b; protected c: 1 }',
      'export declare class A { private z; #y; protected c: 1 }',
    ],
    [
      'unique symbols',
      'declare const k: unique symbol; export interface A { [k]: 1; [Symbol.iterator](): never }',
      'declare const k: unique symbol; export interface A { [k]: 1; [Symbol.iterator](): never }',
    ],
    [
      'one more optional option',
      'export interface O { a: 1 } export declare function f(o: O): void;',
      'export interface O { a: 1; b?: 2 } export declare function f(o: O): void;',
    ],
    [
      'a generic class that speaks of itself',
      'export declare class T<A, B = A> { or<X>(x: T<X>): T<A | X>; and(): T<T<A>>; }',
      'export declare class T<A, B = A> { or<X>(x: T<X>): T<A | X>; and(): T<T<A>>; more(): T<B>; }',
    ],
    [
      'types of packages that are not there',
      "export * from 'other'; export declare const a: import('x').Y;",
      "export * from 'other'; export declare const a: import('x').Y;",
    ],
  ])('lets be: %s', (_what, old, now) => {
    expect(compare(old, now)).toEqual([]);
    expect(compare(now, now)).toEqual([]);
  });

  it('follows the exports map, and says when declarations are gone', () => {
    const manifest = (types: string | undefined) => ({
      path: 'package.json',
      text: JSON.stringify({ name: 'kit', exports: { './sub': { types, default: './sub.js' } } }),
    });
    const sub = { path: 'types/sub.d.ts', text: 'export declare const a: 1;' };
    const ask = (now: { path: string; text: string }[]) =>
      compareDeclarations({
        name: 'kit',
        old: [manifest('./types/sub.d.ts'), sub],
        now,
        subpaths: ['./sub'],
        entries: [],
      });
    expect(ask([manifest('./types/sub.d.ts'), sub]).seen).toEqual(['./sub']);
    expect(ask([manifest(undefined)]).breaks.map(({ kind }) => kind)).toEqual(['types-removed']);
  });

  it('tells the sides apart that say they are one version', () => {
    const [old, now] = ['x?', 'x'].map((parameter) => [
      { path: 'package.json', text: '{"name":"kit","version":"1.0.0","types":"index.d.ts"}' },
      { path: 'index.d.ts', text: "export { a } from './a.js';" },
      { path: 'a.d.ts', text: `export declare function a(${parameter}: string): void;` },
    ]);
    if (old === undefined || now === undefined) throw new Error('there are two');
    const { breaks } = compareDeclarations({ name: 'kit', old, now, subpaths: ['.'], entries: [] });
    expect(breaks.map(({ kind }) => kind)).toEqual(['signature-narrowed']);
  });

  it('reads nothing but what it was given', () => {
    const reach = '/// <reference path="/etc/passwd" />\nexport * from "/etc/hosts"; export {};';
    expect(compare(reach, reach)).toEqual([]);
  });
});
