import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutolandError } from '../../domain/errors.ts';
import { readGateDecision } from '../../domain/statements.ts';
import { sampleClassification, sampleFile } from '../../testing/changes.ts';
import { candidate, commits, ServiceBench, stable } from '../../testing/service-bench.ts';
import { release } from './run.ts';

let service: ServiceBench;
beforeEach(async () => {
  service = await ServiceBench.open();
  service.builder.outcomes.set(commits.merge, { digest: candidate });
});
afterEach(() => service.close());

const call = () => service.bench.call({ actor: 'deployer', run: (ctx) => release(ctx, service.ports()) });

describe('release', () => {
  it('builds once, has it attested, and starts it in the dark', async () => {
    const state = await call();
    expect(state).toMatchObject({
      stage: 'rollout',
      results: { release: { deploys: true, service: 'shop', digest: candidate, stable } },
    });
    expect(service.builder.built).toEqual([commits.merge]);
    expect(new Set(await service.running())).toEqual(new Set([stable, candidate]));
    expect(await service.route()).toEqual({ service: 'shop', stable, candidate: null });
    expect(await service.flags.all()).toEqual([]);
  });

  it("carries the gate's decision about exactly this digest and service", async () => {
    await call();
    const gate = await service.releases.attached(candidate, 'gate-shop');
    const statement = await service.attestations.verify('gate', gate ?? {}, candidate);
    const { policyDigest } = service.rules.permit();
    expect(readGateDecision(statement)).toMatchObject({
      change: service.bench.id,
      resource: 'service:shop',
      result: 'PASSED',
      policyDigest,
    });
  });

  it.each([
    ['effect.intended', 'build'],
    ['effect.done', 'build'],
    ['effect.done', 'attest'],
    ['effect.done', 'start'],
    ['stage.finished', undefined],
  ])('goes on after a crash before %s %s', async (type, step) => {
    service.bench.dieBefore(
      (event) => event.type === type && (step === undefined || event.data.step === step),
    );
    expect(await call()).toMatchObject({ stage: 'release' });
    expect(await call()).toMatchObject({ stage: 'rollout', results: { release: { digest: candidate } } });
    expect((await service.running()).filter((digest) => digest === candidate)).toHaveLength(1);
  });

  it('deploys nothing when the build is what runs already', async () => {
    service.builder.outcomes.set(commits.merge, { digest: stable });
    expect(await call()).toMatchObject({ results: { release: { deploys: false, sameAsStable: true } } });
    expect(await service.running()).toEqual([stable]);
  });
});

describe('a release that fails', () => {
  it('is rolled back when the build fails, with the words of the build', async () => {
    service.builder.outcomes.set(commits.merge, { failed: 'npm ci exited 1' });
    expect(await call()).toMatchObject({
      conclusion: { outcome: 'rolled-back', code: 'release.build-failed', reasons: ['npm ci exited 1'] },
    });
  });

  it('is rolled back when it is not healthy, with its last words', async () => {
    service.dying.set(candidate, 'cannot open the database');
    const { conclusion } = await call();
    expect(conclusion).toMatchObject({ outcome: 'rolled-back', code: 'release.unhealthy' });
    expect(conclusion?.reasons.join()).toContain('cannot open the database');
  });

  it('starts nothing without the provenance of its builder', async () => {
    const { builder, releases } = service;
    const forgetful = {
      ...service.ports(),
      builder: { build: async () => ({ digests: { shop: candidate } }) },
    };
    await service.bench.call({ actor: 'deployer', run: (ctx) => release(ctx, forgetful) });
    expect(await service.bench.state()).toMatchObject({ stage: 'release', failures: 1 });
    await releases.attach(candidate, 'provenance', await provenanceByGate());
    await service.bench.call({ actor: 'deployer', run: (ctx) => release(ctx, forgetful) });
    expect(await service.bench.state()).toMatchObject({ stage: 'release', failures: 2 });
    expect(await service.running()).toEqual([stable]);
    expect(builder.built).toEqual([]);
  });

  /** Signed, and by the wrong role. */
  async function provenanceByGate() {
    await service.admit(candidate);
    return (await service.releases.attached(candidate, 'gate-shop')) ?? {};
  }
});

