import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutolandError } from '../../domain/errors.ts';
import type { StageContext } from '../../domain/stage.ts';
import { submit } from '../../engine/submit.ts';
import { healthyCrowd } from '../../testing/memory-witness.ts';
import { RolloutBench, shares, unhealthyCrowd } from '../../testing/rollout-bench.ts';
import { candidate, commits, released, ServiceBench, stable } from '../../testing/service-bench.ts';
import { sampleProposal } from '../../testing/stage-bench.ts';
import { rollout } from './run.ts';

let at: RolloutBench;
let service: ServiceBench;
beforeEach(async () => {
  at = await RolloutBench.open(rollout);
  service = at.service;
});
afterEach(() => at.close());

describe('a candidate of a class of which another change has failed', () => {
  it('is shown to nobody any more, and held', async () => {
    await at.atStep(1);
    await service.bench.demoted('dependency-patch');
    const state = await at.call();
    expect(state).toMatchObject({ conclusion: { outcome: 'held', code: 'rollout.demoted' } });
    expect(at.killed()).toEqual(['shop.n1']);
  });

  it('is never shown to anybody, where none has met it yet', async () => {
    await service.bench.demoted('dependency-patch');
    expect(await at.call()).toMatchObject({ conclusion: { code: 'rollout.demoted' } });
    expect(service.witness.leases).toEqual([]);
  });
});

describe('a healthy candidate', () => {
  it('rises step by step to everybody; then its flag is retired', async () => {
    const state = await at.ended();
    expect(state).toMatchObject({ stage: 'conclude', results: { rollout: { ran: true, flag: 'shop.n1' } } });
    expect([...new Set(service.witness.leases.map(({ weight }) => weight))]).toEqual(shares);
    expect(await service.route()).toEqual({ service: 'shop', stable: candidate, candidate: null });
    expect(await service.flags.all()).toEqual([]);
    expect(at.killed()).toEqual([]);
    const { rollout: report } = state.results;
    expect(report?.ran === true && report.usersExposed).toBe(100_000);
  });

  it('tells the witness how waits count, where that is not as any witness counts them', async () => {
    await at.atStep(1);
    expect(service.witness.leases.at(-1)).not.toHaveProperty('waits');
    const { rules } = service.rules;
    const latency = { tolerate: 1.1, warmUp: null };
    const { config } = rules;
    service.rules.rules = { ...rules, config: { ...config, rollout: { ...config.rollout, latency } } };
    service.witness.restart();
    await at.ended();
    expect(service.witness.leases.at(-1)).toMatchObject({
      ...{ nonce: 'n2', waits: { tolerate: 1.1, warmUpSeconds: 0 } },
    });
  });

  it('makes what it was the stable version', async () => {
    await at.ended();
    expect((await service.bench.ledger()).production.get('shop')?.stable).toMatchObject({
      service: 'shop',
      commit: commits.merge,
      digest: candidate,
    });
  });

  it('opens no share of users before a checkpoint covers the intent', async () => {
    const { flags } = service;
    const { write } = flags;
    flags.write = async (key, weight, version) => {
      const intents = await service.bench.entries(['effect.intended']);
      expect(service.bench.auditLog.covered).toBeGreaterThan(intents.at(-1)?.index ?? Number.NaN);
      return write.call(flags, key, weight, version);
    };
    await at.atStep(2);
  });

  it.each([
    ['effect.intended', 'expose-n1-0'],
    ['effect.done', 'expose-n1-0'],
    ['effect.done', 'expose-n1-1'],
    ['effect.intended', 'promote-n1'],
    ['effect.done', 'promote-n1'],
    ['effect.intended', 'retire-n1'],
    ['effect.done', 'retire-n1'],
    ['stage.finished', undefined],
  ])('lands in spite of a crash before %s %s', async (type, step) => {
    let died = false;
    service.bench.dieBefore((event) => {
      died ||= event.type === type && (step === undefined || event.data.step === step);
      return died;
    });
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, usersExposed: 100_000 });
    expect(died).toBe(true);
    expect(await service.route()).toEqual({ service: 'shop', stable: candidate, candidate: null });
    expect(await service.flags.all()).toEqual([]);
  });
});

