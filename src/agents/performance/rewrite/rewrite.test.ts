import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSource } from '../../../adapters/prover/parse.ts';
import { rewriteFunctions } from './rewrite.ts';

/** V8 names the bracket, or the first parameter. */
const placeOf = (text: string) => text.indexOf('hot') + (/hot( = )?/.exec(text)?.[0].length ?? 0);

/** The file with what is faster in the function `hot`, whose name stands there for the first time; undefined: nothing is. */
function faster(text: string, path = 'a.js'): string | undefined {
  const at = placeOf(text);
  const lines = text.slice(0, at).split('\n');
  const place = { name: 'hot', line: lines.length - 1, column: lines.at(-1)?.length ?? 0 };
  const [answer] = rewriteFunctions({ path, text, functions: [place] }, parseSource);
  if (answer?.kind === 'elsewhere') throw new Error('found no function there');
  return answer?.kind === 'rewritten' ? answer.text : undefined;
}

const rules = (text: string) => {
  const [answer] = rewriteFunctions(
    { path: 'a.js', text, functions: [{ name: 'hot', line: 0, column: placeOf(text) }] },
    parseSource,
  );
  return answer?.kind === 'rewritten' ? answer.rewrites : [];
};

describe('patterns', () => {
  it('move to the top, behind what loads other modules', () => {
    expect(
      faster(`'use strict';\nconst fs = require('fs'); // x\nfunction hot(a) { return /^a+$/i.test(a); }\n`),
    ).toBe(
      `'use strict';\nconst fs = require('fs'); // x\nconst hotPattern = /^a+$/i;\nfunction hot(a) { return hotPattern.test(a); }\n`,
    );
    expect(faster('#!/usr/bin/env node\nconst hot = (a) => a.split(new RegExp("b", "g"));')).toBe(
      '#!/usr/bin/env node\nconst hotPattern = new RegExp("b", "g");\nconst hot = (a) => a.split(hotPattern);',
    );
  });

  it.each([
    ['go on from where they ended', 'function hot(a) { return /a/g.test(a); }'],
    ['are sticky', 'function hot(a) { return a.replace(/a/y, ""); }'],
    ['are kept by somebody', 'function hot(a) { return /a/; }'],
    ['are handed to whoever', 'function hot(a) { return match(/a/, a); }'],
    ['are made of what is given', 'function hot(a, b) { return new RegExp(a).test(b); }'],
    ['are no patterns', 'function hot(a) { return new RegExp("(").test(a); }'],
    [
      'are made by a class of that name',
      'class RegExp {} function hot(a) { return new RegExp("a").test(a); }',
    ],
  ])('stay where they %s', (_why, text) => expect(faster(text)).toBeUndefined());
});

describe('lists of constants', () => {
  it('become sets where they are only asked', () => {
    const list = `['a', 'b', 'c', 'd', -1, null]`;
    expect(faster(`function hot(a) { return ${list}.includes(a); }`)).toBe(
      `const hotSet = new Set(${list});\nfunction hot(a) { return hotSet.has(a); }`,
    );
    expect(
      faster(`const known = ${list};\nexport const hot = (a) => known.includes(a);\nknown.includes(1);`),
    ).toBe(`const known = new Set(${list});\nexport const hot = (a) => known.has(a);\nknown.has(1);`);
  });

  it.each([
    ['short', `function hot(a) { return ['a', 'b'].includes(a); }`],
    ['counted', `const l = [1, 2, 3, 4, 5]; function hot(a) { return l.includes(a) || l.length; }`],
    ['exported', `export const l = [1, 2, 3, 4, 5]; function hot(a) { return l.includes(a); }`],
    ['exported later', `const l = [1, 2, 3, 4, 5]; function hot(a) { return l.includes(a); } export { l };`],
    ['asked from a place on', `function hot(a) { return [1, 2, 3, 4, 5].includes(a, 2); }`],
    ['not constant', `function hot(a, b) { return [1, 2, 3, 4, b].includes(a); }`],
    ['full of holes', `function hot(a) { return [1, , 3, 4, 5].includes(a); }`],
    [
      'hidden by another',
      `const l = [1, 2, 3, 4, 5]; function hot(a) { const l = a; return l.includes(a); }`,
    ],
    ['asked of another Set', `class Set {} function hot(a) { return [1, 2, 3, 4, 5].includes(a); }`],
  ])('stay where they are %s', (_why, text) => expect(faster(text)).toBeUndefined());
});