describe('the way back', () => {
  const held = { conclusion: { outcome: 'held', code: 'release.no-way-back' } };
  const rehearsal = async () =>
    (await service.bench.entries(['effect.done'])).find(({ data }) => data.step === 'rehearse-rollback');

  it('is gone once before anybody is exposed, and the journal says so', async () => {
    await call();
    expect((await rehearsal())?.data.receipt).toEqual({ digest: stable, healthy: 1 });
    expect(await service.flags.all()).toEqual([]);
  });

  it('begins with a start where the stable version does not run', async () => {
    await service.die(stable);
    await call();
    expect(new Set(await service.running())).toEqual(new Set([stable, candidate]));
    expect(await service.bench.state()).toMatchObject({ stage: 'rollout' });
  });

  it('is none where the stable version does not start any more: nobody meets the candidate', async () => {
    service.dying.set(stable, 'its certificate has expired');
    const state = await call();
    expect(state).toMatchObject(held);
    expect(state.conclusion?.reasons.join()).toContain('its certificate has expired');
    expect(await service.running()).toEqual([stable]);
    expect(await service.route()).toEqual({ service: 'shop', stable, candidate: null });
  });

  it('is none where what is stable is not what the gate has attested', async () => {
    await service.releases.attach(stable, 'gate-shop', {});
    expect(await call()).toMatchObject(held);
  });

  it('is waited for where it cannot be found out', async () => {
    const { runtime } = service;
    const start = runtime.start.bind(runtime);
    runtime.start = async (spec, digest) => {
      if (digest === stable) throw new AutolandError('runtime.unreachable', 'nobody answers');
      return start(spec, digest);
    };
    expect(await call()).toMatchObject({ stage: 'release', failures: 1 });
    runtime.start = start;
    expect(await call()).toMatchObject({ stage: 'rollout' });
  });

  it('is none from what alters stored data, or how the service is run', async () => {
    service.diff = [sampleFile('db/migrations/7.sql')];
    expect(await call()).toMatchObject(held);
    expect(service.builder.built).toEqual([]);
  });

  it('is none from other settings of the service', async () => {
    service.services.set(commits.stable, { ...service.service(), env: { DATABASE: 'old' } });
    const state = await call();
    expect(state).toMatchObject(held);
    expect(state.conclusion?.reasons.join()).toContain('service in .autoland/autoland.yaml');
  });

  it('is not asked for by what goes back itself', async () => {
    service.diff = [sampleFile('db/migrations/7.sql')];
    service.dying.set(stable, 'gone');
    await service.bench.given({
      classify: sampleClassification({ base: commits.stable, tree: 'c'.repeat(40) }, { class: 'revert' }),
      merge: { commit: commits.merge, onto: commits.stable },
    });
    expect(await call()).toMatchObject({ stage: 'rollout' });
    expect(await rehearsal()).toBeUndefined();
  });

  it.each([['effect.intended'], ['effect.done']])('goes on after a crash before %s of it', async (type) => {
    service.bench.dieBefore((event) => event.type === type && event.data.step === 'rehearse-rollback');
    expect(await call()).toMatchObject({ stage: 'release' });
    expect(await call()).toMatchObject({ stage: 'rollout' });
  });
});

describe('what must not be released', () => {
  it('a stranger in between holds it', async () => {
    service.history = ['9'.repeat(40), commits.merge];
    expect(await call()).toMatchObject({ conclusion: { outcome: 'held', code: 'release.foreign-commits' } });
    expect(service.builder.built).toEqual([]);
  });

  it('a person took it back before anybody met it', async () => {
    await service.bench.signal('rollback');
    expect(await call()).toMatchObject({ conclusion: { outcome: 'rolled-back', code: 'release.by-person' } });
    expect(service.builder.built).toEqual([]);
  });

  it.each([
    ['effect.done', 'start'],
    ['stage.finished', undefined],
  ])('a person took it back once it had started, and it died before %s %s', async (type, step) => {
    service.bench.dieBefore(
      (event) => event.type === type && (step === undefined || event.data.step === step),
    );
    await call();
    expect(await service.running()).toContain(candidate);
    await service.bench.signal('rollback');
    expect(await call()).toMatchObject({ conclusion: { outcome: 'rolled-back', code: 'release.by-person' } });
    expect(await service.running()).toEqual([stable]);
  });

  it('waits while stopped', async () => {
    await service.controls.stop('alice', 'odd');
    for (let calls = 0; calls < 3; calls += 1) expect(await call()).toMatchObject({ stage: 'release' });
    expect(service.builder.built).toEqual([]);
    await service.controls.resume('alice');
    expect(await call()).toMatchObject({ stage: 'rollout' });
  });

  it('does not wait with a revert', async () => {
    await service.controls.stop('alice', 'odd');
    const base = { base: commits.stable, tree: 'c'.repeat(40) };
    await service.bench.given({
      classify: sampleClassification(base, { class: 'revert' }),
      merge: { commit: commits.merge, onto: commits.stable },
    });
    expect(await call()).toMatchObject({ stage: 'rollout' });
  });
});

describe('a revert to what production ran before', () => {
  const bad = `sha256:${'e'.repeat(64)}`;
  const ran = (commit: string, tree: string, digest: string) => ({
    type: 'service.stable',
    actor: 'person:a',
    data: { service: 'shop', commit, tree, digest },
  });

  beforeEach(async () => {
    const events = [ran(commits.stable, 'tree-before', stable), ran('5'.repeat(40), 'tree-bad', bad)];
    await service.bench.store.append({ events });
    await service.releases.put({ dir: stable, service: 'shop', commit: commits.stable });
    await attachProvenance();
  });

  const revert = (tree: string) =>
    service.bench.given({
      classify: sampleClassification({ base: '5'.repeat(40), tree }, { class: 'revert' }),
      merge: { commit: commits.merge, onto: '5'.repeat(40) },
    });

  it('builds nothing anew, and says that it restores', async () => {
    await revert('tree-before');
    expect(await call()).toMatchObject({
      results: { release: { deploys: true, digest: stable, stable: bad, restores: true } },
    });
    expect(service.builder.built).toEqual([]);
  });

  it('builds what was collected meanwhile', async () => {
    await revert('tree-before');
    await service.releases.collect({ keep: new Set(), before: new Date('2100-01-01'), dryRun: false });
    expect(await call()).toMatchObject({ results: { release: { digest: candidate, restores: false } } });
  });

  it('proves anew what has another tree, as when later changes are on top', async () => {
    await revert('tree-other');
    expect(await call()).toMatchObject({ results: { release: { digest: candidate, restores: false } } });
  });

  async function attachProvenance(): Promise<void> {
    const { builder } = service;
    builder.outcomes.set(commits.stable, { digest: stable });
    await builder.build(commits.stable, service.rules.rules.config);
    builder.built.length = 0;
  }
});
