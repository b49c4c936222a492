import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlaggedStage, greet, kind } from './flagged-greeter.ts';

describe('a flag in the code that fails those who have it', () => {
  const stage = new FlaggedStage();
  beforeAll(() => stage.begin());
  afterAll(() => stage.close());

  it('closes where its users fail, and its version is taken back', async () => {
    const before = (await stage.status()).services[0]?.stable;
    const bad = {
      'greet.js': greet("  if (isOn('new')) return name.missing.length;\n"),
      'tests/new.test.js': kind['tests/kind.test.js']
        .replaceAll('kind', 'new')
        .replace("strictEqual(asked('new'), 'dear you')", "throws(() => asked('new'))")
        .replace('{ strictEqual }', '{ strictEqual, throws }'),
    };
    const view = await stage.ended(await stage.submit(bad));
    expect(view).toMatchObject({
      class: 'flag-addition',
      state: 'rolled-back',
      code: 'rollout.server-errors',
    });
    expect(await stage.answer()).toBe('hello you');
    const revert = /reverted by (chg_\w+)/.exec(view.reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ state: 'landed' });
    expect((await stage.status()).services[0]).toMatchObject({ stable: before, candidate: null });
    expect((await stage.flags()).map(({ code }) => code)).toEqual([]);
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
  });
});
