import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RolloutBench, shares, unhealthyCrowd } from '../../testing/rollout-bench.ts';
import { candidate, commits, released, type ServiceBench, stable } from '../../testing/service-bench.ts';
import { rollout } from './run.ts';

let at: RolloutBench;
let service: ServiceBench;
beforeEach(async () => {
  at = await RolloutBench.open(rollout);
  service = at.service;
});
afterEach(() => at.close());

/** What the guardrail says of a change that adds these flags. */
async function adds(...added: readonly string[]): Promise<void> {
  const finding = {
    verdict: 'pass',
    code: 'flag-off.equivalent',
    reason: '',
    evidence: { added },
    ms: 1,
  } as const;
  // In the order of the stages: each is told to be over.
  await service.bench.given({
    guardrails: { verdict: 'pass', results: [{ name: 'flag-off', ...finding }] },
    policy: service.rules.permit(),
    merge: { commit: commits.merge, onto: commits.stable },
    release: released,
  });
}

const inCode = () =>
  at.until((position) => position?.code === 'new-price' && at.killed().length === 0 && onCode());
/** The last lease is for the flag in the code. */
const onCode = () => service.witness.leases.at(-1)?.nonce === 'n2';
const flagOf = async () => (await service.flags.all()).find(({ code }) => code === 'new-price');
const fate = async () => {
  const notes = await service.bench.entries(['stage.noted']);
  return notes.findLast(({ data }) => data.note === 'rollout.code-flag')?.data.data;
};
const back = { service: 'shop', stable, candidate: null };

