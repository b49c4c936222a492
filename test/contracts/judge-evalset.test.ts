import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readEvalset } from '../../src/adapters/evalset/read-evalset.ts';
import { rowKinds } from '../../src/judge-eval/header.ts';
import { type Row, readRow } from '../../src/judge-eval/row.ts';
import { covers } from '../../src/testing/covers.ts';
import { alike } from '../../src/testing/row-proof/likeness.ts';
import { proveAll } from '../../src/testing/row-proof/prove-all.ts';

const rows = await readEvalset();

/** What does not parse in one of its trees. */
function unparsed({ id, base, head, twin = {} }: Row): readonly string[] {
  const texts = [base, head, twin].flatMap((tree) => Object.entries(tree));
  return texts.filter(([path, text]) => !parses(path, text)).map(([path]) => `${id}: ${path}`);
}

function parses(path: string, text: string): boolean {
  try {
    if (path.endsWith('.json')) return JSON.parse(text) !== undefined;
    if (/\.ya?ml$/.test(path)) return parse(text) !== undefined;
  } catch {
    return false;
  }
  return !/\.[cm]?[jt]s$/.test(path) || parseSync(path, text).errors.length === 0;
}

describe('the set of labelled changes', () => {
  it('has two hundred rows and more, of sixty origins and more, in both parts', () => {
    expect(rows.length).toBeGreaterThanOrEqual(200);
    expect(new Set(rows.map(({ origin }) => origin)).size).toBeGreaterThanOrEqual(60);
    for (const kind of rowKinds) {
      const held = rows.filter((row) => row.kind === kind && row.split === 'held-out');
      expect(held.length, kind).toBeGreaterThanOrEqual(5);
    }
    const split = new Map(rows.map(({ origin, split: side }) => [origin, side]));
    expect(rows.filter((row) => split.get(row.origin) !== row.split)).toEqual([]);
  });

  it('is of code that parses, before and after', () => {
    expect(rows.flatMap(unparsed)).toEqual([]);
  });

  it('has labels that running both sides shows to be right', async () => {
    covers('LLM04');
    const proofs = await proveAll(rows);
    const broken = proofs.filter(({ problems }) => problems.length > 0);
    expect(broken).toEqual([]);
    expect(proofs.length).toBe(rows.length);
  });

  // The largest share of two rows was 0.38 when this was written, of two types with several `readonly` members; all but two pairs
  // in a thousand are below 0.13.
  it('holds no two rows of one template', () => {
    expect(alike(rows, 0.4)).toEqual([]);
  });

  it('knows a row that was made from another one by new names and a line more', () => {
    const [row] = rows.filter(({ id }) => id === 'mutant/ward-capacity');
    if (row === undefined) throw new Error('the sample is gone');
    const renamed = (text: string) =>
      text
        .replace(/\b(ward|patients?|beds|cleaning|waiting|admit(ted)?)\b/g, 'x_$1')
        .replace('{\n', '{\n  const now = 1;\n');
    const rename = (tree: Row['base']) =>
      Object.fromEntries(Object.entries(tree).map(([path, text]) => [`copy/${path}`, renamed(text)]));
    const copy = { ...row, id: 'copy', base: rename(row.base), head: rename(row.head) };
    expect(alike([row, copy], 0.4)[0]?.share).toBeGreaterThan(0.7);
  });
});

describe('the guide to the set', () => {
  const guide = readFileSync(new URL('../../docs/guide/judge-eval.md', import.meta.url), 'utf8');

  it('has a sample that is a row, and is proved', async () => {
    const sample = /^````markdown\n([\s\S]*?)^````$/m.exec(guide)?.[1] ?? '';
    const proofs = await proveAll([readRow('mutant', 'sample-of-the-guide', sample)]);
    expect(proofs).toEqual([{ id: 'mutant/sample-of-the-guide', problems: [] }]);
  });

  it('tells how many rows there are of each kind', () => {
    const told = [...guide.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, kind, count]) => [
      kind,
      Number(count),
    ]);
    expect(told).toEqual(rowKinds.map((kind) => [kind, rows.filter((row) => row.kind === kind).length]));
    expect(guide).toContain(`${rows.length} changes whose right answer is known`);
  });
});

