import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalGitHost, openGitHost } from '../../adapters/git-host/local/local-git-host.ts';
import { bot, TestKeyRing, TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import type { Conclusion } from '../../domain/decision.ts';
import { submit } from '../../engine/submit.ts';
import {
  adminCandidate,
  adminStable,
  candidate,
  released,
  ServiceBench,
  stable,
} from '../../testing/service-bench.ts';
import { conclude } from './run.ts';

let service: ServiceBench;
let repository: TestRepository;
let git: LocalGitHost;
let merge: string;
let base: string;
beforeEach(async () => {
  repository = new TestRepository();
  git = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot });
  base = repository.seed([{ path: 'a', mode: '100644', content: '1\n' }]);
  const tree = repository.git([
    'rev-parse',
    `${repository.seed([{ path: 'a', mode: '100644', content: '2\n' }])}^{tree}`,
  ]);
  merge = repository.commit(tree, [base]);
  repository.git(['update-ref', 'refs/heads/main', merge]);
  service = await ServiceBench.released();
  await service.bench.given({ merge: { commit: merge, onto: base } });
  await service.bench.given({ release: released });
});
afterEach(async () => {
  service.close();
  await git.close();
  repository.remove();
});

const call = () =>
  service.bench.call({
    actor: 'deployer',
    run: (ctx) =>
      conclude(ctx, {
        git,
        journal: service.bench.journal,
        runtime: service.runtime,
        flags: service.flags,
        witness: service.witness,
        propose: async (proposal) => {
          const { store, clock } = service.bench;
          const ports = { journal: store, outbox: store, clock };
          return (await submit(ports, await service.bench.ledger(), proposal, 'deployer')).change;
        },
      }),
  });

async function stopped(outcome: Conclusion['outcome'], code = 'x.y'): Promise<void> {
  const conclusion = { outcome, code, reasons: ['because'] };
  const data = { stage: 'rollout', round: 0, conclusion };
  const event = { type: 'stage.stopped', change: service.bench.id, actor: 'test', data };
  await service.bench.store.append({ events: [event] });
}

async function exposed(weight: number): Promise<void> {
  await service.flags.write('shop.n1', weight, 0);
  const flag = { digest: candidate, flag: 'shop.n1', nonce: 'n1' };
  await service.runtime.route({ service: 'shop', stable, candidate: flag });
  service.calls.length = 0;
}

const proposed = async () => (await service.bench.store.read({ types: ['change.proposed'] })).slice(1);