describe('a witness that is a front door of the operator', () => {
  it('starts the rollout anew where it does not tell the whole, and is held where that goes on', async () => {
    await at.atStep(1);
    service.witness.besides = { gap: 'the witness was lost' };
    await at.until((position) => position?.nonce === 'n2');
    expect(at.killed()).toEqual(['shop.n1']);
    service.witness.besides = {};
    await at.atStep(1);
    service.witness.besides = { gap: 'the witness was lost' };
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'held', code: 'rollout.too-many-starts' });
  });

  it('rolls back for the harm that it tells of, whatever it does not', async () => {
    service.witness.crowd = unhealthyCrowd;
    service.witness.besides = { gap: 'the witness was lost' };
    expect((await at.ended()).conclusion).toMatchObject({ code: 'rollout.server-errors' });
  });

  it('promotes nothing where it counts requests', async () => {
    service.witness.besides = { requests: { calibration: null } };
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'held', code: 'rollout.requests' });
    expect(conclusion?.reasons.join()).toContain('would be passed if each request were a user');
    expect(Math.max(...service.witness.leases.map(({ weight }) => weight))).toBe(0.01);
    expect(at.killed()).toEqual(['shop.n1']);
  });

  it.each([
    [null, 'held', 'rollout.requests'],
    [{ dispersion: 1, windows: 40 }, 'rolled-back', 'rollout.server-errors'],
  ] as const)('with the calibration %j, a bad candidate is %s', async (calibration, outcome, code) => {
    service.witness.crowd = unhealthyCrowd;
    service.witness.besides = { requests: { calibration } };
    expect((await at.ended()).conclusion).toMatchObject({ outcome, code });
  });
});

describe('an unhealthy candidate', () => {
  it('is rolled back at the first step', async () => {
    service.witness.crowd = unhealthyCrowd;
    const { conclusion } = await at.ended();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'rollout.server-errors' });
    expect(at.killed()).toEqual(['shop.n1']);
    expect(Math.max(...service.witness.leases.map(({ weight }) => weight))).toBe(0.01);
  });

  it('leaves word where it failed, by the own account of the versions that the runtime launched', async () => {
    service.witness.crowd = unhealthyCrowd;
    const route = { route: 'GET /cart', requests: 9, failed: 4, statuses: { 500: 4 }, traceId: null };
    const own = { requests: 9, errors: 4, rejectedPoints: 0, p50Seconds: null, p95Seconds: null };
    service.reports = {
      reports: async () => [{ ...own, digest: candidate, everySeconds: 60, routes: [route], variants: [] }],
    };
    await at.ended();
    const notes = await service.bench.entries(['stage.noted']);
    expect(notes.at(-1)?.data).toMatchObject({
      note: 'rollout.reports',
      data: { slowEverySeconds: 60, routes: [{ route: 'GET /cart', canary: { failed: 4 }, baseline: null }] },
    });
  });

  it('is rolled back all the same where nobody says where it failed', async () => {
    service.witness.crowd = unhealthyCrowd;
    service.reports = { reports: () => Promise.reject(new Error('no answer')) };
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back' });
    const notes = await service.bench.entries(['stage.noted']);
    expect(notes.at(-1)?.data).toMatchObject({ data: { routes: [], missing: 'no answer' } });
  });

  it('closes its flag first of all once that is decided', async () => {
    await at.atStep(1);
    service.witness.restart();
    service.witness.crowd = unhealthyCrowd;
    await at.until((position) => position?.starts === 2);
    service.calls.length = 0;
    await at.ended();
    const seen = service.calls.lastIndexOf('witness.observe');
    expect(service.calls.slice(seen + 1)).toEqual(['flags.kill']);
  });

  it('has its flag closed also when the process dies before that is journalled', async () => {
    service.witness.crowd = unhealthyCrowd;
    service.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === 'close-n1');
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'rolled-back' });
    expect(new Set(at.killed())).toEqual(new Set(['shop.n1']));
  });

  it('without users is held: no data is not good data', async () => {
    service.witness.crowd = { ...healthyCrowd, users: 0 };
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'held', code: 'rollout.no-traffic' });
    expect(at.killed()).toEqual(['shop.n1']);
  });
});

describe('what somebody else makes of it', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['raises its flag', () => service.flags.write('shop.n1', 0.9, 2)],
    ['lowers its flag', () => service.flags.write('shop.n1', 0.01, 2)],
    ['writes its flag anew', () => service.flags.write('shop.n1', 0.1, 2)],
    ['removes its flag', () => service.flags.retire('shop.n1')],
  ])('%s: that flag closes, and the rollout starts anew', async (_, alter) => {
    await at.atStep(1);
    await alter();
    await at.until((position) => position?.starts === 2);
    expect(at.killed()).toEqual(['shop.n1']);
    const notes = await service.bench.entries(['stage.noted']);
    expect(notes.map(({ data }) => data.note)).toContain('rollout.flag-altered');
    const state = await at.ended();
    expect(state).toMatchObject({ results: { rollout: { ran: true, flag: 'shop.n2' } } });
  });

  it('exposes nobody further by a flag that was raised', async () => {
    await at.atStep(0);
    const before = service.witness.leases.length;
    await service.flags.write('shop.n1', 0.9, 1);
    await at.until((position) => position?.starts === 2);
    const since = service.witness.leases.slice(before).map(({ weight }) => weight);
    expect(since.every((weight) => weight === 0.01)).toBe(true);
  });

  it.each<[string, string | null]>([
    ['takes its candidate off the route', null],
    ['routes to it by another flag', 'shop.other'],
  ])('%s: the route is put right, and the journal says so', async (_, flag) => {
    await at.atStep(1);
    const candidateOf = flag === null ? null : { digest: candidate, flag, nonce: 'other' };
    await service.runtime.route({ service: 'shop', stable, candidate: candidateOf });
    await at.looks(2);
    expect(await service.route()).toMatchObject({ candidate: { flag: 'shop.n1', nonce: 'n1' } });
    const notes = await service.bench.entries(['stage.noted']);
    expect(notes.filter(({ data }) => data.note === 'rollout.rerouted')).toHaveLength(1);
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n1' });
  });

  it('goes on while the supervisor does not answer', async () => {
    await at.atStep(0);
    const routes = async () => {
      throw new AutolandError('runtime.unreachable', 'nobody answers');
    };
    const runtime = Object.create(service.runtime, { routes: { value: routes } }) as typeof service.runtime;
    const before = service.witness.leases.length;
    const run = (ctx: StageContext) => rollout(ctx, { ...service.ports(), runtime });
    expect(await service.bench.call({ actor: 'deployer', run })).toMatchObject({
      failures: 0,
      stage: 'rollout',
    });
    expect(service.witness.leases.length).toBe(before + 1);
  });
});

