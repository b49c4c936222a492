import { expect, it } from 'vitest';
import type { LintFacts } from './facts.ts';
import { lint } from './lint.ts';

const judge = (facts: Partial<LintFacts>) => {
  const found = lint.check({ lint: { class: 'lint', compared: [], ...facts } });
  return `${found?.verdict} ${found?.code} ${found?.reason}`;
};
const file = (path: string, comparison: LintFacts['compared'][number]['comparison']) => ({
  path,
  comparison,
});

it('passes what was only written anew, and says what was undone', () => {
  const compared = [file('a.js', { same: true }), file('b.js', { same: true, forms: ['curly'] })];
  expect(judge({ compared })).toBe(
    'pass lint.equivalent Each of 2 files has the syntax tree that it had once curly is undone.',
  );
});

it('names the first place that may do something else', () => {
  const why = 'its syntax tree differs at line 3';
  const compared = [file('a.js', { same: true }), file('b\u001b.js', { same: false, why })];
  expect(judge({ compared })).toBe(
    'abstain lint.behaviour-may-differ b.js may do something else: its syntax tree differs at line 3.',
  );
});

it('never passes what it does not know', () => {
  expect(judge({ compared: [file('a.js', undefined)] })).toMatch(/^abstain lint\.unknown/);
  expect(judge({ compared: [] })).toMatch(/^abstain lint\.unknown/);
});

it('asks nothing of other classes', () => {
  expect(judge({ class: 'other' })).toMatch(/^pass lint\.not-asked/);
});
