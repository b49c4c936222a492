import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleClassification } from '../../testing/changes.ts';
import { healthyCrowd } from '../../testing/memory-witness.ts';
import { positionIn, RolloutBench, unhealthyCrowd } from '../../testing/rollout-bench.ts';
import { candidate, released, ServiceBench, stable } from '../../testing/service-bench.ts';
import { rollout } from './run.ts';

let at: RolloutBench;
let service: ServiceBench;
beforeEach(async () => {
  at = await RolloutBench.open(rollout);
  service = at.service;
});
afterEach(() => at.close());

describe('a person', () => {
  it('rolls it back: the flag is killed before anything else is done or asked', async () => {
    await at.atStep(1);
    service.calls.length = 0;
    await service.bench.signal('rollback');
    expect(await at.call()).toMatchObject({
      conclusion: {
        outcome: 'rolled-back',
        code: 'rollout.by-person',
        reasons: ['person:alice rolled it back'],
      },
    });
    expect(service.calls).toEqual(['flags.kill']);
  });

  it('rolls back while the rules cannot be read and the log cannot be published', async () => {
    await at.atStep(0);
    await service.bench.signal('rollback');
    service.rules.load = () => Promise.reject(new Error('the repository is gone'));
    service.bench.auditLog.meanwhile = () => Promise.reject(new Error('the disk is full'));
    expect(await at.call()).toMatchObject({ conclusion: { code: 'rollout.by-person' } });
    expect(at.killed()).toEqual(['shop.n1']);
  });

  it('rolls it back before it was opened, and where nothing is exposed', async () => {
    await service.bench.signal('rollback');
    expect(await at.call()).toMatchObject({ conclusion: { outcome: 'rolled-back' } });
    const dark = await ServiceBench.open();
    await dark.bench.given({ release: { deploys: false, why: 'the same', sameAsStable: true } });
    await dark.bench.signal('rollback');
    const state = await dark.bench.call({ actor: 'deployer', run: (ctx) => rollout(ctx, dark.ports()) });
    dark.close();
    expect(state.conclusion).toMatchObject({ outcome: 'rolled-back' });
  });

  it('kills the flag from outside: rolled back', async () => {
    await at.atStep(0);
    await service.flags.kill('shop.n1', 'person:bob');
    expect(await at.call()).toMatchObject({ conclusion: { outcome: 'rolled-back', code: 'rollout.killed' } });
  });

  it('pauses and continues it; while paused it is watched, not raised, and not timed out', async () => {
    await at.atStep(0);
    await service.bench.signal('rollout.pause');
    await at.looks(100);
    expect(at.weight()).toBe(0.01);
    expect(positionIn(await at.call())).toMatchObject({ paused: true, step: 0 });
    await service.bench.signal('rollout.continue');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true });
  });

  it('pauses before it has begun: the command waits for it', async () => {
    await service.bench.signal('rollout.pause');
    await at.looks(20);
    expect(positionIn(await at.call())).toMatchObject({ paused: true, step: 0 });
    expect(await service.bench.store.pending(service.bench.id)).toEqual([]);
  });

  it('does not fill the journal while it is paused and could rise', async () => {
    await at.atStep(0);
    await service.bench.signal('rollout.pause');
    await at.looks(10);
    const before = await service.bench.store.size();
    const from = service.bench.clock.now().getTime();
    await at.looks(100);
    const seconds = (service.bench.clock.now().getTime() - from) / 1000;
    expect((await service.bench.store.size()) - before).toBeLessThan(seconds + 2);
  });

  it('is obeyed also while it is paused when the candidate turns out bad', async () => {
    service.witness.crowd = { ...healthyCrowd, users: 50 };
    await at.atStep(0);
    await service.bench.signal('rollout.pause');
    await at.looks(5);
    service.witness.restart();
    service.witness.crowd = unhealthyCrowd;
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back' });
  });

  it('sets a lower share: closed, and begun anew for other users, up to there', async () => {
    await at.atStep(2);
    await service.bench.signal('rollout.set', { step: 1 });
    await at.until((position) => position?.starts === 2 && position.step === 1);
    expect(at.killed()).toEqual(['shop.n1']);
    await at.looks(30);
    expect(at.weight()).toBe(0.1);
    expect((await service.route())?.candidate).toMatchObject({ flag: 'shop.n2' });
    await service.bench.signal('rollout.continue');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n2' });
  });

  it('advances it past its bake, not past its tests', async () => {
    await at.atStep(0);
    await service.bench.signal('rollout.advance');
    const from = service.bench.clock.now().getTime();
    await at.atStep(1);
    expect(service.bench.clock.now().getTime() - from).toBeLessThan(1500);
    service.witness.restart();
    service.witness.crowd = { ...healthyCrowd, users: 100 };
    await at.until((position) => position?.starts === 2);
    await service.bench.signal('rollout.advance');
    await at.looks(10);
    expect(at.weight()).toBe(0.01);
  });
});

