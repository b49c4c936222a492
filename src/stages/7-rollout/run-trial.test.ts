import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutolandError } from '../../domain/errors.ts';
import { healthyCrowd } from '../../testing/memory-witness.ts';
import { positionIn, RolloutBench, unhealthyCrowd } from '../../testing/rollout-bench.ts';
import { candidate, type ServiceBench, stable } from '../../testing/service-bench.ts';
import { lastExposure } from '../../views/change-view.ts';
import { rollout } from './run.ts';

let at: RolloutBench;
let service: ServiceBench;
beforeEach(async () => {
  at = await RolloutBench.open(rollout);
  service = at.service;
});
afterEach(() => at.close());

const old = { service: 'shop', stable, candidate: null };
const split = (nonce: string) => ({
  service: 'shop',
  stable,
  candidate: { digest: candidate, flag: `shop.${nonce}`, nonce },
});
const [calm, harmed] = [4, 60];

const watched = () =>
  at.until((position) => position?.watchedSince != null && (position.trial ?? null) === null);

/** More users fail, until a trial of that nonce has been looked at. */
async function tried(nonce = 'n2') {
  await watched();
  service.witness.failingEachSecond = harmed;
  return at.until((position) => position?.trial?.nonce === nonce && position.trial.epoch !== null);
}

async function notesOf(note: string) {
  const notes = await service.bench.entries(['stage.noted']);
  return notes.filter(({ data }) => data.note === note).map(({ data }) => data.data);
}

describe('an alarm of the watch', () => {
  it('gives half of the users the version before, by a flag of its own', async () => {
    await tried();
    expect(await service.route()).toEqual(split('n2'));
    expect(service.witness.leases.at(-1)).toMatchObject({ flag: 'shop.n2', weight: 0.5, step: 0 });
    expect(await service.flags.read('shop.n2')).toMatchObject({ weight: 0.5, killed: false });
    expect(await notesOf('rollout.trial')).toMatchObject([{ kind: 'opened', number: 1 }]);
  });

  it('takes all of them off it first: no lease is given before the route is', async () => {
    await watched();
    service.calls.length = 0;
    await tried();
    const acts = service.calls.filter((call) =>
      ['flags.write', 'runtime.route', 'witness.lease'].includes(call),
    );
    expect(acts.slice(0, 3)).toEqual(['runtime.route', 'flags.write', 'witness.lease']);
  });

  it('takes the version back where the plan wants no trial, as one from before them does', async () => {
    const { config } = service.rules.rules;
    const { watch } = config.rollout;
    if (watch === null) throw new Error('the rules watch');
    const without = { ...config.rollout, watch: { ...watch, trial: null } };
    service.rules.rules = { ...service.rules.rules, config: { ...config, rollout: without } };
    await watched();
    service.witness.failingEachSecond = harmed;
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(conclusion?.reasons[0]).toMatch(/ s: it is taken back, as what changed last\.$/);
    expect(await notesOf('rollout.trial')).toEqual([]);
  });

  it('takes it back under a stop, as nothing can be compared then', async () => {
    await watched();
    await service.controls.stop('person:b', 'odd');
    service.witness.failingEachSecond = harmed;
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(conclusion?.reasons[0]).toContain('person:b has stopped all that could tell why');
    expect(await service.route()).toEqual(old);
  });
});