describe('the rules', () => {
  it('closed and held for good when the policy changes on the way', async () => {
    await at.atStep(1);
    service.rules.rules = { ...service.rules.rules, policyText: 'forbid it' };
    expect(await at.call()).toMatchObject({
      conclusion: { outcome: 'held', code: 'rollout.policy-changed' },
    });
    expect(at.killed()).toEqual(['shop.n1']);
  });

  it('outside the windows it does not begin', async () => {
    service.rules.also('limits: { windows: [{ days: [sat], from: "09:00", to: "10:00" }] }\n');
    await at.looks(3);
    expect(service.calls).toEqual([]);
  });

  it('a window that closes on the way lets it stay where it is, not rise', async () => {
    await at.atStep(1);
    service.rules.also('limits: { windows: [{ days: [sat], from: "09:00", to: "10:00" }] }\n');
    await at.looks(40);
    expect(at.weight()).toBe(0.1);
    expect(at.killed()).toEqual([]);
  });

  it('the daily cap that this very change has filled does not stand in its way', async () => {
    service.rules.also('limits: { perDay: 1 }\n');
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true });
  });

  it('the daily cap that others have filled does', async () => {
    const { store, clock } = service.bench;
    const ports = { journal: store, outbox: store, clock };
    const other = { ...sampleProposal, head: 'e'.repeat(40), ref: 'refs/heads/other' };
    const { change } = await submit(ports, await service.bench.ledger(), other, 'test');
    const data = { stage: 'merge', data: { commit: 'x', onto: 'y' } };
    const merged = { type: 'stage.finished', change, actor: 'test', data };
    await store.append({ events: [merged], schedule: { change, next: { kind: 'never' } } });
    service.rules.also('limits: { perDay: 1 }\n');
    await at.looks(5);
    expect(service.calls).toEqual([]);
  });
});

describe('a witness that lost its memory', () => {
  it('is a rollout anew: other users, a nonce of its own, from the first step', async () => {
    await at.atStep(2);
    service.witness.restart();
    await at.until((position) => position?.starts === 2);
    expect(at.killed()).toEqual(['shop.n1']);
    await at.call();
    expect(service.witness.leases.at(-1)).toMatchObject({ nonce: 'n2', step: 0, weight: 0.01 });
    expect((await at.ended()).results.rollout).toMatchObject({ ran: true, flag: 'shop.n2' });
  });

  it('five times at most; then it is held, and no flag stays open', async () => {
    for (let starts = 1; starts <= 5; starts += 1) {
      await at.until((position) => position?.starts === starts && position.epoch !== null);
      service.witness.restart();
    }
    expect((await at.ended()).conclusion).toMatchObject({ outcome: 'held', code: 'rollout.too-many-starts' });
    expect(at.killed()).toEqual(['shop.n1', 'shop.n2', 'shop.n3', 'shop.n4', 'shop.n5']);
  });
});

describe('nothing to expose', () => {
  it.each([
    ['nothing deploys', { deploys: false, why: 'what was built runs already', sameAsStable: true } as const],
  ])('when %s', async (_what, release) => {
    const dark = await ServiceBench.open();
    await dark.bench.given({ release });
    dark.calls.length = 0;
    const state = await dark.bench.call({ actor: 'deployer', run: (ctx) => rollout(ctx, dark.ports()) });
    dark.close();
    expect(state.results.rollout).toEqual({ ran: false, why: release.why });
    expect(dark.calls).toEqual([]);
  });

  it('needs the word of the policy to deploy', async () => {
    await service.bench.given({ policy: service.rules.permit('merge') });
    await service.bench.given({ release: released });
    expect(await at.call()).toMatchObject({ conclusion: { outcome: 'held', code: 'rollout.not-permitted' } });
    expect(service.calls).toEqual([]);
  });
});
