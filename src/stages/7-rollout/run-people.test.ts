import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { healthyCrowd } from '../../testing/memory-witness.ts';
import { positionIn, RolloutBench, unhealthyCrowd } from '../../testing/rollout-bench.ts';
import { ServiceBench } from '../../testing/service-bench.ts';
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

describe('the red button', () => {
  it('closes the canary at once; resume starts it anew with other users', async () => {
    await at.atStep(1);
    await service.controls.stop('alice', 'odd');
    service.calls.length = 0;
    const leases = service.witness.leases.length;
    await at.looks(5);
    expect(service.calls).toEqual(['flags.kill']);
    expect(service.witness.leases).toHaveLength(leases);
    await service.controls.resume('alice');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n2' });
  });

  it('opens nothing while it is pressed', async () => {
    await service.controls.stop('alice', 'odd');
    await at.looks(10);
    expect(service.calls).toEqual([]);
  });

  it('is not taken for a kill when the process dies between the kill and its note', async () => {
    await at.atStep(0);
    await service.controls.stop('alice', 'odd');
    service.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === 'close-n1');
    await at.call();
    await service.controls.resume('alice');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n2' });
  });
});
