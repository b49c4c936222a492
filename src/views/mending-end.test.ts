import { expect, it } from 'vitest';
import { mendingEnd } from './mending-end.ts';

const cause = { kind: 'refusal', change: 'chg_1', codes: ['tests.failed'] } as const;
const finding = (verdict: string, code: string) => ({
  ...{ name: code.split('.')[0] ?? '', verdict, code, reason: '', evidence: null },
});

it('ends a mending that would go round in circles', () => {
  const again = { class: 'other', notPassed: [finding('fail', 'tests.failed')] };
  expect(mendingEnd(cause, again)).toBe('refused again for the same reason: tests.failed');
  const unsure = { class: 'docs', notPassed: [finding('abstain', 'tests.failed')] };
  expect(mendingEnd(cause, unsure)).toMatch(/same reason/);
});

it('ends one that has done what an agent can', () => {
  const abstains = { class: 'other', notPassed: [finding('abstain', 'judge.unsure')] };
  expect(mendingEnd(cause, abstains)).toMatch(/a person to land/);
});

it('lets one go on that fails for another reason, and says nothing of other tasks', () => {
  const other = { class: 'other', notPassed: [finding('fail', 'lint.failed')] };
  expect(mendingEnd(cause, other)).toBeUndefined();
  expect(mendingEnd(cause, { class: 'docs', notPassed: [] })).toBeUndefined();
  expect(mendingEnd(null, { class: 'other', notPassed: [] })).toBeUndefined();
});