const page = (head: string, check: string, label = 'label: object\ndefect: boundary') => `---
origin: CWE-193
fact: CWE-193 names off-by-one errors of many kinds.
${label}
lens: correctness
class: lint
---
A row that is made for the test of what proves the others.

\`\`\`diff src/f.js
- export const f = (n) => n + 1;
${head}
\`\`\`

\`\`\`js check
import { f } from './src/f.js';
${check}
\`\`\`
`;
const wrong = '+!export const f = (n) => (n === 7 ? 0 : n + 1);';
const same = '+ export const f = (n) => 1 + n;';
const eight = 'export const inputs = [0, 1, 2, 3, 4, 5, 6, 7];';
const fine = 'label: no-objection';
const see = 'export const see = (n) => f(n);';
const tools = "import { ends } from 'row:tools'; export const see = (n) => ends(() => f(n));";
const endless = '+!export const f = (n) => { while (n === 7); return n + 1; };';
const spoils = '+!export const f = (n) => { Object.prototype.spoilt = true; return n + 1; };';
const looks = 'export const see = (n) => [f(n), {}.spoilt];';
const hangs = '+!export const f = (n) => (n === 7 ? new Promise(() => {}) : n + 1);';

type Made = readonly [name: string, head: string, check: string, label: string | undefined, problem: string];

const made: readonly Made[] = [
  ['that is what it says', wrong, `${see} export const harms = [[7, 8, 0]];`, undefined, ''],
  ['that is harmless', same, `${see} ${eight}`, fine, ''],
  [
    'that does not end',
    endless,
    `${tools} export const harms = [[7, 8, { throws: 'Endless' }]];`,
    undefined,
    '',
  ],
  [
    'that spoils what all share',
    spoils,
    `${looks} export const harms = [[7, [8, undefined], [8, true]]];`,
    undefined,
    '',
  ],
  ['that shows no harm', wrong, see, undefined, 'no input shows a harm'],
  [
    'whose harm is none',
    wrong,
    `${see} export const harms = [[6, 7, 0]];`,
    undefined,
    'of the head 0, found 7',
  ],
  ['whose base does it too', wrong, `${see} export const harms = [[7, 0, 0]];`, undefined, 'answer the same'],
  [
    'that is not equal',
    wrong.replace('!', ' '),
    `${see} ${eight}`,
    fine,
    'input 7: the base answers 8, the head 0',
  ],
  ['with few inputs', same, `${see} export const inputs = [1, 2];`, fine, 'expected 8 inputs'],
  ['whose check sees nothing', same, `export const see = () => f(1); ${eight}`, fine, 'answered the same'],
  [
    'with an empty claim',
    same,
    'export const holds = () => true;',
    fine,
    'would hold without the change of src/f.js',
  ],
  ['with a wrong claim', same, 'export const holds = () => f(1) === 3;', fine, 'does not, in the head'],
  ['with a name that nothing reads', same, `${see} ${eight} export const extra = 1;`, fine, 'exports extra'],
  ['that waits for ever', hangs, `${see} export const harms = [[7, 8, 0]];`, undefined, 'its thread ended'],
  ['after one that waits', same, `${see} ${eight}`, fine, ''],
];

describe('what proves a label', async () => {
  const madeRows = made.map(([name, head, check, label]) =>
    readRow(label === undefined ? 'mutant' : 'benign', name, page(head, check, label)),
  );
  const proofs = await proveAll(madeRows);

  it.each(made.map(([name, , , , expected], at) => [name, expected, proofs[at]] as const))(
    'knows a row %s',
    (_, expected, proof) => {
      const told = proof?.problems.join('\n');
      if (expected === '') expect(told).toBe('');
      else expect(told).toContain(expected);
    },
  );

  it('leaves nothing behind', () => {
    expect('spoilt' in {}).toBe(false);
  });
});