describe('a change that was rolled back', () => {
  it('leaves the route, is stopped, and its merge is reverted by a change of its own', async () => {
    await exposed(0.1);
    await service.flags.kill('shop.n1', 'rollout.server-errors');
    await stopped('rolled-back', 'rollout.server-errors');
    const state = await call();
    expect(await service.route()).toEqual({ service: 'shop', stable, candidate: null });
    expect(await service.running()).toEqual([stable]);
    const [revert] = await proposed();
    expect(revert?.data).toMatchObject({ source: 'agent:revert', record: { reverts: merge } });
    expect(state).toMatchObject({
      stage: null,
      conclusion: {
        outcome: 'rolled-back',
        code: 'rollout.server-errors',
        reasons: ['because', `its merge is reverted by ${revert?.change}`],
      },
    });
    const head = String(revert?.data.head);
    expect((await git.readFile(head, 'a'))?.toString()).toBe('1\n');
    // Reasons may quote a service; what is on the branch is read by many, and stays there.
    const message = repository.git(['log', '-1', '--format=%B', head]);
    expect(message).toContain(`${state?.id}: rolled back: rollout.server-errors\n`);
    expect(message).not.toContain('because');
  });

  it('closes its own flags, and none that everybody has by an earlier change', async () => {
    await service.flags.write('shop.n0', 1, 0, 'old-price');
    await exposed(0.1);
    await stopped('rolled-back');
    await call();
    expect(await service.flags.all()).toMatchObject([{ key: 'shop.n0', weight: 1, killed: false }]);
  });

  const demotions = () => service.bench.entries(['autonomy.demoted']);

  it('costs its class, before anything that may take long', async () => {
    await exposed(0.1);
    await stopped('rolled-back', 'rollout.server-errors');
    service.runtime.route = () => Promise.reject(new Error('no supervisor'));
    expect(await call()).toMatchObject({ stage: 'conclude' });
    const data = { class: 'dependency-patch', from: 'deploy', to: 'propose', code: 'rollout.server-errors' };
    expect(await demotions()).toMatchObject([{ change: service.bench.id, actor: 'deployer', data }]);
    expect((await service.bench.autonomy()).demotions).toMatchObject([{ class: 'dependency-patch' }]);
  });

  it('costs its class nothing when a person took it back before anybody met it', async () => {
    await stopped('rolled-back', 'rollout.by-person');
    await call();
    expect(await demotions()).toEqual([]);
  });

  it('costs its class when a person took it back from users who may have met it', async () => {
    const intent = { key: 'k', step: 'expose-n1-0', intent: { weight: 0.01 } };
    const event = { type: 'effect.intended', change: service.bench.id, actor: 'deployer', data: intent };
    await service.bench.store.append({ events: [event] });
    await stopped('rolled-back', 'rollout.by-person');
    await call();
    expect(await demotions()).toHaveLength(1);
  });

  const leased = { service: 'shop', flag: 'shop.n1', nonce: 'n1', version: 1, step: 0, weight: 0.1 };
  const exposures = async () =>
    (await service.bench.store.read({ types: ['stage.noted'] }))
      .filter(({ data }) => data.note === 'rollout.exposure')
      .map(({ data }) => data.data);

  it('counts those who met an error until its last request had ended', async () => {
    await exposed(0.1);
    await service.witness.lease({ ...leased, leaseMs: 5_000 });
    await stopped('rolled-back');
    await call();
    const { usersExposed, usersErrored } = (await service.witness.observe('n1')) ?? {};
    expect(await exposures()).toMatchObject([{ usersExposed, usersErrored }]);
    expect(service.calls.indexOf('runtime.stop')).toBeLessThan(service.calls.indexOf('witness.observe'));
  });

  it('counts them after a crash too, when the route no longer names the rollout', async () => {
    await exposed(0.1);
    await service.witness.lease({ ...leased, leaseMs: 5_000 });
    await stopped('rolled-back');
    service.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === 'remove-candidate');
    await call();
    expect(await call()).toMatchObject({ stage: null });
    expect(await exposures()).toHaveLength(1);
  });

  it('is put in order without a witness: the last look’s figures stand', async () => {
    await exposed(0.1);
    await stopped('rolled-back');
    service.witness.observe = () => Promise.reject(new Error('no router'));
    expect(await call()).toMatchObject({ stage: null });
    expect(await exposures()).toEqual([]);
  });

  it.each([
    ['effect.intended', 'demote'],
    ['autonomy.demoted', undefined],
    ['effect.done', 'demote'],
    ['effect.intended', 'close-flags'],
    ['effect.done', 'close-flags'],
    ['stage.noted', undefined],
    ['effect.intended', 'remove-candidate'],
    ['effect.done', 'remove-candidate'],
    ['effect.intended', 'queue-revert'],
    ['effect.done', 'queue-revert'],
    ['change.concluded', undefined],
  ])(
    'is put in order in spite of a crash before %s %s, reverted once, and costs its class once',
    async (type, step) => {
      await exposed(0.1);
      await stopped('rolled-back');
      service.bench.dieBefore(
        (event) => event.type === type && (step === undefined || event.data.step === step),
      );
      expect(await call()).toMatchObject({ stage: 'conclude' });
      expect(await call()).toMatchObject({ stage: null, conclusion: { outcome: 'rolled-back' } });
      expect(await service.running()).toEqual([stable]);
      expect(await proposed()).toHaveLength(1);
      expect(await demotions()).toHaveLength(1);
    },
  );

  it('says when a person must take it off the branch', async () => {
    const tree = repository.git([
      'rev-parse',
      `${repository.seed([{ path: 'a', mode: '100644', content: '3\n' }])}^{tree}`,
    ]);
    repository.git(['update-ref', 'refs/heads/main', repository.commit(tree, [merge])]);
    await stopped('rolled-back');
    const { conclusion } = await call();
    expect(conclusion?.reasons.at(-1)).toMatch(/a person must: a$/);
    expect(await proposed()).toEqual([]);
  });
});

