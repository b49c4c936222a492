import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleClassification } from '../../testing/changes.ts';
import {
  adminCandidate,
  adminStable,
  candidate,
  commits,
  ServiceBench,
  stable,
} from '../../testing/service-bench.ts';
import { release } from './run.ts';

let service: ServiceBench;
beforeEach(async () => {
  service = await ServiceBench.open();
  await service.alsoAdmin();
  builds(candidate, adminCandidate);
});
afterEach(() => service.close());

const builds = (shop: string, admin: string) =>
  service.builder.outcomes.set(commits.merge, { digests: { shop, admin } });
const call = () => service.bench.call({ actor: 'deployer', run: (ctx) => release(ctx, service.ports()) });
const exposure = { usersExposed: 1, usersErrored: 0, backgroundErrors: 0 };
/** The service of the leg under way has it. */
const promote = () => service.bench.given({ rollout: { ran: true, flag: 'x.n', seconds: 1, ...exposure } });
const running = async (name: string) =>
  (await service.runtime.running())
    .filter((one) => one.service === name)
    .map(({ digest }) => digest)
    .sort();

describe('a release to several services', () => {
  it('builds once, and starts the next one when the one before has it', async () => {
    expect(await call()).toMatchObject({
      stage: 'rollout',
      results: {
        release: { service: 'shop', digest: candidate, rest: [{ service: 'admin', digest: adminCandidate }] },
      },
    });
    expect(await running('admin')).toEqual([adminStable]);
    await promote();
    const second = await call();
    expect(second).toMatchObject({
      stage: 'rollout',
      results: { release: { service: 'admin', digest: adminCandidate, stable: adminStable } },
    });
    expect(second.results.release).not.toHaveProperty('rest');
    expect(await running('admin')).toEqual([adminStable, adminCandidate]);
    expect(service.builder.built).toEqual([commits.merge]);
    await promote();
    expect(await service.bench.state()).toMatchObject({ stage: 'conclude' });
  });

  it.each([
    ['effect.done', 'attest'],
    ['effect.done', 'start'],
    ['stage.finished', undefined],
  ])('goes on after a crash before %s %s at the second one', async (type, step) => {
    await call();
    await promote();
    service.bench.dieBefore(
      (event) => event.type === type && (step === undefined || event.data.step === step),
    );
    expect(await call()).toMatchObject({ stage: 'release' });
    await call();
    expect(await service.bench.state()).toMatchObject({ results: { release: { digest: adminCandidate } } });
    expect(await running('admin')).toEqual([adminStable, adminCandidate]);
  });

  it('leaves alone what it builds the same', async () => {
    builds(stable, adminCandidate);
    expect((await call()).results.release).toMatchObject({ service: 'admin', same: ['shop'] });
    builds(stable, adminStable);
    expect(await running('shop')).toEqual([stable]);
    const ledger = await service.bench.ledger();
    expect(ledger.production.get('shop')?.stable.commit).toBe(commits.merge);
  });

  it('deploys nothing where it builds the same for all', async () => {
    builds(stable, adminStable);
    expect((await call()).results.release).toMatchObject({ deploys: false, sameAsStable: true });
  });

  it('admits the same content to each of them for itself', async () => {
    builds(candidate, candidate);
    await call();
    await promote();
    expect((await call()).results.release).toMatchObject({ service: 'admin', digest: candidate });
    for (const name of ['shop', 'admin'] as const)
      expect(await service.releases.attached(candidate, `gate-${name}`)).toBeDefined();
  });

  it('exposes nobody at the first where something stands in the way at the second', async () => {
    const data = { service: 'admin', commit: '9'.repeat(40), digest: adminStable };
    await service.bench.store.append({ events: [{ type: 'service.stable', actor: 'person:a', data }] });
    const ports = service.ports();
    const history = async (since: string | null) =>
      (since === commits.stable ? [commits.merge] : ['8'.repeat(40), commits.merge]).map((sha) => ({
        sha,
        tree: '',
        parents: [],
        at: new Date(0),
        message: '',
      }));
    const state = await service.bench.call({
      actor: 'deployer',
      run: (ctx) => release(ctx, { ...ports, git: { ...ports.git, history } }),
    });
    expect(state).toMatchObject({ conclusion: { outcome: 'held', code: 'release.foreign-commits' } });
    expect(await running('shop')).toEqual([stable]);
    expect(service.builder.built).toEqual([]);
  });

  it('passes by a service that nobody has adopted', async () => {
    const admin = service.service('admin');
    const { config } = service.rules.rules;
    const services = [...config.services, { ...admin, name: 'new' }];
    service.rules.rules = { ...service.rules.rules, config: { ...config, services } };
    const state = await call();
    expect(state.results.release).toMatchObject({ rest: [{ service: 'admin' }] });
  });

  it('is held where a service has left the configuration meanwhile', async () => {
    await call();
    await promote();
    const { config } = service.rules.rules;
    const services = config.services.filter(({ name }) => name !== 'admin');
    service.rules.rules = { ...service.rules.rules, config: { ...config, services } };
    expect(await call()).toMatchObject({ conclusion: { outcome: 'held', code: 'release.service-gone' } });
  });

  it('is rolled back as a whole where it does not run at a later one', async () => {
    service.dying.set(adminCandidate, 'no database');
    await call();
    await promote();
    expect(await call()).toMatchObject({
      stage: 'conclude',
      conclusion: { outcome: 'rolled-back', code: 'release.unhealthy' },
      legs: [{ release: { service: 'shop' } }],
    });
  });

  it('is taken back between two of them, and says whom nobody met', async () => {
    await call();
    await promote();
    await service.bench.signal('rollback');
    const { conclusion } = await call();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'release.by-person' });
    expect(conclusion?.reasons.join()).toContain('before anybody of the service that was to get it next');
  });

  it('restores each service that runs its tree already, or ran it before', async () => {
    const before = { commit: commits.stable, tree: 'tree-before' };
    const bad = { commit: '5'.repeat(40), tree: 'tree-bad' };
    const ran = (name: string, digest: string, at: typeof before) => ({
      type: 'service.stable',
      actor: 'person:a',
      data: { service: name, digest, ...at },
    });
    const worse = `sha256:${'e'.repeat(64)}`;
    const events = [ran('shop', stable, before), ran('shop', worse, bad), ran('admin', adminStable, before)];
    await service.bench.store.append({ events });
    service.builder.outcomes.set(commits.stable, { digests: { shop: stable, admin: adminStable } });
    await service.builder.build(commits.stable, service.rules.rules.config);
    service.builder.built.length = 0;
    await service.bench.given({
      classify: sampleClassification({ base: bad.commit, tree: before.tree }, { class: 'revert' }),
      merge: { commit: commits.merge, onto: bad.commit },
    });
    expect((await call()).results.release).toMatchObject({
      service: 'shop',
      digest: stable,
      stable: worse,
      restores: true,
      same: ['admin'],
    });
    expect(service.builder.built).toEqual([]);
  });
});
