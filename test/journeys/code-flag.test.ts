import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './cli.ts';
import { FlaggedStage, greet, kind } from './flagged-greeter.ts';

describe('a flag in the code', () => {
  const stage = new FlaggedStage();
  beforeAll(() => stage.begin());
  afterAll(() => stage.close());

  it('is rolled out in the version that everybody has, and can be closed by its name', async () => {
    const before = (await stage.status()).services[0]?.stable;
    const change = await stage.submit(kind);
    const view = await stage.ended(change);
    expect(view).toMatchObject({ class: 'flag-addition', state: 'landed', code: 'landed.promoted' });
    expect(view.guardrails.find(({ name }) => name === 'flag-off')?.code).toBe('flag-off.equivalent');
    expect(view.stages.find(({ stage: name }) => name === 'rollout')?.summary).toContain(
      'flag kind on for everybody',
    );
    const exposed = (await stage.journal(change)).filter(
      ({ type, data }) => type === 'effect.intended' && String(data.step).startsWith('expose-'),
    );
    expect(exposed.map(({ data }) => (data.intent as { code?: string }).code)).toEqual([undefined, 'kind']);
    expect((await stage.status()).services[0]).toMatchObject({ stable: view.digest, candidate: null });
    expect(view.digest).not.toBe(before);
    expect(await stage.flags()).toMatchObject([{ code: 'kind', weight: 1, exposed: 1, killed: null }]);
    expect(await stage.answer()).toBe('dear you');
    expect(await stage.json('fsck')).toMatchObject({ ok: true });

    await stage.json('stop');
    expect(await stage.answer()).toBe('dear you');
    await stage.json('resume');

    await stage.json('kill', 'kind', '--reason', 'too kind');
    await until(
      async () => ((await stage.answer()) === 'hello you' ? true : undefined),
      () => stage.said,
    );
    expect(await stage.flags()).toMatchObject([{ code: 'kind', exposed: 0, killed: { reason: 'too kind' } }]);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('is refused where something changes with it off as well', async () => {
    const more = greet("  if (isOn('third')) return 'x';\n  name = name.trim();\n");
    const view = await stage.ended(await stage.submit({ 'greet.js': more }));
    expect(view).toMatchObject({ state: 'refused' });
    expect(view.guardrails.find(({ name }) => name === 'flag-off')?.code).toBe('flag-off.differs');
  });
});
