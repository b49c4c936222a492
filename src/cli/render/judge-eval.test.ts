import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../judge-eval/report.ts';
import { heardRow, sampleRow } from '../../testing/heard-rows.ts';
import { renderEval } from './judge-eval.ts';

const model = { name: 'opus', family: 'claude', model: 'claude-opus-5-5', scripted: false };
const [held, open] = ['CWE-2', 'CWE-193'].map((origin) => sampleRow('row', 'object', origin));

function told(scripted: boolean): string {
  if (held === undefined || open === undefined) throw new Error('no rows');
  const spoken = sampleRow('spoken', 'object', open.origin, true);
  const heard = [
    heardRow(open, 'veto', { findings: [{ path: 'a.js', side: 'head', line: 2 }] }),
    heardRow(spoken, 'abstain', { reasons: ['opus, security: it is unsure about access'] }, 'veto'),
    heardRow(held, 'no-objection'),
  ];
  const set = heard.map(({ row }) => row);
  const report = reportOf(heard, {
    models: [{ ...model, scripted }],
    prompts: 'sha256:0123456789abcdef',
    set,
  });
  return stripVTControlCharacters(renderEval(report).join('\n'));
}

describe('what is said of an evaluation', () => {
  it('tells of both parts apart, each figure with its interval', () => {
    expect(open?.split).toBe('development');
    expect(held?.split).toBe('held-out');
    const text = told(false);
    const [first = '', second = ''] = text.split('Held-out part');
    expect(first).toContain('Judge: opus (claude, claude-opus-5-5); prompts sha256:0123456789ab');
    expect(first).toMatch(/bad changes vetoed +50 % {2}1\/2 +1\.3 % to 99 %/);
    expect(first).toMatch(/text made it softer +100 % {2}1\/1/);
    expect(first).toMatch(/mutant +1 row: vetoed 1\/1, let through 0\/1, abstained 0\/1/);
    expect(second).toMatch(/bad changes let through +100 % {2}1\/1/);
    expect(second).toMatch(/vetoes that were right +nothing to count/);
    expect(text).toMatch(/1 {2}opus, security: it is unsure about access/);
  });

  it('says that it does not know who looked at what was held out', () => {
    expect(told(false).replaceAll(/\s+/g, ' ')).toContain('before a prompt was changed is not known here');
  });

  it('says of a scripted model that its figures are no figures', () => {
    expect(told(true).replaceAll(/\s+/g, ' ')).toContain('SCRIPTED: its answers were written by a person');
    expect(told(true).replaceAll(/\s+/g, ' ')).toContain('nothing of any judge');
    expect(told(false)).not.toContain('SCRIPTED');
  });
});
