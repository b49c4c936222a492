import { describe, expect, it } from 'vitest';
import { answer, ask, base, inFront, said } from '../testing/flag-answers.ts';

describe('a removed flag', () => {
  it.each<[string, string, string, string]>([
    ['on', inFront(`if (await ${ask}) return 7;`), base.replace('return a + 1', 'return 7'), 'removed on'],
    ['off', inFront(`if (await ${ask}) return 7;`), base, 'removed off'],
    ['neither', inFront(`if (await ${ask}) return 7;`), base.replace('+ 1', '+ 3'), 'removed neither'],
    ['a loss', `import './effects.ts';\n${inFront(`if (await ${ask}) return 7;`)}`, base, 'removed neither'],
    [
      'an export that others may use',
      inFront(`if (await ${ask}) return 7;`).concat('export const guard = () => true;'),
      base.replace('return a + 1', 'return 7'),
      'removed neither',
    ],
    [
      'a name of an export list',
      inFront(`if (await ${ask}) return 7;`).concat('const guard = () => true; export { guard as checked };'),
      base.replace('return a + 1', 'return 7'),
      'removed neither',
    ],
    [
      'a case whose braces went with the flag',
      inFront(`switch (a) { case 1: if (await ${ask}) { { const z = a; go(z); } break; } }`),
      inFront(`switch (a) { case 1: { const z = a; go(z); } break; }`),
      'removed on',
    ],
    [
      'a case in which a name has come to mean another thing',
      inFront(`switch (a) { case 1: { const a = 2; go(a); } if (await ${ask}) go(a); }`),
      inFront(`switch (a) { case 1: { const a = 2; go(a); go(a); } }`),
      'removed neither',
    ],
    [
      'a declaration that nothing used',
      inFront(`if (await ${ask}) return 7;`).concat('const guard = () => true;'),
      base.replace('return a + 1', 'return 7'),
      'removed on',
    ],
    [
      'a whole file',
      inFront(`if (await ${ask}) return 7;`),
      '',
      'unclear: it is removed, and who else loads it is not known',
    ],
    [
      'a comment that tools obey',
      inFront(`if (await ${ask}) return 7;`),
      `/** @jsxImportSource evil */\n${base.replace('return a + 1', 'return 7')}`,
      'unclear: a comment that tools obey is new, or has moved',
    ],
    [
      'a comment that hides in a text',
      inFront(`if (await ${ask}) return 7;`).replace('return 7', 'return "http://x"'),
      base.replace('return a + 1', 'return "http://x"; /*\n @jsxImportSource evil */'),
      'unclear: a comment that tools obey is new, or has moved',
    ],
    [
      'with a comment that tools obey',
      `// @ts-nocheck\n${inFront(`if (await ${ask}) return 7;`)}`,
      `// @ts-nocheck\n${base.replace('return a + 1', 'return 7')}`,
      'removed on',
    ],
    [
      'a require that ran each time',
      inFront(`const late = require('./late.js');\n  if (await ${ask}) return 7;\n  late.go();`),
      base.replace('return a + 1', 'return 7'),
      'removed neither',
    ],
    [
      'what was not understood',
      inFront(`if (await ${ask.replace('false', 'false, context()')}) return 7;`),
      base.replace('return a + 1', 'return 7'),
      'unclear: its context may act or throw',
    ],
    [
      'a shorthand',
      inFront(`const on = await ${ask};\n return { on };`),
      base.replace('return a + 1', 'return { on: true }'),
      'removed on',
    ],
    [
      'a name out of a required module',
      inFront(`if (await ${ask}) return 7;\n old(a);`).replace(
        'import',
        `const { twice: old, more } = require('./twice.json');\nimport`,
      ),
      base
        .replace('return a + 1', 'return 7')
        .replace('export', `const { more } = require('./twice.json');\nexport`),
      'removed on',
    ],
    [
      'functions below a return',
      inFront(`if (await ${ask}) return 7;`).replace(
        'return a + 1;',
        'return help();\n  function help() { return 1; }',
      ),
      base.replace('return a + 1;', 'return 7;\n  function help() { return 1; }'),
      'removed on',
    ],
  ])('knows a removed flag: %s', (_what, old, head, expected) => {
    expect(said(answer(head, old))).toBe(expected);
  });

  it('says where a removal does more', () => {
    const old = inFront(`if (await ${ask}) return 7;`);
    const { restores, on } = answer(base.replace('return a + 1', 'return 8'), old);
    expect(restores).toBe('neither');
    expect(on).toMatchObject({ oldLine: 5, newLine: 3, new: 'return 8;' });
  });
});
