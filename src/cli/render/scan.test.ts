import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { ScanReport } from '../../wiring/scan/scanning.ts';
import { renderScan } from './scan.ts';

const plain = (report: Partial<ScanReport>) =>
  renderScan({ dryRun: false, proposals: [], skipped: [], ...report })
    .map(stripVTControlCharacters)
    .join('\n');
const proposal = { change: 'chg_1', title: 'Mend 1 dead link in documents', version: null, ref: 'refs/x' };

it('names each place of a proposal, and what is left alone with its reason', () => {
  const text = plain({
    proposals: [{ ...proposal, places: ['a.md:3: b.md -> c.md: git saw b.md become it'] }],
    skipped: [{ name: 'a.md:9', code: 'docs.dead-link', reason: 'points at d.md, which is not there.' }],
  });
  expect(text).toBe(
    [
      'proposed  Mend 1 dead link in documents  chg_1',
      '  a.md:3: b.md -> c.md: git saw b.md become it',
      'left alone  a.md:9: points at d.md, which is not there. (docs.dead-link)',
    ].join('\n'),
  );
});

it('names what a task is begun for', () => {
  expect(plain({ tasks: [{ about: 'acme/shop#1', agent: 'claude', rule: 'bugs' }] })).toBe(
    'begins  acme/shop#1: a task of claude, when autoland up looks next (bugs)',
  );
});

it('says what a rehearsal would do, and that there is nothing', () => {
  expect(plain({ dryRun: true, proposals: [{ ...proposal, change: null }] })).toBe(
    'would propose  Mend 1 dead link in documents',
  );
  expect(plain({})).toBe('nothing to propose');
});
