import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicyText } from '../../src/stages/4-policy/shipped.ts';
import { spawnCli, until } from './cli.ts';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** Without a service: changes are merged, and nothing is exposed. */
const merging = rules({ levels: { docs: 'merge', lint: 'merge', 'flag-removal': 'observe' } }).replace(
  /service:[\s\S]*/,
  'service: null\n',
);

/** Long enough to push something meanwhile. */
const slowTest = {
  'tests/greet.test.js': `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { greet } from '../greet.js';

test('greets', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1500));
  strictEqual(greet('you'), 'hello you');
});
`,
};

describe('the rules of the branch', () => {
  const stage = new Stage({ '.autoland/autoland.yaml': merging, ...slowTest });
  beforeAll(async () => {
    await stage.up();
  });
  afterAll(() => stage.close());

  /** Moves the branch as a person does, whenever the guardrails are at work. */
  async function meddle(change: string, times: number): Promise<void> {
    const met = new Set<unknown>();
    await stage.reached(
      change,
      ({ state }) => state === 'landed' || state === 'held' || met.size >= times,
      async () => {
        const entries = await stage.journal(change);
        const last = entries.findLast(({ type }) => type === 'stage.finished' || type === 'stage.raced');
        if (last?.data.stage !== 'classify' || last.type === 'stage.raced' || met.has(last.data.round))
          return;
        met.add(last.data.round);
        stage.repo.push('main', { 'NOTES.txt': `${Math.random()}\n` });
      },
    );
  }

  it('takes the same head twice as one change, and a new head as its successor', async () => {
    // Nothing may be merged before its successor comes.
    await stage.json('stop', '--reason', 'the test wants to see both');
    const files = { 'README.md': '# Greeter\n\nSays hello to everyone.\n' };
    const head = stage.repo.push('docs', files);
    const [first, second] = [
      await stage.json<{ change: string; isNew: boolean }>('submit', 'refs/heads/docs'),
      await stage.json<{ change: string; isNew: boolean }>('submit', head),
    ];
    expect(first.isNew).toBe(true);
    expect(second).toMatchObject({ change: first.change, isNew: false });
    stage.repo.push('docs', { 'README.md': '# Greeter\n\nSays hello to all.\n' });
    const newer = await stage.json<{ change: string; supersedes: string[] }>('submit', 'refs/heads/docs');
    expect(newer.supersedes).toEqual([first.change]);
    expect(await stage.ended(first.change)).toMatchObject({ state: 'superseded', code: 'change.superseded' });
    await stage.json('resume');
    expect(await stage.ended(newer.change)).toMatchObject({
      state: 'landed',
      code: 'landed.merged',
      class: 'docs',
    });
    expect(stage.repo.show('main', 'README.md')).toContain('to all.');
  });

  it('shows what happens while it happens', async () => {
    const watching = spawnCli(['watch', '--json', ...stage.where]);
    let seen = '';
    watching.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
    try {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const change = await stage.submit(reformatted());
      await stage.ended(change);
      await until(
        () => (seen.includes('"change.concluded"') ? true : undefined),
        () => seen,
      );
      const entries = seen
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { index: number });
      expect(entries.map(({ index }) => index)).toEqual(entries.map((_, n) => (entries[0]?.index ?? 0) + n));
    } finally {
      watching.kill('SIGINT');
    }
  });

  it('tests again when a person was faster', async () => {
    const change = await stage.submit(reformatted());
    await meddle(change, 1);
    const view = await stage.ended(change);
    expect(view.state).toBe('landed');
    const raced = (await stage.journal(change)).filter(({ type }) => type === 'stage.raced');
    expect(raced).toHaveLength(1);
    expect(raced[0]?.data.reason).toMatch(/^the branch moved from/);
    expect(stage.repo.git(['log', '--format=%s', '-3', 'main'])).toContain('NOTES.txt');
  });

  it('holds a change that was overtaken five times', async () => {
    const change = await stage.submit(reformatted());
    await meddle(change, 6);
    expect(await stage.ended(change)).toMatchObject({ state: 'held', code: 'merge.raced' });
  });

  it('only says what it would have done with a class that it observes', async () => {
    stage.repo.push('main', { '.autoland/autoland.yaml': merging.replace('lint: merge', 'lint: observe') });
    const tip = stage.repo.tip();
    const view = await stage.ended(await stage.submit(reformatted()));
    expect(view).toMatchObject({ state: 'held', code: 'policy.level-observe' });
    expect(view.reasons.join()).toContain('with more autonomy it would have merged');
    expect(stage.repo.tip()).toBe(tip);
  });

  it('holds documents that no judge has read, under the default policy', async () => {
    stage.repo.push('main', {
      '.autoland/autoland.yaml': merging,
      '.autoland/policy.cedar': defaultPolicyText(),
    });
    const view = await stage.ended(await stage.submit({ 'README.md': '# Greeter\n\nDocuments.\n' }));
    expect(view).toMatchObject({ class: 'docs', state: 'held' });
    expect(view.reasons.join()).toMatch(/judge is not-configured, and no policy waives it/);
  });

  it('merges nothing while its rules are broken, and says where', async () => {
    const good = stage.repo.tip();
    const [first, refused] = [await stage.submit(reformatted()), reformatted()];
    stage.repo.push('main', { '.autoland/autoland.yaml': `${merging}colour: red\n` });
    const broken = stage.repo.tip();
    await expect(stage.submit(refused)).rejects.toThrow(/ended with 2: .*autoland\.yaml:\d+:1: colour/);
    const view = await stage.ended(first);
    expect(view).toMatchObject({ state: 'held', code: 'stage.failed-config.invalid' });
    expect(view.reasons.join()).toMatch(/autoland\.yaml:\d+:1: colour/);
    expect(stage.repo.tip()).toBe(broken);

    stage.repo.push('main', {
      '.autoland/autoland.yaml': merging,
      '.autoland/policy.cedar': 'permit (principal',
    });
    const policy = await stage.ended(await stage.submit(reformatted()));
    expect(policy).toMatchObject({ state: 'held', code: 'stage.failed-policy.invalid' });
    expect(policy.reasons.join()).toMatch(/policy\.cedar:1:\d+: /);
    stage.repo.push('main', { '.autoland/policy.cedar': stage.repo.show(good, '.autoland/policy.cedar') });
  });

  it('abstains where the base has no tests', async () => {
    stage.repo.push('main', {
      'tests/greet.test.js': null,
      '.autoland/autoland.yaml': merging,
      '.autoland/policy.cedar': '@id("all") @reason("test") permit (principal, action, resource);',
    });
    const view = await stage.ended(await stage.submit(reformatted()));
    expect(view).toMatchObject({ state: 'held' });
    expect(view.code).toMatch(/^tests\.(none|no-counts)$/);
  });

  it('never lets a change touch the rules', async () => {
    const view = await stage.ended(
      await stage.submit({ '.autoland/autoland.yaml': merging.replace('1000', '2000') }),
    );
    expect(view).toMatchObject({ class: 'other', state: expect.stringMatching(/held|refused/) });
    expect(view.reasons.join()).toContain('.autoland/autoland.yaml');
  });

  it('has lost nothing', async () => {
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
    const { changes } = await stage.status();
    expect(changes.filter(({ state }) => state === 'under way')).toEqual([]);
  });
});
