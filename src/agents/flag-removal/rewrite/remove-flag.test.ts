import { describe, expect, it } from 'vitest';
import { parseSource } from '../../../adapters/prover/parse.ts';
import { answerFlags } from '../../../flag-off/compare.ts';
import { removeFlag } from './remove-flag.ts';

const parsers = {
  parse: (path: string, text: string) => parseSource(path, text).program,
  parseWritten: (path: string, text: string) => parseSource(path, text, { preserveParens: true }).program,
};
const helpers = ['@acme/flags#isOn', '@acme/flags#client'];

function removed(text: string, path = 'src/a.ts'): string {
  const paths = [path, 'src/old.ts'];
  const answer = removeFlag({ key: 'new', value: true, files: [{ path, text }], paths, helpers }, parsers);
  if (answer.kind === 'cannot') return `cannot, line ${answer.line}: ${answer.why}`;
  const head = answer.files[0]?.text ?? text;
  const others = [{ path: 'src/old.ts', text: 'export const oldPrice = (n: number) => n;' }];
  const judged = answerFlags({ files: [{ path, base: text, head }], others, paths, helpers }, parsers.parse);
  const isProved = judged.restores === 'on' && judged.doubts.length + judged.wants.length === 0;
  return isProved ? head : `not proved: ${JSON.stringify(judged)}\n${head}`;
}

/** A function with this inside, of a file that has a helper. */
const within = (body: string) =>
  `import { isOn, other } from '@acme/flags';\n\nexport function f(x) {\n${body}\n}\nother();\n`;
const without = (body: string) => within(body).replace('isOn, ', '');