describe('constants', () => {
  it('move out of the function that looks things up in them', () => {
    expect(
      faster(`function hot(a) {\n  const names = { a: 1, 'b': 2 };\n  return names[a] ?? names.b;\n}`),
    ).toBe(`const names = { a: 1, 'b': 2 };\nfunction hot(a) {\n  return names[a] ?? names.b;\n}`);
    expect(faster('function hot(a) { f()\n const l = [1, 2];\n (l.includes(a)); }')).toContain(
      'f()\n ;\n (l',
    );
  });

  it.each([
    ['answered', 'function hot() { const o = { a: 1 }; return o; }'],
    ['written', 'function hot(a) { const o = { a: 1 }; o[a] = 2; return o.a; }'],
    ['deleted from', 'function hot(a) { const o = { a: 1 }; delete o[a]; return o.a; }'],
    ['written by a pattern', 'function hot(a) { const o = { a: 1 }; [o.a] = a; return o.a; }'],
    ['counted up', 'function hot() { const o = { a: 1 }; return o.a++; }'],
    ['of things that change', 'function hot(a) { const o = { a: [] }; return o[a]; }'],
    ['of another kind', 'function hot(a) { const o = { __proto__: null, a: 1 }; return o[a]; }'],
    ['changed by a method', 'function hot(a) { const l = [3, 2]; l.sort(); return l[a]; }'],
    ['named twice', 'const o = 1; function hot(a) { const o = { a: 1 }; return o[a]; }'],
    ['named elsewhere', 'function hot(a) { { const o = { a: 1 }; o[a]; } return o.a; }'],
    ['deleted from, if they are there', 'function hot(a) { const o = { a: 1 }; delete o?.a; return o[a]; }'],
    ['within reach of text that runs', 'function hot(a) { const o = { a: 1 }; eval(a); return o[a]; }'],
  ])('stay where they are %s', (_why, text) => expect(faster(text)).toBeUndefined());

  it.each(['(o.a as number) = 2', 'o.a!++', '(<number>o.a) = 2', '[(o.a as number)] = a', 'o.push!(1)'])(
    'stay where they are written behind the words of a compiler: %s',
    (write) => {
      const text = (act: string) => `function hot(a: any) { const o = { a: 1 }; ${act}; return o[a]!; }`;
      expect(faster(text(write), 'a.ts')).toBeUndefined();
      expect(faster(text('o.a'), 'a.ts')).toContain('o[a]!');
    },
  );
});

describe('what grows by copies', () => {
  const spread = (body: string, seed = '[]') =>
    `function hot(l) { return l.reduce((all, x) => ${body}, ${seed}); }`;

  it('grows in place', () => {
    expect(faster(spread('[...all, x * 2, ...[x]]'))).toBe(
      spread('{\n  all.push(x * 2);\n  for (const one of [x]) all.push(one);\n  return all;\n}'),
    );
    expect(rules(spread('[...all, x]'))).toMatchObject([{ assumes: ['l is an array'] }]);
    expect(rules('const hot = (o) => Object.keys(o).reduce((all, k) => [...all, k], []);')).toMatchObject([
      { assumes: [] },
    ]);
  });

  it.each([
    ['is looked at', spread('[...all, all.length]')],
    ['grows at the front', spread('[x, ...all]')],
    ['begins with what somebody has', spread('[...all, x]', 'seed')],
    ['may be another', spread('(x ? [...all, x] : [])')],
    [
      'a function may reach',
      'function hot(l) { return l.reduce((all, x, y = () => all) => [...all, y()], []); }',
    ],
    ['is awaited', 'function hot(l) { return l.reduce(async (all, x) => [...all, x], []); }'],
    ['names a function', spread('({ ...all, [x]: () => 1 })', '{}')],
    ['sets what it inherits from', spread('({ ...all, __proto__: x })', '{}')],
    ['has a comment', spread('/* why */ [...all, x]')],
  ])('stays where it %s', (_why, text) => expect(faster(text)).toBeUndefined());

  const values = fc.array(
    fc.oneof(
      fc.integer(),
      fc.constantFrom('__proto__', 'constructor', 'a', '1', null, undefined, Number.NaN, -0, 0, true),
    ),
  );
  it.each([
    spread('[...all, x]'),
    spread('x ? [...all, x, ...String(x)] : all'),
    spread('(x ? all : [...all, (0, x)])'),
    spread('{ return [...all, [x]]; }'),
    spread('({ ...all, [x]: [x] })', '{}'),
    spread("({ ...all, a: x, ['p' + x]: 1 })", '{}'),
    `function hot(l) { return l.map((x) => ['a', 0, true, null, '1'].includes(x)); }`,
    `function hot(l) { const o = { a: 1, constructor: 2 }; return l.map((x) => o[x]); }`,
    `function hot(l) { return l.map((x) => String(x).replace(/a|0/g, (y) => (y === 'a' ? hot(['b0']) : y)).match(/\\d/g)); }`,
  ])('does what it did: %s', (text) => {
    const now = faster(text) ?? '';
    const make = (source: string) =>
      new Function(`${source}\nreturn hot;`)() as (list: readonly unknown[]) => unknown;
    const [before, after] = [make(text), make(now)];
    fc.assert(
      fc.property(values, (list) => {
        expect(isDeepStrictEqual(after(list), before(list))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a callback', () => {
  it('is rewritten with the call that it is handed to, under the name of what is around it', () => {
    const text = 'exports.index = (l) => l.reduce((all, x) => ({ ...all, [x]: 1 }), {});';
    const place = { name: '', line: 0, column: text.indexOf('(all') };
    const [answer] = rewriteFunctions({ path: 'a.js', text, functions: [place] }, parseSource);
    expect(answer).toMatchObject({ kind: 'rewritten', within: 'index' });
    expect(answer).toMatchObject({ text: expect.stringContaining('Object.fromEntries(l.reduce(') });
  });
});

describe('a place of a profile', () => {
  it('counts where a function of that name begins, and nowhere else', () => {
    const ask = (name: string, line: number, column: number) =>
      rewriteFunctions(
        {
          path: 'a.js',
          text: 'function hot(a) { return /a/.test(a); }\n',
          functions: [{ name, line, column }],
        },
        parseSource,
      )[0]?.kind;
    expect(ask('hot', 0, 12)).toBe('rewritten');
    expect(ask('exports.hot', 0, 12)).toBe('rewritten');
    for (const [name, line, column] of [
      ['cold', 0, 12],
      ['hot', 1, 0],
      ['hot', 7, 0],
      ['hot', 0, 99],
      ['hot', -1, -1],
    ] as const)
      expect(ask(name, line, column)).toBe('elsewhere');
  });
});