describe('a flag in the code', () => {
  it('is raised once everybody has its version, step by step, and stays on', async () => {
    await adds('new-price');
    const { conclusion, results } = await at.ended();
    expect(conclusion).toBeUndefined();
    expect(results.rollout).toMatchObject({
      ran: true,
      flag: 'shop.n2',
      codeFlag: { key: 'new-price', flag: 'shop.n2' },
    });
    const ofCode = service.witness.leases.filter(({ nonce }) => nonce === 'n2');
    expect([...new Set(ofCode.map(({ weight }) => weight))]).toEqual(shares);
    expect(service.witness.leases.findIndex(({ nonce }) => nonce === 'n2')).toBeGreaterThan(
      service.witness.leases.findLastIndex(({ nonce }) => nonce === 'n1'),
    );
    expect(await flagOf()).toMatchObject({ key: 'shop.n2', weight: 1, killed: false });
    expect((await service.flags.all()).length).toBe(1);
    expect(await service.route()).toEqual({ service: 'shop', stable: candidate, candidate: null });
    expect(await fate()).toMatchObject({ key: 'new-price', flag: 'shop.n2', state: 'promoted' });
  });

  it('compares the version with itself', async () => {
    await adds('new-price');
    await inCode();
    expect(await service.route()).toEqual({
      service: 'shop',
      stable: candidate,
      candidate: { digest: candidate, flag: 'shop.n2', nonce: 'n2' },
    });
  });

  it('closes where its users fail, and its version is taken back', async () => {
    await adds('new-price');
    await inCode();
    service.witness.crowd = unhealthyCrowd;
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.server-errors' });
    expect(await flagOf()).toMatchObject({ weight: 0, killed: true });
    expect(await service.route()).toEqual(back);
    expect(await fate()).toMatchObject({ key: 'new-price', state: 'rolled-back' });
  });

  it('closes by the name in the code as well', async () => {
    await adds('new-price');
    await inCode();
    await service.flags.kill('new-price', 'person:alice');
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.killed' });
    expect(await service.route()).toEqual(back);
  });

  it('is taken back where more users fail once everybody has it', async () => {
    await adds('new-price');
    await at.until((position) => position?.code === 'new-price' && position.watchedSince != null);
    expect(await flagOf()).toMatchObject({ weight: 1 });
    service.witness.failingEachSecond = 60;
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(await flagOf()).toMatchObject({ weight: 0, killed: true });
    expect(await service.route()).toEqual(back);
  });

  it('closes where a person kills it while everybody has it', async () => {
    await adds('new-price');
    await at.until((position) => position?.code === 'new-price' && position.watchedSince != null);
    await service.flags.kill('new-price', 'person:alice');
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.killed' });
    expect(await service.route()).toEqual(back);
  });

  it('stays on where a trial of its version finds that others fail as much', async () => {
    await adds('new-price');
    await at.until((position) => position?.code === 'new-price' && position.watchedSince != null);
    service.witness.failingEachSecond = 60;
    await at.until((position) => position?.trial?.harmMet === true);
    expect(await flagOf()).toMatchObject({ weight: 1 });
    service.witness.failingEachSecond = 4;
    expect((await at.ended()).results.rollout).toMatchObject({ codeFlag: { key: 'new-price' } });
    expect(await service.flags.all()).toMatchObject([{ code: 'new-price', weight: 1, killed: false }]);
    expect(await service.route()).toEqual({ service: 'shop', stable: candidate, candidate: null });
  });

  it('closes with its version where a trial convicts it', async () => {
    await adds('new-price');
    await at.until((position) => position?.code === 'new-price' && position.watchedSince != null);
    service.witness.crowd = unhealthyCrowd;
    service.witness.failingEachSecond = 60;
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.watch' });
    expect(at.killed()).toEqual(expect.arrayContaining(['shop.n2', 'shop.n3']));
    expect(await service.route()).toEqual(back);
  });

  it('closes under a stop while its version stays, and begins anew when it is over', async () => {
    await adds('new-price');
    await inCode();
    await service.controls.stop('person:b', 'odd');
    await at.until((position) => position?.open === false);
    expect(await flagOf()).toMatchObject({ weight: 0 });
    expect((await service.route())?.stable).toBe(candidate);
    await service.controls.resume('person:b');
    expect((await at.ended()).results.rollout).toMatchObject({
      codeFlag: { key: 'new-price', flag: 'shop.n3' },
    });
  });

  it('is held, and its version taken back, where the rules change that permitted it', async () => {
    await adds('new-price');
    await inCode();
    service.rules.rules = { ...service.rules.rules, policyText: 'forbid it' };
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'held', code: 'rollout.policy-changed' });
    expect(await flagOf()).toMatchObject({ weight: 0 });
    expect(await service.route()).toEqual(back);
  });

  it.each([
    ['two', ['one', 'two']],
    ['one that no header can carry', ['new price']],
  ])('is not begun where there are %s', async (_what, names) => {
    await adds(...names);
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'held', code: 'rollout.code-flags' });
    expect(await service.flags.all()).toEqual([]);
  });

  it.each([
    ['stage.noted', 'rollout.position'],
    ['effect.intended', 'expose-n2-0'],
    ['effect.done', 'expose-n2-0'],
    ['effect.intended', 'promote-n2'],
    ['effect.done', 'promote-n2'],
    ['stage.noted', 'rollout.code-flag'],
    ['stage.finished', undefined],
  ])('is with everybody in spite of a crash before %s %s', async (type, name) => {
    await adds('new-price');
    const isCode = () => service.witness.leases.some(({ weight }) => weight === shares[2]);
    let died = false;
    service.bench.dieBefore((event) => {
      const found = name === undefined || event.data.step === name || event.data.note === name;
      died ||= isCode() && event.type === type && found;
      return died;
    });
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, codeFlag: { key: 'new-price' } });
    expect(died).toBe(true);
    expect(await flagOf()).toMatchObject({ weight: 1, killed: false });
  });

  it.each([
    ['effect.done', 'close-n2'],
    ['effect.done', 'take-back-n2'],
    ['stage.stopped', undefined],
  ])('is with nobody in spite of a crash before %s %s', async (type, step) => {
    await adds('new-price');
    await inCode();
    service.witness.crowd = unhealthyCrowd;
    let died = false;
    service.bench.dieBefore((event) => {
      died ||= event.type === type && (step === undefined || event.data.step === step);
      return died;
    });
    expect((await at.ended()).conclusion).toMatchObject({
      outcome: 'rolled-back',
      code: 'rollout.server-errors',
    });
    expect(died).toBe(true);
    expect(await flagOf()).toMatchObject({ weight: 0 });
    expect(await service.route()).toEqual(back);
  });
});
