import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutolandError } from '../domain/errors.ts';
import type { StageContext, StageOutcome } from '../domain/stage.ts';
import { covers } from '../testing/covers.ts';
import { StageBench } from '../testing/stage-bench.ts';
import { leaseMs } from './bound-stage.ts';

let bench: StageBench;
beforeEach(async () => {
  bench = await StageBench.open();
});
afterEach(() => bench.close());

type Run = (ctx: StageContext) => Promise<StageOutcome<unknown>>;
const call = (run: Run) => bench.call({ actor: 'test', run });
/** How often `acting` has acted. */
let acts = 0;
beforeEach(() => {
  acts = 0;
});
const acting: Run = async (ctx) => {
  await ctx.effect('x', {}, async () => {
    acts += 1;
    return acts;
  });
  return goOn;
};
const goOn: StageOutcome<unknown> = { kind: 'done', data: {} };
const soon = (ctx: StageContext): StageOutcome<unknown> => ({ kind: 'again', at: ctx.now });
const held = (code: string): StageOutcome<never> => ({
  kind: 'stop',
  conclusion: { outcome: 'held', code, reasons: ['because'] },
});
const types = async () => (await bench.entries()).map(({ type }) => type);

describe('outcomes', () => {
  it('done goes on, again and wait journal nothing', async () => {
    const before = await bench.store.size();
    expect((await call(async (ctx) => soon(ctx))).stage).toBe('classify');
    await bench.signal('go');
    expect((await call(async () => ({ kind: 'wait', signal: 'go' }))).stage).toBe('classify');
    expect(await bench.store.size()).toBe(before + 1);
    await bench.signal('go');
    expect(await call(async () => goOn)).toMatchObject({ stage: 'guardrails', results: { classify: {} } });
  });

  it('stop goes straight to conclude, whose answer ends the change', async () => {
    expect(await call(async () => held('x.y'))).toMatchObject({ stage: 'conclude' });
    const end = await call(async (ctx) => {
      if (ctx.conclusion === undefined) throw new Error('conclude is told how it ended');
      return { kind: 'stop', conclusion: { ...ctx.conclusion, reasons: ['because', 'cleaned up'] } };
    });
    expect(end).toMatchObject({
      stage: null,
      conclusion: { code: 'x.y', reasons: ['because', 'cleaned up'] },
    });
    expect(await bench.store.claim('test', leaseMs)).toBeUndefined();
  });

  it('raced begins again from classify, and is held the fifth time', async () => {
    covers('LLM10', 'ASI08');
    const rounds: number[] = [];
    const end = await bench.drive(async (ctx) => {
      const { conclusion } = ctx;
      if (conclusion !== undefined) return { kind: 'stop', conclusion };
      if (ctx.results.classify === undefined) {
        rounds.push(ctx.round);
        expect(ctx.results).toEqual({});
        return goOn;
      }
      return { kind: 'raced', reason: 'the branch moved' };
    });
    expect(end.conclusion).toMatchObject({ outcome: 'held', code: 'merge.raced' });
    expect(rounds).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('a stage that throws', () => {
  covers('ASI08');
  const broken: Run = async () => {
    throw new AutolandError('git.failed', 'no space');
  };

  it('is tried again, ever later, and held after six times', async () => {
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await call(broken)).toMatchObject({ stage: 'classify', failures: attempt });
      const from = bench.clock.now().getTime();
      while ((await bench.store.claim('probe', 0)) === undefined) bench.clock.advance(50);
      pauses.push(bench.clock.now().getTime() - from);
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000]);
    const state = await call(broken);
    expect(state).toMatchObject({ stage: 'conclude', conclusion: { code: 'stage.failed-git.failed' } });
    expect(state.conclusion?.reasons[0]).toContain('no space');
  });

  it('is journalled, and so is what it made, where a text of others was cut in the middle of a character', async () => {
    const half = '\ud83d';
    const thrown = await call(async () => {
      throw new AutolandError('lockfile.invalid', `${'x'.repeat(3_999)}😀${'x'.repeat(9)}`);
    });
    expect(thrown).toMatchObject({ stage: 'classify', failures: 1 });
    const done: StageOutcome<unknown> = { kind: 'done', data: { reasons: [`cut ${half}`], [half]: 1 } };
    bench.clock.advance(60_000);
    const state = await call(async () => done);
    expect(state.results.classify).toEqual({ reasons: ['cut \ufffd'], '\ufffd': 1 });
  });

  it('is held after six times also when it notes something before it throws', async () => {
    for (let attempt = 1; attempt <= 6; attempt += 1)
      await call(async (ctx) => {
        await ctx.note('tried', { attempt });
        throw new Error('a bug');
      });
    expect(await bench.state()).toMatchObject({ conclusion: { code: 'stage.failed-bug' } });
  });

  it('is waited for some ten minutes once it is merged, unless it is a bug', async () => {
    const merge = { commit: 'm', onto: 'b' };
    await bench.given({ merge });
    const from = bench.clock.now().getTime();
    let state = await call(broken);
    for (let attempt = 2; attempt < 40 && state.conclusion === undefined; attempt += 1)
      state = await call(broken);
    expect(state.conclusion).toMatchObject({ outcome: 'held', code: 'stage.failed-git.failed' });
    const minutes = (bench.clock.now().getTime() - from) / 60_000;
    expect(minutes).toBeGreaterThan(8);
    expect(minutes).toBeLessThan(20);
  });

  it('is journalled however much it says', async () => {
    const talkative: Run = async () => {
      throw new AutolandError('policy.invalid', 'no '.repeat(50_000));
    };
    for (let attempt = 1; attempt <= 6; attempt += 1) await call(talkative);
    expect(await bench.state()).toMatchObject({ conclusion: { code: 'stage.failed-policy.invalid' } });
  });

  it('may fail now and then for as long as it works in between', async () => {
    for (let calls = 0; calls < 30; calls += 1)
      await call(async (ctx) => {
        if (calls % 3 < 2) throw new Error('the network');
        return soon(ctx);
      });
    expect(await bench.state()).toMatchObject({ stage: 'classify', conclusion: undefined });
  });

  it('is tried for ever in conclude: cleaning up is never given up', async () => {
    await call(async () => held('x.y'));
    for (let attempt = 1; attempt <= 12; attempt += 1) await call(broken);
    expect(await bench.state()).toMatchObject({ stage: 'conclude', failures: 12 });
    expect(await call(async () => held('x.y'))).toMatchObject({ stage: null });
  });
});

describe('an effect', () => {
  it('acts once: its receipt is remembered', async () => {
    const run: Run = async (ctx) => {
      const receipt = await ctx.effect('build', { of: 'c' }, async () => ({ digest: `d${++acts}` }));
      expect(receipt).toEqual({ digest: 'd1' });
      return soon(ctx);
    };
    for (let calls = 0; calls < 3; calls += 1) await call(run);
    expect(acts).toBe(1);
    expect(await types()).toEqual(['change.proposed', 'effect.intended', 'effect.done']);
  });

  it('acts again when only its intent is journalled', async () => {
    bench.dieBefore(({ type }) => type === 'effect.done');
    await call(acting);
    expect(acts).toBe(1);
    await call(acting);
    expect(acts).toBe(2);
    expect((await types()).filter((type) => type === 'effect.intended')).toHaveLength(1);
  });

  it('does not act when its intent could not be journalled', async () => {
    bench.dieBefore(({ type }) => type === 'effect.intended');
    await call(acting);
    expect({ acts, types: await types() }).toEqual({ acts: 0, types: ['change.proposed'] });
  });

  it('is another one in another round', async () => {
    const acted: number[] = [];
    const run: Run = async (ctx) => {
      await ctx.effect('build', {}, async () => acted.push(ctx.round));
      return { kind: 'raced', reason: 'moved' };
    };
    await call(run);
    await call(run);
    expect(acted).toEqual([0, 1]);
  });

  it('acts only under a durable checkpoint that covers its intent; a closing one does not wait', async () => {
    const open = Promise.withResolvers<void>();
    bench.auditLog.meanwhile = () => open.promise;
    const order: string[] = [];
    const calling = call(async (ctx) => {
      await ctx.closing('close', {}, async () => order.push('closed'));
      await ctx.effect('expose', {}, async () => {
        const intent = (await bench.entries(['effect.intended'])).at(-1);
        expect(bench.auditLog.covered).toBeGreaterThan(intent?.index ?? Number.NaN);
        return order.push('exposed');
      });
      return goOn;
    });
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(order).toEqual(['closed']);
    open.resolve();
    await calling;
    expect(order).toEqual(['closed', 'exposed']);
  });

  it('does not act when the log cannot be published', async () => {
    bench.auditLog.meanwhile = () => Promise.reject(new AutolandError('journal.full-disk', 'no space left'));
    const { failures } = await call(acting);
    expect({ acts, failures }).toEqual({ acts: 0, failures: 1 });
    expect((await bench.entries(['stage.failed']))[0]?.data.code).toBe('journal.full-disk');
  });
});

describe('a lost lease', () => {
  const takeOver = async () => {
    bench.clock.advance(leaseMs + 1);
    expect(await bench.store.claim('another', leaseMs)).toMatchObject({ holder: 'another' });
  };

  it.each<[string, (ctx: StageContext) => Promise<unknown>]>([
    ['its outcome', async () => {}],
    ['a note', (ctx) => ctx.note('n', {})],
    ['an intent', acting],
    ['its failure', () => Promise.reject(new Error('a bug'))],
  ])('writes nothing: %s', async (_what, then) => {
    const calling = call(async (ctx) => {
      await takeOver();
      await then(ctx);
      return goOn;
    });
    await expect(calling).rejects.toMatchObject({ code: 'lease.lost' });
    expect({ acts, types: await types() }).toEqual({ acts: 0, types: ['change.proposed'] });
  });

  it('does not act when it was lost while the log was published', async () => {
    bench.auditLog.meanwhile = takeOver;
    await expect(call(acting)).rejects.toMatchObject({ code: 'lease.lost' });
    expect({ acts, types: await types() }).toEqual({
      acts: 0,
      types: ['change.proposed', 'effect.intended'],
    });
  });
});

describe('signals', () => {
  it('are taken once', async () => {
    await bench.signal('rollout.pause');
    const seen: number[] = [];
    for (let calls = 0; calls < 2; calls += 1)
      await call(async (ctx) => {
        seen.push(ctx.signals.length);
        for (const signal of ctx.signals) await ctx.consume(signal);
        expect(ctx.signals).toEqual([]);
        return soon(ctx);
      });
    expect(seen).toEqual([1, 0]);
    expect(await bench.store.pending(bench.id)).toEqual([]);
  });

  it('stay pending when the process dies before they are taken', async () => {
    await bench.signal('rollout.pause');
    bench.dieBefore(({ type }) => type === 'signal.taken');
    const seen: number[] = [];
    for (let calls = 0; calls < 2; calls += 1)
      await call(async (ctx) => {
        seen.push(ctx.signals.length);
        for (const signal of ctx.signals) await ctx.consume(signal);
        return soon(ctx);
      });
    expect(seen).toEqual([1, 1]);
  });

  it.each(['classify', 'guardrails', 'judge', 'policy'])('a newer head ends it in %s', async (stage) => {
    const none = {} as never;
    const before = { classify: none, guardrails: none, judge: none };
    const names = Object.keys(before);
    const past = names.slice(0, ['classify', 'guardrails', 'judge', 'policy'].indexOf(stage));
    await bench.given(Object.fromEntries(past.map((name) => [name, none])));
    expect((await bench.state()).stage).toBe(stage);
    await bench.signal('superseded', { by: 'chg_2' }, 'agent:dependency');
    const state = await call(() => Promise.reject(new Error('the stage ran')));
    expect(state).toMatchObject({
      stage: 'conclude',
      conclusion: { outcome: 'superseded', code: 'change.superseded' },
    });
    expect(state.conclusion?.reasons[0]).toContain('chg_2');
  });

  it('a person cancels it', async () => {
    await bench.signal('cancel');
    const state = await call(() => Promise.reject(new Error('the stage ran')));
    expect(state.conclusion).toMatchObject({ outcome: 'held', code: 'change.cancel' });
  });

  it('from the merge on the stage decides for itself', async () => {
    const none = {} as never;
    await bench.given({ classify: none, guardrails: none, judge: none, policy: none });
    await bench.signal('superseded', { by: 'chg_2' });
    expect(await call(async () => goOn)).toMatchObject({ stage: 'release' });
  });
});
