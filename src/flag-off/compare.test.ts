import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Around,
  answer,
  ask,
  base,
  client,
  details,
  inFront,
  inPage,
  said,
} from '../testing/flag-answers.ts';

describe('answerFlags', () => {
  it.each<[string, string, string]>([
    ['no flag', base.replace('+ 1', '+ 2'), 'none'],
    [
      'an if around what is new',
      inFront(`if (await ${ask}) return fresh(a);\n`).concat('function fresh(n: number) { return n; }'),
      'equivalent',
    ],
    [
      'a constant',
      inFront(`const on = await ${ask};\n if (on && a > 3) { const b = a + 2; return b; }`),
      'equivalent',
    ],
    ['its negation', inFront(`const on = await ${ask};\n if (!on) { } else { return 3; }`), 'equivalent'],
    ['a comparison', inFront(`if (true === (await ${ask})) return 4;`), 'equivalent'],
    [
      'a context of names',
      inFront(`if (await ${ask.replace('false', 'false, { targetingKey: n }')}) return 4;`),
      'equivalent',
    ],
    [
      'an else with what was',
      client +
        base.replace(
          / {2}const a[^}]*/,
          `  if (await ${ask}) { return 5; } else { const a = twice(n); return a + 1; }\n`,
        ),
      'equivalent',
    ],
    ['a ternary', client + base.replace('a + 1', `(await ${ask}) ? 7 : a + 1`), 'equivalent'],
    [
      'a helper of the file',
      inFront('if (await on()) return 1;').concat(`async function on() { return ${ask}; }`),
      'equivalent',
    ],
    [
      'a new export that nothing uses',
      inFront(`if (await ${ask}) return next(1);`).concat('export function next(n: number) { return n; }'),
      'equivalent',
    ],
    [
      'types alone',
      inFront(`if (await ${ask}) return 1;`)
        .replace('(n: number)', '(n: Amount)')
        .concat('type Amount = number;'),
      'equivalent',
    ],
    ['one statement beside the flag', inFront(`if (await ${ask}) return 1;\n audit(a);`), 'differs'],
    ['a condition that acts', inFront(`if (touch() && (await ${ask})) return 1;`), 'differs'],
    ['a condition that acts, before or', inFront(`if (touch() || (await ${ask})) return 1;`), 'differs'],
    ['a flag the wrong way round', inFront(`if (!(await ${ask})) return 1;`), 'differs'],
    ['a value that the flag replaces', inPage + base.replace('n * 2', `${ask} ? n * 2 : n`), 'differs'],
    [
      'a promise that nobody awaits',
      client + base.replace('n * 2', `${ask} ? n * 3 : n * 2`),
      'unclear: it is not awaited, and a promise is always true',
    ],
    ['details of which the value is read', inFront(`if ((await ${details}).value) return 1;`), 'equivalent'],
    [
      'details of which more is read',
      inFront(`const all = await ${details};\n if (all.value) return 1;`),
      'unclear: getBooleanDetails is understood where .value follows it',
    ],
    ['a value that is never null', inFront(`if ((await ${ask}) ?? true) return 1;`), 'equivalent'],
    ['a let that nothing assigns to', inFront(`let on = await ${ask};\n if (on) return 1;`), 'equivalent'],
    [
      'a let that is assigned to',
      inFront(`let on = await ${ask};\n if (a > 3) on = true;\n if (on) return 1;`),
      'differs',
    ],
    [
      'an else that is left empty',
      inFront(`if (a > 3) audit(a); else { if (await ${ask}) return 1; }`),
      'differs',
    ],
    [
      'a required client',
      `const { OpenFeature: api } = require('@openfeature/server-sdk');\nconst client = api.getClient();\n${base.replace('  return a', `  if (await ${ask}) return 1;\n  return a`)}`,
      'equivalent',
    ],
    [
      'a client of a required module',
      `const sdk = require('@openfeature/server-sdk');\nconst client = sdk.OpenFeature.getClient();\n${base.replace('  return a', `  if (await ${ask}) return 1;\n  return a`)}`,
      'equivalent',
    ],
    [
      'a require that is the own function of the file',
      `function require(m) { act(m); return { OpenFeature: 1 }; }\nconst { OpenFeature } = require('@openfeature/server-sdk');\nconst client = OpenFeature.getClient();\n${base.replace('  return a', `  if (await ${ask}) return 1;\n  return a`)}`,
      'unclear: it is not clear what is asked: no client of OpenFeature',
    ],
    [
      'a var that is hoisted out of the dead branch',
      inFront(`if (await ${ask}) { var late = 3; return late; }`),
      'differs',
    ],
    [
      'a block that cannot be taken apart',
      client +
        base.replace('  return a + 1', `  { const a = 1; if (await ${ask}) return a; }\n  return a + 1`),
      'differs',
    ],
    [
      'an effect when the file is loaded',
      inFront(`if (await ${ask}) return cache;`).concat('const cache = load();'),
      'differs',
    ],
    [
      'an import for its effects',
      `import './effects.ts';\n${inFront(`if (await ${ask}) return 1;`)}`,
      'differs',
    ],
    [
      'a static block',
      inFront(`if (await ${ask}) return new Next();`).concat('class Next { static { act(); } }'),
      'differs',
    ],
    [
      'use before declaration',
      inFront(`if (await on) return 1;`)
        .replace('export async', `const early = price(1);\nexport async`)
        .replace('server-sdk', 'web-sdk')
        .concat(`const on = ${ask};`),
      'differs',
    ],
    ['on by default', inFront(`if (await ${ask.replace('false', 'true')}) return 1;`), 'on by default'],
    ['no default', inFront(`if (await client.getBooleanValue('new')) return 1;`), 'on by default'],
    [
      'a context that acts',
      inFront(`if (await ${ask.replace('false', 'false, context()')}) return 1;`),
      'unclear: its context may act or throw',
    ],
    [
      'a context that may throw',
      inFront(`if (await ${ask.replace('false', 'false, { targetingKey: n.user.id }')}) return 1;`),
      'unclear: its context may act or throw',
    ],
    [
      'a client that is none',
      base
        .replace('  return a', `  if (${ask}) return 1;\n  return a`)
        .concat('const client = { getBooleanValue() { steal(); return false; } };'),
      'unclear: it is not clear what is asked: no client of OpenFeature',
    ],
    [
      'a client from nowhere',
      base.replace('  return a', `  if (${ask}) return 1;\n  return a`),
      'unclear: it is not clear what is asked: no client of OpenFeature',
    ],
    [
      'a client that is replaced',
      inFront(`if (await ${ask}) return 1;`).concat('client.getBooleanValue = () => true;'),
      'unclear: it is not clear what is asked: no client of OpenFeature',
    ],
    [
      'a key that is computed',
      inFront(`if (await client.getBooleanValue('k' + n, false)) return 1;`),
      'unclear: its key is no literal',
    ],
    [
      'a flag that is no boolean',
      inFront(`if (await client.getStringValue('k', '')) return 1;`),
      'unclear: getStringValue is not understood',
    ],
    [
      'a wait while the file is loaded',
      inFront('if (on) return 1;').replace('export async', `const on = await ${ask};\nexport async`),
      'unclear: it is awaited where the file is loaded, which delays whatever loads it',
    ],
  ])('%s', (_what, head, expected) => {
    expect(said(answer(head))).toBe(expected);
  });

  it('says where the versions part', () => {
    const { off } = answer(inFront(`if (await ${ask}) return 1;\n  audit(a);`));
    expect(off).toMatchObject({
      path: 'src/a.ts',
      oldLine: 3,
      newLine: 6,
      old: 'return a + 1;',
      new: 'audit(a);',
    });
  });

  const using = `import { fresh } from './fresh.ts';\n${inFront(`if (await ${ask}) return fresh(a);`)}`;
  const fresh = (text: string): Around => ({ files: [{ path: 'src/fresh.ts', base: '', head: text }] });
  it.each<[string, string, Around, string]>([
    ['a new module that only declares', using, fresh('export const fresh = (n: number) => n;'), 'equivalent'],
    [
      'a new module that acts',
      using,
      fresh('act();\nexport const fresh = (n: number) => n;'),
      'unclear: it is newly loaded, and does something when it is',
    ],
    [
      'a new module that re-exports',
      using,
      fresh(`export * from './deep.ts';`),
      'unclear: it newly loads ./deep.ts, also with the flag off',
    ],
    ['a module that was there', using, { paths: ['src/fresh.ts'] }, 'wants src/fresh.ts'],
    [
      'one that only declares',
      using,
      { paths: ['src/fresh.ts'], others: [{ path: 'src/fresh.ts', text: 'export const fresh = 1;' }] },
      'equivalent',
    ],
    [
      'a new module of CommonJS that only exports',
      `const { fresh } = require('./fresh.ts');\n${inFront(`if (await ${ask}) return fresh(a);`)}`,
      fresh('const n = 1;\nmodule.exports = { fresh: (x) => x + n };\nexports.more = n;'),
      'equivalent',
    ],
    [
      'a new module of CommonJS that exports what acts',
      `const { fresh } = require('./fresh.ts');\n${inFront(`if (await ${ask}) return fresh(a);`)}`,
      fresh('module.exports = { fresh: act() };'),
      'unclear: it is newly loaded, and does something when it is',
    ],
    [
      'one that acts',
      using,
      { paths: ['src/fresh.ts'], others: [{ path: 'src/fresh.ts', text: 'export const fresh = act();' }] },
      'unclear: it is newly loaded, and does something when it is',
    ],
    [
      'a package',
      using.replace('./fresh.ts', 'fresh'),
      {},
      'unclear: it newly loads fresh, also with the flag off',
    ],
    [
      'a module that is loaded behind the flag',
      inFront(`if (await ${ask}) { const m = await import('./fresh.ts'); return m.go(); }`),
      fresh('act();'),
      'equivalent',
    ],
    [
      'a new module that nobody loads',
      inFront(`if (await ${ask}) return 1;`),
      fresh('act();'),
      'unclear: it is new, and no file that was there loads it',
    ],
  ])('%s', (_what, head, around, expected) => {
    expect(said(answer(head, base, around))).toBe(expected);
  });

  it('takes a configured helper for a flag', () => {
    const head = `import { isOn } from './flags.ts';\n${base.replace('  return a', `  if (isOn('new')) return 9;\n  return a`)}`;
    const flags = { path: 'src/flags.ts', text: 'export const isOn = (key: string) => read(key);' };
    const around = { paths: ['src/flags.ts'], others: [flags] };
    expect(said(answer(head, base, { ...around, helpers: ['src/flags.ts#isOn'] }))).toBe('equivalent');
    expect(said(answer(head, base, around))).toBe('none');
  });
});

