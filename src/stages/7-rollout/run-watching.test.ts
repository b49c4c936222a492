import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { positionIn, RolloutBench } from '../../testing/rollout-bench.ts';
import { candidate, type ServiceBench, stable } from '../../testing/service-bench.ts';
import { rollout } from './run.ts';

let at: RolloutBench;
let service: ServiceBench;
beforeEach(async () => {
  at = await RolloutBench.open(rollout);
  service = at.service;
});
afterEach(() => at.close());

const watched = () => at.until((position) => position?.watchedSince != null);
const back = { service: 'shop', stable, candidate: null };

describe('once everybody has it', () => {
  it('is watched for as long as the rules say, and lands', async () => {
    const { watchedSince } = positionIn(await watched()) ?? {};
    expect(await service.route()).toEqual({ service: 'shop', stable: candidate, candidate: null });
    const ended = await at.ended();
    expect(ended).toMatchObject({ stage: 'conclude', results: { rollout: { ran: true } } });
    const watchedFor = service.bench.clock.now().getTime() - Date.parse(watchedSince ?? '');
    expect(watchedFor).toBeGreaterThanOrEqual(15_000);
    const notes = await service.bench.entries(['stage.noted']);
    expect(notes.at(-1)?.data).toMatchObject({ note: 'rollout.watch', data: { decision: 'over' } });
  });

  it('is taken back where more users fail than before, by the route', async () => {
    await watched();
    service.witness.failingEachSecond = 60;
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(await service.route()).toEqual(back);
  });

  it('is taken back by a person', async () => {
    const { id } = await watched();
    await service.bench.store.signal({ change: id, name: 'rollback', key: 'k', actor: 'person:b', data: {} });
    expect((await at.ended()).conclusion).toMatchObject({ code: 'rollout.by-person' });
    expect(await service.route()).toEqual(back);
  });

  it('stays under a stop: it is with everybody, and nothing is raised any more', async () => {
    await watched();
    await service.controls.stop('person:b', 'odd');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true });
    expect(await service.route()).toMatchObject({ stable: candidate });
  });

  it('stays when another change of its class fails: that is no fault of its own', async () => {
    await watched();
    await service.bench.demoted('dependency-patch');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true });
    expect(await service.route()).toMatchObject({ stable: candidate });
  });

  it('does not count as landed where somebody put the old version back', async () => {
    await watched();
    await service.runtime.route(back);
    expect((await at.ended()).conclusion).toMatchObject({
      outcome: 'rolled-back',
      code: 'rollout.taken-back',
    });
  });

  it.each([
    ['effect.done', 'close-n1'],
    ['effect.done', 'take-back-n1'],
    ['stage.finished', undefined],
  ])('is taken back in spite of a crash before %s %s', async (type, step) => {
    await watched();
    service.witness.failingEachSecond = 60;
    let died = false;
    service.bench.dieBefore((event) => {
      died ||= event.type === type && (step === undefined || event.data.step === step);
      return died;
    });
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(await service.route()).toEqual(back);
  });

  it('is taken back even where that cannot be journalled', async () => {
    await watched();
    service.witness.failingEachSecond = 60;
    service.bench.dieBefore(({ type, data }) => type === 'stage.noted' && data.note === 'rollout.ending');
    await at.until(() => service.calls.at(-1) === 'runtime.route');
    expect(await service.route()).toEqual(back);
    expect((await at.ended()).conclusion).toMatchObject({
      outcome: 'rolled-back',
      code: 'rollout.taken-back',
    });
  });
});
