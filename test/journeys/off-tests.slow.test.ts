import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeFlagNote } from '../../src/domain/code-flag.ts';
import { defaultPolicyText } from '../../src/stages/4-policy/shipped.ts';
import { openRepository } from '../../src/wiring/place/repository.ts';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** Without a service: changes are merged, and nothing is exposed. */
const merging = `${rules({ levels: { 'flag-removal': 'merge' } }).replace(/service:[\s\S]*/, 'service: null\n')}
flags: { helpers: [flags.js#isOn], removeAfter: 1ms }
`;

const head = `import { strictEqual } from 'node:assert';
import { describe, test } from 'node:test';
import { switchOn } from '../flags.js';
import { greet } from '../greet.js';
`;
const stay = `
test('greets nobody', () => strictEqual(greet(''), 'hello'));

describe('with the new greeting', () => {
  test('greets by the time of day', () => {
    switchOn('new-greeting');
    strictEqual(greet('you'), 'good day you');
  });
});
`;
const files = {
  'greet.js': `import { isOn } from './flags.js';

export const greet = (name) => {
  if (name === '') return 'hello';
  if (isOn('new-greeting')) return 'good day ' + name;
  return 'hello ' + name;
};
`,
  'flags.js': `const on = {};
export const isOn = (key) => on[key] === true;
export const switchOn = (key) => {
  on[key] = true;
};
`,
  'tests/greet.test.js': `${head}
const plain = (name) => 'hello ' + name;

// Until everybody has the new one.
describe('with the old greeting', () => {
  test('says hello', () => strictEqual(greet('you'), plain('you')));
});
${stay}`,
  'tests/plain.test.js': `import { match } from 'node:assert';
import { test } from 'node:test';
import { greet } from '../greet.js';

test('begins with hello', () => match(greet('you'), /^hello/));
`,
  '.autoland/autoland.yaml': merging,
  '.autoland/policy.cedar': defaultPolicyText(),
};
const withoutFlag = `export const greet = (name) => {
  if (name === '') return 'hello';
  return 'good day ' + name;
};
`;

describe('a flag that everybody has, and tests that describe it off', () => {
  const stage = new Stage(files);
  beforeAll(async () => {
    await stage.up();
  });
  afterAll(() => stage.close());

  const scan = (...more: string[]) => stage.json<ScanReport>('scan', '--agent', 'flag-removal', ...more);

  it('is a removal that people must help, where the tests stay or too many go', async () => {
    const change = await stage.submit({ 'README.md': '# Greeter\n\nWith a new greeting.\n' });
    await stage.ended(change);
    await using repository = await openRepository({ repo: stage.repo.dir, state: stage.state }, 'update');
    const data = { key: 'new-greeting', state: 'promoted', at: new Date().toISOString() };
    await repository.store.append({
      events: [{ type: 'stage.noted', change, actor: 'deployer', data: { note: codeFlagNote, data } }],
    });
    const alone = await stage.ended(await stage.submit({ 'greet.js': withoutFlag }));
    expect(alone).toMatchObject({ class: 'flag-removal', state: 'refused', code: 'tests.failed' });
    const greedy = {
      'greet.js': withoutFlag,
      'tests/plain.test.js': '',
      'tests/greet.test.js': `${head}${stay.replace(/test\('greets nobody.*\n/, '')}`,
    };
    const view = await stage.ended(await stage.submit(greedy));
    expect(view).toMatchObject({ class: 'flag-removal', state: 'refused', code: 'tests.off-test-passes' });
    expect(view.reasons.join()).toContain('"greets nobody" (tests/greet.test.js:');
  });

  it('is proposed without both, proved, and lands', async () => {
    const before = stage.repo.tip();
    expect(await scan('--dry-run')).toMatchObject({ proposals: [{ change: null }], skipped: [] });
    const { proposals, skipped } = await scan();
    expect(skipped).toEqual([]);
    const change = proposals[0]?.change ?? '';
    const view = await stage.ended(change);
    expect(view).toMatchObject({ class: 'flag-removal', state: 'landed' });
    expect(stage.repo.tip()).not.toBe(before);
    expect(stage.repo.show('main', 'greet.js')).toBe(withoutFlag.trimEnd());
    expect(stage.repo.show('main', 'tests/greet.test.js')).toBe(`${head}${stay}`.trimEnd());
    expect(() => stage.repo.show('main', 'tests/plain.test.js')).toThrow();
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
  });

  it('has lost nothing', async () => {
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
  });
});
