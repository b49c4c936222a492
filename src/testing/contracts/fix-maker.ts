import { describe, expect, it } from 'vitest';
import { parseSource } from '../../adapters/prover/parse.ts';
import type { CandidateQuestion } from '../../domain/crash-fix.ts';
import type { FixMaker } from '../../ports/fix-maker.ts';

const text = `exports.label = (user) => {
  // Of a user.
  return user.name.trim();
};
exports.sum = (a, b) => {
  if (a < b) return a - b;
  return a;
};
`;
const missing = {
  errorType: 'TypeError',
  message: "Cannot read properties of undefined (reading 'trim')",
} as const;
const wrong = { errorType: 'AssertionError', message: '' } as const;

const question = (line: number, over: Partial<CandidateQuestion> = {}): CandidateQuestion => ({
  ...{ place: { file: 'lib/label.js', line }, text, ...missing },
  ...over,
});

function parses(text: string): boolean {
  try {
    parseSource('a.js', text);
    return true;
  } catch {
    return false;
  }
}

/** Every maker of candidates MUST pass it. */
export function fixMakerContract(make: () => FixMaker): void {
  describe('fix maker contract', () => {
    it('answers edits of the one file, each another program, and their size', async () => {
      const found = await make().candidates(question(3));
      expect(found?.[0]).toMatchObject({ kind: 'template', name: 'optional-chain', line: 3 });
      expect(found?.[0]?.text).toBe(text.replace('name.trim', 'name?.trim'));
      const texts = found?.map((one) => one.text) ?? [];
      expect(new Set([text, ...texts]).size).toBe(texts.length + 1);
      for (const one of found ?? []) {
        expect(one.file).toBe('lib/label.js');
        expect(one.size).toBeGreaterThan(0);
        expect(parses(one.text), one.text).toBe(true);
      }
    });

    it('answers templates before mutations, and the same to the same question', async () => {
      const maker = make();
      const found = await maker.candidates(question(6, wrong));
      expect(found?.length).toBeGreaterThan(10);
      const kinds = found?.map(({ kind }) => kind) ?? [];
      expect(kinds).toEqual(
        kinds.toSorted((one, other) => (one === other ? 0 : one === 'template' ? -1 : 1)),
      );
      expect(await maker.candidates(question(6, wrong))).toEqual(found);
    });

    it('answers nothing where no statement is, and cannot read what is no program', async () => {
      const maker = make();
      expect(await maker.candidates(question(99))).toEqual([]);
      expect(await maker.candidates(question(1, { text: '' }))).toEqual([]);
      expect(await maker.candidates(question(1, { text: 'return return (' }))).toBeUndefined();
    });

    it('executes nothing of the text, and survives what is hostile', async () => {
      const maker = make();
      const acts = `process.exit(7);\nthrow new Error(user.name);\n`;
      const found = await maker.candidates(question(2, { text: acts }));
      expect(found?.length).toBeGreaterThan(0);
      const message = `(reading '${'x'.repeat(10_000)}') $& \u0000 .${'('.repeat(1000)}`;
      expect(await maker.candidates(question(3, { message }))).toBeDefined();
      expect(
        await maker.candidates(question(1, { text: `f(${'['.repeat(300)}a.b${']'.repeat(300)});` })),
      ).toBeDefined();
      expect(await maker.candidates(question(1, { text: `/*${'a'.repeat(600_000)}*/ f(a.b);` }))).toEqual([]);
    });
  });
}
