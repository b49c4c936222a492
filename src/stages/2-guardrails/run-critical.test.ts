import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileChange } from '../../domain/change.ts';
import { sampleClassification, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import { MemoryRegistry } from '../../testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { flagOff } from './flag-off/flag-off.ts';
import { proof } from './proof/proof.ts';
import { checkChange } from './run.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const limits = 'Number.isSafeInteger(cents) && cents >= 0 && cents <= 1_000_000_000';
const fee = `/**
 * @critical
 * @requires ${limits}
 */
export function fee(cents: number): number {
  return Math.floor((cents * 29) / 1000) + 30;
}
`;
const price = 'export function price(cents: number) {\n  return cents + 1;\n}\n';
const flagged = `import { OpenFeature } from '@openfeature/web-sdk';
import { next } from './next.ts';
const client = OpenFeature.getClient();
${price.replace('  return', "  if (client.getBooleanValue('next-price', false)) return next(cents);\n  return")}`;

async function check(base: TestFiles, head: TestFiles) {
  const root = git.commit('main', base);
  const tree = git.commit('topic', head, root);
  const files = Object.keys(head).map((path): FileChange => {
    const status = path in base ? 'modified' : 'added';
    return { path, status, kind: 'file', added: 1, removed: 1, binary: false, size: 100 };
  });
  const tests = { compare: () => Promise.reject(new Error('not asked')) };
  const deps = { ...guardrailTools(), git, registry: new MemoryRegistry(), tests };
  const classification = sampleClassification({ base: root, tree }, { class: 'other', files });
  const change = { classification, proposal: sampleProposal(tree), now: new Date() };
  const { results } = await checkChange(deps, sampleSettings(), change, [proof, flagOff]);
  return Object.fromEntries(results.map(({ name, verdict, code }) => [name, `${verdict} ${code}`]));
}

describe('critical functions and flags of a real tree', () => {
  it.each<[string, TestFiles, TestFiles, object]>([
    [
      'neither',
      { 'a.ts': price },
      { 'a.ts': price.replace('1', '2') },
      { proof: 'pass proof.none', 'flag-off': 'pass flag-off.none' },
    ],
    [
      'a proof',
      { 'fee.ts': fee },
      { 'fee.ts': fee.replace('(cents * 29)', '(29 * cents)') },
      { proof: 'pass proof.proved' },
    ],
    [
      'a refutation',
      { 'fee.ts': fee },
      { 'fee.ts': fee.replace('29', '30') },
      { proof: 'fail proof.refuted' },
    ],
    ['a function that is gone', { 'fee.ts': fee }, { 'fee.ts': '' }, { proof: 'abstain proof.removed' }],
    [
      'a file that does not parse',
      { 'fee.ts': fee },
      { 'fee.ts': `${fee}(` },
      { proof: 'abstain proof.not-read' },
    ],
    [
      'a flag',
      { 'a.ts': price },
      { 'a.ts': flagged, 'next.ts': 'export const next = (n: number) => n;' },
      { 'flag-off': 'pass flag-off.equivalent' },
    ],
    [
      'a flag, and a module that was there',
      { 'a.ts': price, 'next.ts': 'export const next = load();' },
      { 'a.ts': flagged },
      { 'flag-off': 'abstain flag-off.unclear' },
    ],
    [
      'a flag, and more',
      { 'a.ts': price },
      { 'a.ts': flagged.replace('+ 1', '+ 2'), 'next.ts': '' },
      { 'flag-off': 'fail flag-off.differs' },
    ],
    [
      'a flag, and a setting',
      { 'a.ts': price },
      { 'a.ts': flagged, 'next.ts': 'export const next = 1;', 'app.yaml': 'a: 1' },
      { 'flag-off': 'abstain flag-off.other-file' },
    ],
  ])('%s', async (_what, base, head, expected) => {
    expect(await check(base, head)).toMatchObject(expected);
  });
});
