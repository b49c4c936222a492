import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { owaspPage } from '../../scripts/owasp/page.ts';
import { readTags, tagsIn } from '../../scripts/owasp/read-tags.ts';
import { risks } from '../../scripts/owasp/risks.ts';
import { riskIds } from '../../src/testing/covers.ts';

const root = join(import.meta.dirname, '../..');

describe('the map of the OWASP lists', () => {
  const tags = readTags(root);

  it('is what the tests say today (node scripts/write-owasp.ts writes it)', () => {
    expect(readFileSync(join(root, 'docs/guide/owasp.md'), 'utf8')).toBe(owaspPage(tags));
  });

  it.each(riskIds)('has a control that is there and a test for %s, or says why it does not apply', (id) => {
    const { control, where } = risks[id];
    const shown = tags.filter((tag) => tag.risks.includes(id));
    expect(where.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    if (control.startsWith('Not applicable: ')) expect([where, shown]).toEqual([[], []]);
    else expect(Math.min(where.length, shown.length)).toBeGreaterThan(0);
  });
});

describe('a tag', () => {
  it('belongs to the nearest describe or it, whatever the form', () => {
    const text = `describe('a', { timeout: 1 }, () => { covers('LLM01', 'ASI02');
      it.each([1])('b $c', () => { covers('LLM02'); });
      it('c', () => {}); });`;
    expect(tagsIn('a.test.ts', text)).toEqual([
      { file: 'a.test.ts', name: 'a', risks: ['LLM01', 'ASI02'] },
      { file: 'a.test.ts', name: 'a > b $c', risks: ['LLM02'] },
    ]);
  });

  it.each([
    ['outside of any', "covers('LLM01');", /stands in no describe/],
    ['of a test that is skipped', "it.skip('a', () => { covers('LLM01'); });", /may not run/],
    [
      'below what runs here and there',
      "describe.runIf(x)('a', () => { it('b', () => { covers('LLM01'); }); });",
      /may not run/,
    ],
    ['of a risk that nobody knows', "it('a', () => { covers('LLM11'); });", /names risks/],
    ['that is made up as it runs', "it('a', () => { covers(...all); });", /names risks/],
  ])('is an error %s', (_what, text, message) => {
    expect(() => tagsIn('a.test.ts', text)).toThrow(message);
  });
});