const closed = 'limits: { windows: [{ days: [sat], from: "09:00", to: "10:00" }] }\n';

describe('a raise that is journalled and not carried out', () => {
  beforeEach(async () => {
    await at.atStep(0);
    service.bench.dieBefore(({ type, data }) => type === 'effect.intended' && data.step === 'expose-n1-1');
    await at.until((position) => position?.step === 1);
  });

  it('is carried out by the next process', async () => {
    await at.looks(2);
    expect(at.weight()).toBe(0.1);
  });

  it.each([
    ['a person paused it', () => service.bench.signal('rollout.pause')],
    ['a person set a lower share', () => service.bench.signal('rollout.set', { step: 0 })],
    ['a window closed', async () => service.rules.also(closed)],
  ])('is not, when %s', async (_why, hold) => {
    await hold();
    await at.looks(20);
    expect(at.weight()).toBe(0.01);
    expect(positionIn(await at.call())).toMatchObject({ step: 0 });
  });
});

describe('the red button', () => {
  it('closes the canary at once; resume starts it anew with other users', async () => {
    await at.atStep(1);
    await service.controls.stop('alice', 'odd');
    service.calls.length = 0;
    const leases = service.witness.leases.length;
    await at.looks(5);
    expect(new Set(service.calls)).toEqual(new Set(['flags.read', 'flags.kill', 'runtime.routes']));
    expect(service.witness.leases).toHaveLength(leases);
    await service.controls.resume('alice');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n2' });
  });

  it.each(['before', 'after'])(
    'starts nothing anew that a person has killed %s it was pressed',
    async (when) => {
      await at.atStep(1);
      if (when === 'before') await service.flags.kill('shop.n1', 'person:bob');
      await service.controls.stop('alice', 'odd');
      if (when === 'after') {
        await at.looks(3);
        await service.flags.kill('shop.n1', 'person:bob');
      }
      const ended = await at.ended();
      expect(ended.conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.killed' });
      expect(await service.controls.stopped()).toBeDefined();
      expect((await service.flags.all()).filter(({ weight }) => weight > 0)).toEqual([]);
    },
  );

  it('opens nothing while it is pressed', async () => {
    await service.controls.stop('alice', 'odd');
    await at.looks(10);
    expect(service.calls).toEqual([]);
  });

  it.each(['promote-n1', 'retire-n1'])(
    'takes a half-done promotion back, when the process died before the receipt of %s',
    async (step) => {
      service.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === step);
      await at.until((position) => position?.ordered === 'promote');
      expect(await service.route()).toMatchObject({ stable: candidate, candidate: null });
      await service.controls.stop('alice', 'odd');
      service.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === 'close-n1');
      await at.looks(5);
      expect(await service.route()).toMatchObject({ stable, candidate: null });
      await service.controls.resume('alice');
      expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n2' });
      expect(await service.route()).toMatchObject({ stable: candidate, candidate: null });
    },
  );

  it('is not taken for a kill when the process dies between the kill and its note', async () => {
    await at.atStep(0);
    await service.controls.stop('alice', 'odd');
    service.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === 'close-n1');
    await at.call();
    await service.controls.resume('alice');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n2' });
  });
});

describe('a revert', () => {
  const reverting = (restores: boolean) =>
    service.bench.given({
      classify: sampleClassification({ base: 'b', tree: 't' }, { class: 'revert' }),
      release: { ...released, restores },
    });

  it.each([
    ['autonomy is stopped', () => service.controls.stop('alice', 'odd')],
    ['the windows are closed', async () => service.rules.also(closed)],
  ])('to the version before restores it at once, also while %s', async (_what, hinder) => {
    await reverting(true);
    await hinder();
    expect((await at.call()).results.rollout).toMatchObject({ ran: true, flag: null });
    expect(await service.route()).toEqual({ service: 'shop', stable: candidate, candidate: null });
    expect(await service.flags.all()).toEqual([]);
  });

  it('restores nothing under another policy than the one that permitted it', async () => {
    await reverting(true);
    service.rules.rules = { ...service.rules.rules, policyText: 'forbid it' };
    expect((await at.call()).conclusion).toMatchObject({ outcome: 'held', code: 'rollout.policy-changed' });
    expect(await service.route()).toMatchObject({ stable });
  });

  it('to anything else is proved like any change: whatever the windows say, but never under a stop', async () => {
    await reverting(false);
    service.rules.also(closed);
    await service.controls.stop('alice', 'odd');
    await at.looks(20);
    expect(service.calls).toEqual([]);
    await service.controls.resume('alice');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n1' });
  });
});

it('ends by the plan that it began with, whatever the branch says meanwhile', async () => {
  await at.atStep(0);
  const { config } = service.rules.rules;
  const rollout = { ...config.rollout, steps: config.rollout.steps.slice(0, 1) };
  service.rules.rules = { ...service.rules.rules, config: { ...config, rollout } };
  await at.atStep(2);
  expect((await at.ended()).results.rollout).toMatchObject({ ran: true });
});
