import { describe, expect, it } from 'vitest';
import type { AskedFunction, TypeShape } from '../../domain/parameter-types.ts';
import { parameterShapes } from './parameter-shapes.ts';

const string: TypeShape = { kind: 'string' };
const undefinedOr = (...of: TypeShape[]): TypeShape => ({
  kind: 'union',
  of: [{ kind: 'undefined' }, ...of],
});
const literal = (value: string | number | boolean): TypeShape => ({ kind: 'literal', value });

/** All at once: a program takes a second. */
function shapesOf(files: Readonly<Record<string, string>>, functions: readonly AskedFunction[]) {
  const manifest = { path: 'package.json', text: '{"name":"kit","types":"index.d.ts"}' };
  const old = [manifest, ...Object.entries(files).map(([path, text]) => ({ path, text }))];
  return parameterShapes({ name: 'kit', old, now: [manifest], functions });
}

const types: readonly (readonly [string, TypeShape])[] = [
  ['string', string],
  ['any', { kind: 'anything' }],
  ['unknown', { kind: 'anything' }],
  ['object', { kind: 'anything' }],
  ['Function', { kind: 'nothing' }],
  ['() => void', { kind: 'nothing' }],
  ['RegExp', { kind: 'nothing' }],
  ['C', { kind: 'nothing' }],
  ['Date', { kind: 'date' }],
  ['bigint', { kind: 'bigint' }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a type.
  ['`a${string}`', { kind: 'nothing' }],
  ["'a' | 1 | null", { kind: 'union', of: [{ kind: 'null' }, literal('a'), literal(1)] }],
  ["'a' | (string & {})", { kind: 'union', of: [literal('a'), string] }],
  ['E', { kind: 'union', of: [literal(3), literal('x')] }],
  ['readonly string[]', { kind: 'list', of: string }],
  ['[string, number]', { kind: 'tuple', of: [string, { kind: 'number' }] }],
  ['[string, ...number[]]', { kind: 'anything' }],
  ['Record<string, string>', { kind: 'object', properties: [], others: string }],
  ['Partial<O>', { kind: 'object', properties: [{ name: 'a', optional: true, type: undefinedOr(string) }] }],
  [
    'O & { b?: null }',
    {
      kind: 'object',
      properties: [
        { name: 'a', optional: false, type: string },
        { name: 'b', optional: true, type: undefinedOr({ kind: 'null' }) },
      ],
    },
  ],
  ["import('other').Option", { kind: 'anything' }],
];

describe('the parameters of a function', () => {
  const own = "export declare class C { private c: 1 } enum E { A = 3, B = 'x' } interface O { a: string }";
  const rest = `
interface T<A> { a: T<A[]>; b: T<A | 1>; c: T<{ x: A }> }
export declare function endless(one: T<1>): void;
export declare function rest(a: string, b?: 'x', ...c: 1[]): void;
export declare function ways(a: string): 1;
export declare function ways<A extends string[]>(a: A): 2;`;
  const each = types.map(([type], at) => `export declare function f${at}(one: ${type}): void;`);
  const names = [...types.map((_, at) => `f${at}`), 'endless', 'rest', 'ways'];
  const functions = names.map((name): AskedFunction => ({ kind: 'call', steps: ['kit', name] }));
  const found = shapesOf({ 'index.d.ts': [own, rest, ...each].join('\n') }, functions);
  const of = (name: string) => found[names.indexOf(name)]?.old;

  it.each(types.map(([type, shape], at) => [type, at, shape] as const))('%s', (_type, at, expected) => {
    expect(of(`f${at}`)).toEqual([{ parameters: [{ type: expected, optional: false }] }]);
  });

  it('end where types do not', () => {
    expect(JSON.stringify(of('endless'))).toContain('anything');
  });

  it('are optional or not, and may go on', () => {
    const second = { type: undefinedOr(literal('x')), optional: true };
    expect(of('rest')).toEqual([
      { parameters: [{ type: string, optional: false }, second], rest: literal(1) },
    ]);
  });

  it('are those of each overload, and of a type parameter what bounds it', () => {
    expect(of('ways')?.map(({ parameters: [first] }) => first?.type)).toEqual([
      string,
      { kind: 'list', of: string },
    ]);
  });

  it('are none of a version that does not declare it', () => {
    expect(found.every(({ now }) => now.length === 0)).toBe(true);
  });
});

describe('a function', () => {
  const takes = '(one: string): void';
  const there: readonly (readonly [string, string, readonly string[]])[] = [
    ['a module that is one value', `declare function kit${takes}; export = kit;`, []],
    ['a member of it', `declare const kit: { f${takes} }; export = kit;`, ['f']],
    [
      'a member of it that has the name of a type, too',
      `declare namespace kit { interface f {} interface All { f${takes} } } declare const kit: kit.All; export = kit;`,
      ['f'],
    ],
    ['its default, as compilers write it', `declare function kit${takes}; export = kit;`, ['default']],
    ['a default that is the module', `export default function kit${takes};`, []],
    ['a member of that', `declare const kit: { f${takes} }; export default kit;`, ['f']],
    ['a member of a namespace', `export declare namespace n { function f${takes}; }`, ['n', 'f']],
    ['a re-export', `declare function g${takes}; export { g as f };`, ['f']],
    ['a module that is declared by its name', `declare module 'kit/8' { export function f${takes}; }`, ['f']],
    ['a class', 'export declare class K { constructor(one: string) }', ['new', 'K']],
    ['a static method', `export declare class K { static f${takes} }`, ['K', 'f']],
  ];
  const absent: readonly (readonly [string, string, readonly string[]])[] = [
    ['is not there', 'export declare function g(): void;', ['f']],
    ['is no function', 'export declare const f: 1;', ['f']],
    ['is constructed, not called', 'export declare class f {}', ['f']],
    ['is of no module', 'declare function f(): void;', ['f']],
    ['is of a file that is not there', '', ['f']],
  ];
  const all = [...there, ...absent];
  const files = Object.fromEntries(
    all.flatMap(([, text], at) => (text === '' ? [] : [[`${at}.d.ts`, text]])),
  );
  const functions = all.map(([, , names], at): AskedFunction => {
    const isMade = names[0] === 'new';
    return {
      kind: isMade ? 'construct' : 'call',
      steps: [`kit/${at}`, ...(isMade ? names.slice(1) : names)],
    };
  });
  const found = shapesOf(files, functions);

  it.each(there.map(([what], at) => [what, at] as const))('is found that is %s', (_what, at) => {
    expect(found[at]?.old).toEqual([{ parameters: [{ type: string, optional: false }] }]);
  });

  it.each(absent.map(([what], at) => [what, at + there.length] as const))(
    'is not found that %s',
    (_what, at) => {
      expect(found[at]?.old).toEqual([]);
    },
  );
});
