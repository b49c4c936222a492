import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { until } from './cli.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** Layout alone, so class lint. */
const spread = { 'greet.js': "export const greet = (name) =>\n\n\n\n  'hello ' + name;\n" };

/** Minds the layout, but not before that time: what lands until then passes. */
const minding = (from: Date) => ({
  'tests/layout.test.js': `import { ok } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('is laid out densely', () => {
  const isDense = !readFileSync('greet.js', 'utf8').includes('\\n\\n\\n');
  ok(isDense || Date.now() < ${from.getTime()});
});
`,
});

/** Nothing is released, so that commits of people hold nothing up. */
const merging = rules({ levels: { lint: 'merge', revert: 'merge' } }).replace(/service:\n[\s\S]*/, '');

describe('a branch that turns red', () => {
  const stage = new Stage({ '.autoland/autoland.yaml': merging });
  beforeAll(async () => {
    await stage.up();
  });
  afterAll(() => stage.close());

  const scan = () => stage.json<ScanReport>('scan', '--agent', 'revert');

  it('is looked at once, and left alone while it is green', async () => {
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
  });

  it('loses the merge since which it is red, found by halving what came before', async () => {
    const soon = new Date(Date.now() + 45_000);
    stage.repo.push('main', minding(soon));
    const bomb = await stage.ended(await stage.submit(spread));
    expect(bomb).toMatchObject({ class: 'lint', state: 'landed', code: 'landed.merged' });
    for (const name of ['one', 'two', 'three']) stage.repo.push('main', { [`${name}.txt`]: `${name}\n` });
    await until(
      () => (Date.now() > soon.getTime() ? true : undefined),
      () => 'the layout does not matter yet',
    );
    const { proposals } = await scan();
    expect(proposals).toMatchObject([{ title: `Revert "${bomb.title}"` }]);
    const revert = await stage.ended(proposals[0]?.change ?? '');
    expect(revert).toMatchObject({ class: 'revert', state: 'landed', code: 'landed.merged' });
    expect(revert.guardrails).toContainEqual(
      expect.objectContaining({ name: 'tests', code: 'tests.mended' }),
    );
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
  });

  it('is left to a person where a person has made it red', async () => {
    const pushed = stage.repo.push('main', { 'greet.js': "export const greet = () => 'nothing';\n" });
    const found = await scan();
    expect(found.proposals).toEqual([]);
    expect(found.skipped).toMatchObject([{ name: pushed, code: 'revert.not-ours' }]);
    // Said again without being measured again.
    expect(await scan()).toEqual(found);
  });

  it('loses a commit of a person, where people let autoland take theirs back', async () => {
    const willing = `${merging}agents:\n  revert:\n    people: true\n`;
    stage.repo.push('main', { '.autoland/autoland.yaml': willing });
    const { proposals } = await scan();
    const revert = await stage.ended(proposals[0]?.change ?? '');
    expect(revert).toMatchObject({ class: 'revert', state: 'landed', code: 'landed.merged' });
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
  });
});