/** Statements as they were and as they are: guarded ones are the same with the flag off, the others may not be. */
const guarded: readonly (readonly [old: string, head: string])[] = [
  ['', 'if (f()) log(90);'],
  ['log(1);', 'if (f()) { log(91); } else { log(1); }'],
  ['log(2);', '{ const on = f(); if (!on) { log(2); } }'],
  ['log(3 + x);', 'log(f() ? 92 : 3 + x);'],
  ['if (x > 0) log(4);', 'if (x > 0 && !f()) log(4);'],
  ['x += 1;', 'if (f()) x = 0; else x += 1;'],
  ['if (x > 3) return;', 'if (f() || x > 3) return;'],
];
const leaking: typeof guarded = [
  ['', 'log(5);'],
  ['log(6);', ''],
  ['', 'if (log(7) && f()) log(8);'],
  ['x -= 1;', 'if (!f()) x += 2;'],
  ['log(9);', 'const late = f(); if (late) log(9);'],
];

describe('what counts as equivalent', () => {
  const lines = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...guarded) },
      { weight: 1, arbitrary: fc.constantFrom(...leaking) },
    ),
    { maxLength: 6 },
  );
  const program = (bodies: readonly string[]) =>
    `export function run(log, x) {\n${bodies.join('\n')}\nlog(x);\n}\n`;
  const trace = (text: string, x: number) => {
    const seen: number[] = [];
    const make: unknown = new Function(`${text.replace('export ', '')} return run;`);
    if (typeof make !== 'function') throw new Error('not a function');
    make()((value: number) => seen.push(value) > 0, x);
    return seen;
  };

  it('runs alike with the flag off, and what is guarded counts', () => {
    let found = 0;
    fc.assert(
      fc.property(lines, fc.integer({ min: -3, max: 6 }), (chosen, x) => {
        const old = program(chosen.map(([text]) => text));
        const head = program(chosen.map(([, text]) => text));
        const asking = head.replaceAll('f()', `client.getBooleanValue('new', false)`);
        const judged = said(answer(asking === head ? head : inPage + asking, old));
        if (judged === 'equivalent') {
          found += 1;
          expect(trace(head.replaceAll('f()', 'false'), x)).toEqual(trace(old, x));
        }
        if (chosen.every((one) => guarded.includes(one))) expect(['equivalent', 'none']).toContain(judged);
      }),
      { numRuns: 300 },
    );
    expect(found).toBeGreaterThan(50);
  });
});
