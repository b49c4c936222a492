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

const greet = `import { isOn } from './flags.js';

/** How a person is greeted. */
export const greet = (name) => {
  // The new greeting is behind a flag.
  if (isOn('new-greeting')) return 'good day ' + name;
  return plain(name);
};

export const part = (name) => (isOn('new-parting') ? 'so long ' : 'bye ') + name;

function plain(name) {
  return 'hello ' + name;
}
`;
const withoutGreeting = `import { isOn } from './flags.js';

/** How a person is greeted. */
export const greet = (name) => {
  // The new greeting is behind a flag.
  return 'good day ' + name;
};

export const part = (name) => (isOn('new-parting') ? 'so long ' : 'bye ') + name;
`;

const files = {
  'greet.js': greet,
  'flags.js': `const on = {};
export const isOn = (key) => on[key] === true;
export const switchOn = (key) => {
  on[key] = true;
};
`,
  'tests/greet.test.js': `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { switchOn } from '../flags.js';
import { greet, part } from '../greet.js';

switchOn('new-greeting');
switchOn('new-parting');
test('greets', () => strictEqual(greet('you'), 'good day you'));
test('parts', () => strictEqual(part('you'), 'so long you'));
`,
  '.autoland/autoland.yaml': merging,
  '.autoland/policy.cedar': defaultPolicyText(),
};

describe('the code of a flag that everybody has', () => {
  const stage = new Stage(files);
  beforeAll(async () => {
    await stage.up();
  });
  afterAll(() => stage.close());

  /** As the rollout of the change that brought the flag journals it. */
  async function promote(key: string, state = 'promoted'): Promise<void> {
    const change = await stage.submit({ 'README.md': `# Greeter\n\nWith ${key}, ${state}.\n` });
    await stage.ended(change);
    await using repository = await openRepository({ repo: stage.repo.dir, state: stage.state }, 'update');
    const data = { key, state, at: new Date().toISOString() };
    await repository.store.append({
      events: [{ type: 'stage.noted', change, actor: 'deployer', data: { note: codeFlagNote, data } }],
    });
  }

  const scan = (...more: string[]) => stage.json<ScanReport>('scan', '--agent', 'flag-removal', ...more);

  it('is not touched while no rollout of it is known', async () => {
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
    const view = await stage.ended(await stage.submit({ 'greet.js': withoutGreeting }));
    expect(view).toMatchObject({ class: 'flag-removal', state: 'held', code: 'policy.flag-not-promoted' });
    expect(view.reasons.join()).toContain('no rollout of it is journalled');
  });

  it('is refused by name where somebody removes it by hand and changes more', async () => {
    await promote('new-greeting');
    const more = withoutGreeting.replace('good day ', 'good night ');
    const view = await stage.ended(await stage.submit({ 'greet.js': more }));
    expect(view).toMatchObject({ class: 'other', state: 'refused', code: 'flag-off.removal-differs' });
    expect(view.reasons.join()).toMatch(
      /greet\.js:6 is not the old program with new-greeting on.*good night/,
    );
  });

  it('is proposed by a scan, proved, and lands', async () => {
    const rehearsal = await scan('--dry-run');
    expect(rehearsal.proposals).toMatchObject([{ change: null }]);
    const { proposals, skipped } = await scan();
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([{ title: 'Remove the flag new-greeting, which everybody has' }]);
    const change = proposals[0]?.change ?? '';
    const view = await stage.ended(change);
    expect(view).toMatchObject({ class: 'flag-removal', state: 'landed' });
    expect(stage.repo.show('main', 'greet.js')).toBe(withoutGreeting.trimEnd());
    const entries = await stage.journal(change);
    const known = entries.find(({ data }) => data.note === 'policy.flags')?.data.data;
    expect(known).toMatchObject({ to: 'on', keys: ['new-greeting'], settled: [{ state: 'promoted' }] });
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
  });

  it('stays where its rollout was rolled back, and says why', async () => {
    await promote('new-parting');
    await promote('new-parting', 'rolled-back');
    const { proposals, skipped } = await scan();
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([{ name: 'new-parting', code: 'flag-removal.rolled-back' }]);
  });

  it('has lost nothing', async () => {
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
  });
});