describe('removeFlag', () => {
  it('keeps everything else as it was written', () => {
    const old = `// Prices of the shop.
import { OpenFeature } from '@openfeature/server-sdk';
import { type Rounding, oldPrice } from './old.ts';
import { sum } from './sum.ts';

const client = OpenFeature.getClient();

/** What a cart costs. */
export async function price(cart: Cart,   rounding: Rounding) {
  // The new price is behind a flag.
  const isNew = await client.getBooleanValue('new', false, { targetingKey: cart });

  if (isNew) {
    // in cents
    const total = sum(cart,  rounding);
    log(\`
      two lines: \${total}\`);
    return total;
  }

  // as it was
  const total = legacy(cart);
  return total;
}

/** As it was. */
function legacy(cart: Cart) {
  return oldPrice(cart);
}
`;
    expect(removed(old)).toBe(`// Prices of the shop.
import type { Rounding } from './old.ts';
import { sum } from './sum.ts';

/** What a cart costs. */
export async function price(cart: Cart,   rounding: Rounding) {
  // in cents
  const total = sum(cart,  rounding);
  log(\`
      two lines: \${total}\`);
  return total;
}
`);
  });

  it.each<[string, string, string]>([
    ['a negation', "  if (!isOn('new')) old();\n  go();", '  go();'],
    ['an else', "  if (isOn('new')) go();\n  else old();", '  go();'],
    [
      'an else if',
      "  if (x) a();\n  else if (isOn('new')) go();\n  else old();",
      '  if (x) a();\n  else go();',
    ],
    ['the last else if', "  if (x) a();\n  else if (!isOn('new')) old();", '  if (x) a();'],
    [
      'an else that loses all',
      "  if (x) {\n    a();\n  } else {\n    if (!isOn('new')) old();\n  }",
      '  if (x) {\n    a();\n  }',
    ],
    ['and', "  if (isOn('new') && x) go();", '  if (x) go();'],
    ['and, behind', "  if ((x || other('y')) && isOn('new')) go();", "  if (x || other('y')) go();"],
    ['or', "  if (x || isOn('new')) go();", '  go();'],
    ['a choice', "  return isOn('new') ? { a: 1 } : old;", '  return { a: 1 };'],
    ['a choice in an arrow', "  return () => isOn('new') ? { a: 1 } : old;", '  return () => ({ a: 1 });'],
    ['a comparison', "  if (isOn('new') !== true) old();\n  go();", '  go();'],
    ['a value that is passed on', "  return send(x, isOn('new'));", '  return send(x, true);'],
    [
      'a constant that is used often',
      "  const on = isOn('new');\n  if (on && x) go();\n  return { on, off: !on };",
      '  if (x) go();\n  return { on: true, off: false };',
    ],
    [
      'one of several declared',
      "  const a = x, on = isOn('new');\n  return on ? a : 1;",
      '  const a = x;\n  return a;',
    ],
    ['a let', "  let on = isOn('new');\n  return on;", '  return true;'],
    ['a function of the file', "  const on = () => isOn('new');\n  if (on()) go();", '  go();'],
    [
      'a loop of one statement',
      "  for (const y of x) if (isOn('new')) go(y);",
      '  for (const y of x) go(y);',
    ],
    [
      'a name that is taken',
      "  if (isOn('new')) {\n    const y = 1;\n    go(y);\n  }\n  const y = 2;\n  return y;",
      '  {\n    const y = 1;\n    go(y);\n  }\n  const y = 2;\n  return y;',
    ],
    [
      'a case',
      "  switch (x) {\n    case 1:\n      if (isOn('new')) return 1;\n      return 2;\n    default:\n  }",
      '  switch (x) {\n    case 1:\n      return 1;\n    default:\n  }',
    ],
    ['a statement of a value', "  isOn('new') && go();\n  !isOn('new') && old();", '  go();'],
    [
      'a flag inside of another',
      "  if (other('y')) {\n    if (isOn('new')) {\n      go();\n    }\n  }",
      "  if (other('y')) {\n    go();\n  }",
    ],
    [
      'a comment behind',
      "  if (isOn('new')) return 1; // cents\n  return 2; // old\n  // older",
      '  return 1; // cents\n  // older',
    ],
  ])('folds %s', (_what, old, now) => {
    expect(removed(within(old))).toBe(without(now));
  });

  it.each<[string, string, string]>([
    ['awaited', 'if (await client.getBooleanValue("new", false)) go();', 'go();'],
    [
      'of which details are asked',
      'if ((await client.getBooleanDetails("new", false)).value) go();',
      'go();',
    ],
    ['that is never null', 'if ((await client.getBooleanValue("new", false)) ?? false) go();', 'go();'],
  ])('folds a flag %s, of CommonJS', (_what, old, now) => {
    const file = (head: string, body: string) =>
      `'use strict';\n${head}exports.f = async () => {\n  ${body}\n};\n`;
    const head = `const { OpenFeature } = require('@openfeature/server-sdk');\nconst client = OpenFeature.getClient();\n\n`;
    expect(removed(file(head, old), 'src/a.cjs')).toBe(file('\n', now));
  });

  it('folds JSX', () => {
    const old = within(`  const on = isOn('new');
  if (on) {
    return (
      <p>
        hello {on && <b>you</b>}
        {!on ? <Old /> : (
          <New a={on ? 1 : 2} />
        )}
      </p>
    );
  }
  return <Old />;`);
    const now = without(`  return (
    <p>
      hello <b>you</b>
      <New a={1} />
    </p>
  );`);
    expect(removed(old, 'src/a.tsx')).toBe(now);
  });

  it('drops a default import of a client that nothing uses any more', () => {
    const files = (head: string, answer: string) => `${head}export const f = async () => ${answer};\n`;
    const question = {
      key: 'new',
      value: true,
      paths: ['src/client.js'],
      helpers: ['src/client.js#default'],
    };
    const text = files(
      `import client from './client.js';\n\n`,
      `(await client.getBooleanValue('new', false)) ? 1 : 2`,
    );
    const answer = removeFlag({ ...question, files: [{ path: 'src/a.js', text }] }, parsers);
    expect(answer).toEqual({ kind: 'removed', files: [{ path: 'src/a.js', text: files('', '1') }] });
  });

  it.each<[string, string, string]>([
    [
      'what acts beside it',
      "  if (touch() || isOn('new')) go();",
      'line 4: what is asked beside the flag may act',
    ],
    [
      'a hoisted name',
      "  if (isOn('new')) return 1;\n  else { var y = 2; }\n  return y;",
      'line 4: the branch that would go declares what reaches out of it',
    ],
    [
      'a switch',
      "  switch (isOn('new')) { case true: go(); }",
      'line 4: a switch over the flag is not understood',
    ],
    ['a context that may act', "  if (isOn('new', context())) go();", 'line 4: its context may act or throw'],
    [
      'a variable that changes',
      "  let on = isOn('new');\n  on = x;\n  return on;",
      'line 4: on stands for the flag, and cannot be followed',
    ],
    [
      'a function that others get',
      "  return () => isOn('new');",
      'line 4: a function answers the flag to others, and cannot be followed',
    ],
    [
      'a client that is none',
      "  if (x.getBooleanValue('new', false)) go();",
      'line 4: it is not clear what is asked: no client of OpenFeature',
    ],
  ])('cannot do with %s', (_what, body, expected) => {
    expect(removed(within(body))).toBe(`cannot, ${expected}`);
  });

  it('names the line that people know', () => {
    const body =
      "  if (isOn('new')) {\n    go();\n  } else {\n    old();\n    older();\n  }\n  if (touch() || isOn('new')) go();";
    expect(removed(within(body))).toBe('cannot, line 10: what is asked beside the flag may act');
  });

  it('leaves a file alone that asks for other flags', () => {
    const text = within("  return isOn('newer');");
    const question = { key: 'new', value: true, paths: [], helpers };
    expect(removeFlag({ ...question, files: [{ path: 'a.ts', text }] }, parsers)).toEqual({
      kind: 'removed',
      files: [],
    });
  });
});