describe('a change that does harm at a second service', () => {
  const rest = [{ service: 'admin', digest: adminCandidate }];
  const versions = async () =>
    (await service.runtime.running()).map((one) => `${one.service} ${one.digest}`).sort();
  beforeEach(async () => {
    await service.alsoAdmin();
    await service.bench.given({
      release: { ...released, rest },
      rollout: {
        ran: true,
        flag: 'shop.n1',
        seconds: 1,
        usersExposed: 1,
        usersErrored: 0,
        backgroundErrors: 0,
      },
    });
    await service.runtime.route({ service: 'shop', stable: candidate, candidate: null });
    await service.admit(adminCandidate, 'admin');
    await service.runtime.start({ ...service.spec(), name: 'admin' }, adminCandidate);
    const atAdmin = { service: 'admin', digest: adminCandidate, stable: adminStable };
    await service.bench.given({ release: { ...released, ...atAdmin } });
    const flag = { digest: adminCandidate, flag: 'admin.n2', nonce: 'n2' };
    await service.runtime.route({ service: 'admin', stable: adminStable, candidate: flag });
    await service.flags.write('admin.n2', 0.1, 0);
  });
  const before = {
    shop: { service: 'shop', stable, candidate: null },
    admin: { service: 'admin', stable: adminStable, candidate: null },
  };

  it('is taken from there first, then from the one that has it', async () => {
    await stopped('rolled-back', 'rollout.server-errors');
    service.calls.length = 0;
    expect(await call()).toMatchObject({ stage: null, conclusion: { outcome: 'rolled-back' } });
    expect(await service.route('admin')).toEqual(before.admin);
    expect(await service.route('shop')).toEqual(before.shop);
    expect(await versions()).toEqual([`admin ${adminStable}`, `shop ${stable}`]);
    expect(service.flags.kills.map(({ key }) => key)).toEqual(['admin.n2']);
    const { production } = await service.bench.ledger();
    expect([...production.values()].map((one) => one.stable.digest)).toEqual([stable, adminStable]);
    expect(await proposed()).toHaveLength(1);
  });

  it.each([
    ['effect.done', 'remove-candidate'],
    ['effect.intended', 'take-back-shop'],
    ['effect.done', 'take-back-shop'],
    ['change.concluded', undefined],
  ])('is taken from both in spite of a crash before %s %s', async (type, step) => {
    await stopped('rolled-back');
    service.bench.dieBefore(
      (event) => event.type === type && (step === undefined || event.data.step === step),
    );
    expect(await call()).toMatchObject({ stage: 'conclude' });
    expect(await call()).toMatchObject({ stage: null });
    expect(await service.route('shop')).toEqual(before.shop);
    expect(await versions()).toEqual([`admin ${adminStable}`, `shop ${stable}`]);
    expect(await proposed()).toHaveLength(1);
  });

  it('stays where it was proved when it is only held at the second', async () => {
    await stopped('held');
    await call();
    expect(await service.route('admin')).toEqual(before.admin);
    expect(await service.route('shop')).toEqual({ ...before.shop, stable: candidate });
    expect(await versions()).toEqual([`admin ${adminStable}`, `shop ${stable}`, `shop ${candidate}`]);
    expect(await proposed()).toEqual([]);
  });
});

describe('a change that was held in its rollout', () => {
  it('has its flag closed before anything else, whatever the rollout has left open', async () => {
    await exposed(0.5);
    await service.flags.write('other.n1', 0.5, 0);
    await service.flags.write('shop', 0.5, 0);
    service.calls.length = 0;
    await stopped('held', 'stage.failed-runtime.unreachable');
    await call();
    expect(service.flags.kills).toEqual([{ key: 'shop.n1', by: 'stage.failed-runtime.unreachable' }]);
    expect(service.calls.indexOf('flags.kill')).toBeLessThan(service.calls.indexOf('runtime.route'));
    expect(await service.running()).toEqual([stable]);
    expect(await proposed()).toEqual([]);
  });

  it('is tried again for as long as the runtime cannot be reached', async () => {
    await exposed(0.5);
    await stopped('held');
    const { route } = service.runtime;
    service.runtime.route = () => Promise.reject(new Error('no supervisor'));
    for (let calls = 0; calls < 8; calls += 1) expect(await call()).toMatchObject({ stage: 'conclude' });
    service.runtime.route = route;
    expect(await call()).toMatchObject({ stage: null });
    expect(await service.running()).toEqual([stable]);
  });
});

describe('a change that landed', () => {
  it('leaves the old version warm beside the new one, and stops what is older', async () => {
    const old = `sha256:${'9'.repeat(64)}`;
    await service.admit(old);
    await service.runtime.start(service.spec(), old);
    await service.runtime.route({ service: 'shop', stable: candidate, candidate: null });
    const counts = { usersExposed: 1, usersErrored: 0, backgroundErrors: 0 };
    await service.bench.given({ rollout: { ran: true, flag: 'shop.n1', seconds: 9, ...counts } });
    expect(await call()).toMatchObject({
      stage: null,
      conclusion: { outcome: 'landed', code: 'landed.promoted' },
    });
    expect(new Set(await service.running())).toEqual(new Set([stable, candidate]));
  });
});
