import { expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { judgeYaml } from '../../testing/judge-yaml.ts';
import type { JudgeView } from '../../views/judge-standing.ts';
import { renderJudges, renderMeasured } from './judges.ts';

const { judge: configured } = parseConfig(`version: 1\n${judgeYaml()}`, 'test.yaml');
const one: JudgeView = {
  judge: 'ab'.repeat(16),
  class: 'docs',
  panel: [{ name: 'one', family: 'claude', model: 'c-1', scripted: true }],
  families: 2,
  prompts: `sha256:${'cd'.repeat(32)}`,
  first: '2026-01-01T00:00:00.000Z',
  last: '2026-02-01T00:00:00.000Z',
  standing: { earned: true, why: 'it found 70 of 70 seeded defects' },
  outcomes: { caught: 70, missed: 0, elsewhere: 1, cleared: 9, 'false-veto': 1, abstained: 4 },
  hosts: 12,
  misses: { of: 70, lower: 0, upper: 0.046 },
  falseVetoes: { of: 10, lower: 0.001, upper: 0.61 },
  breaches: 1,
  open: 2,
};
const text = (judges: readonly JudgeView[], now = configured) =>
  renderJudges({ state: '/s', configured: now, judges }).join('\n').replaceAll(/\n +/g, ' ');

it('says who judges, what it found and missed, with bounds, and that a scripted one is', () => {
  const shown = text([one]);
  for (const part of [
    'Configured: one, two; 2 families must have no objection.',
    'abababababab has standing for docs: one (claude, c-1, scripted',
    'seeded defects: 70 found, in 12 changes, 0 missed (0 % to 4.6 %), 1 vetoed for something else',
    'known good: 9 cleared, 1 vetoed (0.1 % to 61 %)',
    '4 abstained: they count as neither',
    'missed too many at once 1 time',
    '2 canaries without an outcome',
  ])
    expect(shown).toContain(part);
  const bare = {
    ...one,
    standing: { earned: false, why: 'x' },
    breaches: 0,
    open: 0,
    misses: { ...one.misses, of: 0 },
  };
  expect(text([bare])).toContain('has no standing');
  expect(text([bare])).toContain('missed (nothing is known)');
});

it('says that nothing was measured, or that nobody judges', () => {
  expect(text([])).toContain('None was measured yet: "no objection" counts as abstention.');
  expect(text([], 'none')).toContain('judge: none');
});

it('says what was measured just now', () => {
  const lines = renderMeasured({ state: '/s', asked: 1, wanted: 2, judges: [one] }).join(' ');
  expect(lines).toContain('Asked about 1 canary. No more could be made');
  expect(lines).toContain('has standing');
});