describe('a trial', () => {
  it('convicts what does worse, within seconds', async () => {
    await watched();
    service.witness.crowd = unhealthyCrowd;
    service.witness.failingEachSecond = harmed;
    await at.until((position) => position?.trial != null);
    const opened = service.bench.clock.now().getTime();
    const { conclusion } = await at.ended();
    expect(service.bench.clock.now().getTime() - opened).toBeLessThan(5_000);
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(conclusion?.reasons[0]).toMatch(
      /^Since everybody has the new version more users fail .* The canary fails: /,
    );
    expect(at.killed()).toContain('shop.n2');
    expect(await service.route()).toEqual(old);
    expect(await notesOf('rollout.look')).toContainEqual(expect.objectContaining({ decision: 'rollback' }));
  });

  it('clears what failed alike; the watch goes on for as long as it was to, and lands', async () => {
    await tried();
    await at.until((position) => position?.trial?.harmMet === true);
    service.witness.failingEachSecond = calm;
    const { cleared, watchedSince } =
      positionIn(await at.until((position) => position?.cleared != null)) ?? {};
    expect(await service.route()).toEqual({ service: 'shop', stable: candidate, candidate: null });
    expect(await service.flags.read('shop.n2')).toBeUndefined();
    expect(cleared).toMatchObject({ trials: 1 });
    expect(await notesOf('rollout.trial')).toMatchObject([
      { kind: 'opened' },
      { kind: 'cleared', number: 1 },
    ]);
    const ended = await at.ended();
    expect(ended.results.rollout).toMatchObject({ ran: true, flag: 'shop.n1' });
    const lasted = service.bench.clock.now().getTime() - Date.parse(watchedSince ?? '');
    expect(lasted).toBeGreaterThanOrEqual(15_000 + 1000 * (cleared?.seconds ?? 0));
  });

  it('takes it back by time where the harm lasts for both', async () => {
    await tried();
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(conclusion?.reasons[0]).toContain('the harm lasted for 20 s, in both versions together');
    expect(await service.route()).toEqual(old);
  });

  it('is the first of two: after them an alarm takes it back by time', async () => {
    for (const nonce of ['n2', 'n3']) {
      await tried(nonce);
      await at.until((position) => position?.trial?.harmMet === true);
      service.witness.failingEachSecond = calm;
      await at.until((position) => position?.trial == null);
    }
    service.witness.failingEachSecond = harmed;
    const { conclusion } = await at.ended();
    expect(conclusion?.reasons[0]).toContain('and not for the first time: it is taken back');
    expect(await notesOf('rollout.trial')).toHaveLength(4);
  });

  it('is the last one where harm had ended before it could be met', async () => {
    await watched();
    service.witness.failingEachSecond = harmed;
    await at.until((position) => position?.trial != null);
    service.witness.failingEachSecond = calm;
    expect(positionIn(await at.until((position) => position?.cleared != null))).toMatchObject({
      cleared: { trials: 2 },
    });
    service.witness.failingEachSecond = harmed;
    expect((await at.ended()).conclusion).toMatchObject({ code: 'rollout.watch' });
    expect(await notesOf('rollout.trial')).toHaveLength(2);
  });

  it('ends under a stop with everybody on the version before', async () => {
    await tried();
    await service.controls.stop('person:b', 'odd');
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(conclusion?.reasons[0]).toContain('person:b stopped it (odd)');
    expect(await service.route()).toEqual(old);
  });

  it.each([
    ['a person kills its flag', () => service.flags.kill('shop.n2', 'person:b'), 'rollout.killed'],
    ['a person takes it back', () => service.bench.signal('rollback'), 'rollout.by-person'],
    [
      'somebody altered its flag',
      () => service.flags.write('shop.n2', 0.9, 1).then(() => {}),
      'rollout.watch',
    ],
    ['somebody retired its flag', () => service.flags.retire('shop.n2'), 'rollout.watch'],
    ['the router lost its memory', async () => service.witness.restart(), 'rollout.watch'],
    ['somebody put the old version back', () => service.runtime.route(old), 'rollout.taken-back'],
  ])('ends with everybody on the version before where %s', async (_what, happens, code) => {
    await tried();
    await happens();
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back', code });
    expect(await service.route()).toEqual(old);
    expect((await service.flags.all()).filter(({ weight }) => weight > 0)).toEqual([]);
  });

  it('puts its route right where somebody gave the new version to everybody', async () => {
    await tried();
    await service.runtime.route({ service: 'shop', stable: candidate, candidate: null });
    await at.looks(2);
    expect(await service.route()).toEqual(split('n2'));
    expect(await notesOf('rollout.rerouted')).toHaveLength(1);
  });

  it('gives no lease while the router does not answer, and takes it back once its time is over', async () => {
    await tried();
    service.witness.observe = () => Promise.reject(new Error('no socket'));
    const leases = service.witness.leases.length;
    const { conclusion } = await at.ended();
    expect(service.witness.leases).toHaveLength(leases);
    expect(conclusion?.reasons[0]).toContain('the router did not answer (no socket)');
    expect(await service.route()).toEqual(old);
  });

  it('has everybody on the version before while its flag cannot be written, and is given up in time', async () => {
    await watched();
    service.flags.write = () => Promise.reject(new AutolandError('state.corrupt', 'flags.json is not JSON'));
    service.witness.failingEachSecond = harmed;
    await at.until((position) => position?.trial != null);
    await at.call();
    expect(await service.route()).toEqual(split('n2'));
    const leases = service.witness.leases.length;
    expect((await at.ended()).conclusion?.reasons[0]).toContain(
      'could not be begun in 20 s: it is taken back.',
    );
    expect(service.witness.leases).toHaveLength(leases);
    expect(await service.route()).toEqual(old);
  });

  it('takes it back where nobody comes', async () => {
    service.witness.crowd = healthyCrowd;
    await watched();
    service.witness.crowd = { ...healthyCrowd, users: 0 };
    await tried();
    expect((await at.ended()).conclusion?.reasons[0]).toContain('no user of the new version was seen');
  });

  it('is not moved by what a person says of shares', async () => {
    await tried();
    for (const name of ['rollout.pause', 'rollout.advance']) await service.bench.signal(name);
    await service.bench.signal('rollout.set', { step: 0 });
    expect(await at.looks(2)).toMatchObject({ stage: 'rollout' });
    expect(await service.route()).toEqual(split('n2'));
  });

  it('counts who met it in the trial too', async () => {
    await watched();
    const before = lastExposure(await service.bench.entries());
    service.witness.crowd = unhealthyCrowd;
    service.witness.failingEachSecond = harmed;
    await at.ended();
    const after = lastExposure(await service.bench.entries());
    expect(after?.usersErrored).toBe((before?.usersErrored ?? 0) + unhealthyCrowd.users * 0.5 * 0.4);
  });
});
