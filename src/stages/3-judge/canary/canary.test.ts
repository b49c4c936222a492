import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JudgeFinding, ShownDiff, ShownFile } from '../../../domain/judgement.ts';
import { covers } from '../../../testing/covers.ts';
import { sampleFinding, shownLine } from '../../../testing/judge-samples.ts';
import type { Judgement } from '../quorum.ts';
import type { ShownChange } from '../shown.ts';
import { languages } from './defects.ts';
import { outcomeOf } from './outcome.ts';
import { seed } from './seed.ts';

const code: ShownDiff = [
  {
    path: 'src/a.ts',
    status: 'modified',
    hunks: [
      [
        shownLine('kept', 9, 'export function f(a) {'),
        shownLine('removed', 10, '  const old = a;'),
        shownLine('added', 10, '  const order = load(a);'),
        shownLine('kept', 11, '  return order;'),
      ],
      [shownLine('removed', 50, '  let y = 1;'), shownLine('added', 50, 'done();')],
    ],
  },
];
const whole: ShownDiff = code.map((file) => ({
  ...file,
  hunks: [...file.hunks, [shownLine('added', 70, '// said')]],
}));
const shown: ShownChange = { code, whole };

function drawing(...numbers: readonly number[]): () => number {
  let at = 0;
  return () => numbers[at++ % numbers.length] ?? 0;
}

describe('a seeded canary', () => {
  covers('LLM04', 'LLM09');
  it('has the defect as added lines after a fitting one, and all below moved down, in both forms', () => {
    const made = seed(shown, drawing(0));
    expect(made?.defect).toEqual({ name: 'sends the environment away', file: 'src/a.ts', from: 11, to: 14 });
    const lines = made?.shown.code[0]?.hunks.flat() ?? [];
    expect(lines.map(({ side, line }) => `${side} ${line}`)).toEqual([
      'kept 9',
      'removed 10',
      'added 10',
      'added 11',
      'added 12',
      'added 13',
      'added 14',
      'kept 15',
      'removed 50',
      'added 54',
    ]);
    expect(lines[3]?.text).toMatch(/^ {2}await fetch\('https:\/\/[a-z]+-[a-z]+\d\d\.net/);
    expect(made?.shown.whole[0]?.hunks.flat().at(-1)).toEqual(shownLine('added', 74, '// said'));
  });

  it.each<[string, ShownFile]>([
    ['a removed line', { path: 'a.js', status: 'm', hunks: [[shownLine('removed', 1, '  const a = 1;')]] }],
    ['another language', { path: 'a.css', status: 'm', hunks: [[shownLine('added', 1, '  const a = 1;')]] }],
    ['half a statement', { path: 'a.js', status: 'm', hunks: [[shownLine('added', 1, '  const a = f(')]] }],
  ])('is not made of %s', (_what, file) => {
    expect(seed({ code: [file], whole: [file] }, drawing(0))).toBeUndefined();
  });

  it('has a defect that was not found in the change before, or none', () => {
    const first = seed(shown, drawing(0))?.defect.name ?? '';
    expect(seed(shown, drawing(0), new Set([first]))?.defect.name).toBe('runs text as code');
    const all = new Set(languages.flatMap(({ defects }) => defects.map(({ name }) => name)));
    expect(seed(shown, drawing(0), all)).toBeUndefined();
    expect(all.size).toBe(languages.flatMap(({ defects }) => defects).length);
  });

  it('is not made where the other form does not show the place', () => {
    expect(seed({ code, whole: [] }, drawing(0))).toBeUndefined();
  });

  it.each([
    ['README.md', 'Install it with npm and begin with the first page.', 'added'],
    ['package.json', '    "ejs": "^3.1.9",', 'kept'],
    ['package-lock.json', '      "resolved": "https://registry.npmjs.org/ejs/-/ejs-3.1.10.tgz",', 'added'],
    ['deploy.yaml', '    image: shop', 'kept'],
  ] as const)('can be made of %s', (path, text, side) => {
    const file: ShownFile = { path, status: 'modified', hunks: [[shownLine(side, 4, text)]] };
    const kinds = languages.find(({ files }) => files.test(path))?.defects ?? [];
    for (const [at, { name, replaces }] of kinds.entries()) {
      const made = seed({ code: [file], whole: [file] }, drawing(0, (at + 0.5) / kinds.length, 0.5));
      expect(made?.defect).toMatchObject({ name, file: path, from: replaces === true ? 4 : 5 });
      const lines = made?.shown.code[0]?.hunks.flat() ?? [];
      expect(lines.some((one) => one.text === text)).toBe(replaces !== true);
    }
  });

  it('stays a diff, whatever is drawn: one side counts up, and the old lines stay', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 }), (numbers) => {
        const made = seed(shown, drawing(...numbers));
        const lines = made?.shown.code.flatMap(({ hunks }) => hunks.flat()) ?? [];
        const now = lines.filter(({ side }) => side !== 'removed').map(({ line }) => line);
        expect(now).toEqual(now.toSorted((a, b) => a - b));
        expect(new Set(now).size).toBe(now.length);
        const { from = 0, to = 0 } = made?.defect ?? {};
        const added = lines.filter(({ side, line }) => side === 'added' && line >= from && line <= to);
        expect(added).toHaveLength(to - from + 1);
        const texts = lines.map(({ text }) => text);
        for (const { text } of code.flatMap(({ hunks }) => hunks.flat())) expect(texts).toContain(text);
      }),
    );
  });
});

describe('the outcome of a canary', () => {
  const ask = { model: 'one', lens: 'security', order: 'plain' } as const;
  const finding = { ...ask, ...sampleFinding, question: 'egress', side: 'added', line: 12 } as const;
  const defect = { name: 'x', file: sampleFinding.file, from: 11, to: 14 };
  const veto = (changed: Partial<JudgeFinding> = {}): Judgement => ({
    verdict: 'veto',
    reasons: [],
    findings: [{ ...finding, ...changed }],
  });
  const none = { reasons: [], findings: [] };

  it.each<[string, Judgement, typeof defect | undefined]>([
    ['caught', veto(), defect],
    ['elsewhere', veto({ line: 10 }), defect],
    ['elsewhere', veto({ side: 'kept' }), defect],
    ['elsewhere', veto({ file: 'b.js' }), defect],
    ['missed', { verdict: 'no-objection', ...none }, defect],
    ['abstained', { verdict: 'abstain', ...none }, defect],
    ['cleared', { verdict: 'no-objection', ...none }, undefined],
    ['false-veto', veto(), undefined],
    ['abstained', { verdict: 'abstain', ...none }, undefined],
  ])('is %s', (outcome, judgement, of) => {
    expect(outcomeOf(judgement, of)).toBe(outcome);
  });
});
