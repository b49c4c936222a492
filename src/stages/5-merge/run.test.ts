import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../domain/json.ts';
import { trailersOf } from '../../domain/trailers.ts';
import { MergeBench } from '../../testing/merge-bench.ts';
import { type MergePorts, merge } from './run.ts';

let landing: MergeBench;
beforeEach(async () => {
  landing = await MergeBench.open();
});
afterEach(() => landing.close());

const call = (over: Partial<MergePorts> = {}) =>
  landing.bench.call({ actor: 'lander', run: (ctx) => merge(ctx, { ...landing.ports(), ...over }) });
const closedWindows = 'limits: { windows: [{ days: [sat], from: "09:00", to: "10:00" }] }\n';

const finishedMerge = { type: 'stage.finished', data: { stage: 'merge', data: { commit: 'x', onto: 'y' } } };

describe('merge', () => {
  it('lands the exact tree, signed, with its trailers, under an attestation of the gate', async () => {
    const state = await call();
    expect(state).toMatchObject({ stage: 'release', results: { merge: { onto: landing.base } } });
    const [commit] = await landing.git.history(landing.base, await landing.git.resolve('main'));
    expect(commit).toMatchObject({
      sha: state.results.merge?.commit,
      tree: landing.tree,
      parents: [landing.base, landing.head],
    });
    expect(trailersOf(commit?.message ?? '').get('Human-Reviewed')).toBe('no');
  });

  it('names the signed findings that the decision rests on', async () => {
    const digest = `sha256:${'c'.repeat(64)}`;
    const attestations = [{ name: 'tests', digest }];
    await landing.bench.given({ guardrails: { verdict: 'pass', results: [], attestations } });
    await call();
    const receipts = (await landing.bench.entries()).filter(({ type }) => type === 'effect.done');
    const gate = receipts.find(({ data }) => data.step === 'attest')?.data.receipt as JsonObject;
    const { payload } = (gate.attestation as JsonObject).dsseEnvelope as { payload: string };
    const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicate: JsonObject };
    expect(predicate.inputAttestations).toContainEqual({
      uri: 'guardrail:tests',
      digest: { sha256: 'c'.repeat(64) },
    });
  });

  it('journals the intent of the move before the branch moves', async () => {
    let tip = '';
    landing.bench.dieBefore(({ type, data }) => {
      if (type === 'effect.intended' && data.step === 'advance')
        tip = landing.repository.git(['rev-parse', 'main']);
      return false;
    });
    await call();
    expect(tip).toBe(landing.base);
  });
});

describe('a lost race', () => {
  it('is seen before anything is signed', async () => {
    landing.push('bob');
    expect(await call()).toMatchObject({ stage: 'classify', round: 1, results: {} });
    expect(await landing.landed()).toEqual([]);
  });

  it('is seen by the compare-and-swap', async () => {
    const git: MergePorts['git'] = {
      resolve: (ref) => landing.git.resolve(ref),
      history: (base, head) => landing.git.history(base, head),
      makeCommit: (input) => landing.git.makeCommit(input),
      advance: (branch, from, to) => {
        landing.push('bob');
        return landing.git.advance(branch, from, to);
      },
    };
    expect(await call({ git })).toMatchObject({ stage: 'classify', round: 1 });
    expect(await landing.landed()).toEqual([]);
  });

  it.each(['policy text', 'level'])('is also a %s that changed since it decided', async (what) => {
    if (what === 'level') landing.rules.rules.config.autonomy['dependency-patch'] = 'merge';
    else landing.rules.rules = { ...landing.rules.rules, policyText: 'forbid it' };
    expect(await call()).toMatchObject({ stage: 'classify', round: 1 });
    expect(await landing.landed()).toEqual([]);
  });
});

describe('a class of which another change has failed since it was decided', () => {
  it('lands no more', async () => {
    await landing.bench.demoted('dependency-patch');
    expect(await call()).toMatchObject({
      stage: 'conclude',
      conclusion: { outcome: 'held', code: 'policy.demoted' },
    });
    expect(await landing.landed()).toEqual([]);
  });

  it('lands no more when it failed in the last moment', async () => {
    landing.bench.auditLog.meanwhile = () => landing.bench.demoted('dependency-patch');
    expect(await call()).toMatchObject({ stage: 'classify', round: 1 });
    expect(await landing.landed()).toEqual([]);
  });

  it('is not every class', async () => {
    await landing.bench.demoted('docs');
    expect(await call()).toMatchObject({ stage: 'release' });
  });
});

describe('a crash', () => {
  const events = ['effect.intended', 'effect.done', 'stage.noted', 'stage.finished'] as const;
  const steps = events.flatMap((type) =>
    type.startsWith('effect') ? [`${type} attest`, `${type} advance`] : [type],
  );

  it.each(steps)('before %s is journalled: it lands once', async (where) => {
    const [type, step] = where.split(' ');
    landing.bench.dieBefore(
      (event) => event.type === type && (step === undefined || event.data.step === step),
    );
    expect(await call()).toMatchObject({ stage: 'merge' });
    const state = await call();
    expect(state).toMatchObject({ stage: 'release', round: 0 });
    expect(await landing.landed()).toEqual([state.results.merge?.commit]);
  });

  it('after the branch moved, and others merged on top: done, not merged again', async () => {
    landing.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === 'advance');
    await call();
    const [commit] = await landing.landed();
    landing.push('bob');
    landing.push('carol');
    const state = await call();
    expect(state).toMatchObject({ stage: 'release', round: 0, results: { merge: { commit } } });
    expect(await landing.landed()).toEqual([commit]);
  });

  it('after the branch moved: neither a stop nor a newer head undoes what landed', async () => {
    landing.bench.dieBefore(({ type, data }) => type === 'effect.done' && data.step === 'advance');
    await call();
    await landing.controls.stop('alice', 'odd');
    await landing.bench.signal('superseded', { by: 'chg_2' });
    expect(await call()).toMatchObject({ stage: 'release', conclusion: undefined });
  });

  it('before the branch moved, and others were faster: a lost race', async () => {
    landing.bench.dieBefore(({ type, data }) => type === 'effect.intended' && data.step === 'advance');
    await call();
    landing.push('bob');
    expect(await call()).toMatchObject({ stage: 'classify', round: 1 });
    expect(await landing.landed()).toEqual([]);
  });
});

describe('waiting', () => {
  it('while stopped, and it says so once', async () => {
    await landing.controls.stop('alice', 'odd');
    for (let calls = 0; calls < 3; calls += 1) expect(await call()).toMatchObject({ stage: 'merge' });
    const notes = await landing.bench.entries(['stage.noted']);
    expect(notes.map(({ data }) => data.data)).toEqual([
      { code: 'merge.stopped', why: 'stopped by alice: odd' },
    ]);
    await landing.controls.resume('alice');
    expect(await call()).toMatchObject({ stage: 'release' });
  });

  it('also when it was stopped in the last moment', async () => {
    landing.bench.auditLog.meanwhile = () => landing.controls.stop('alice', 'odd');
    expect(await call()).toMatchObject({ stage: 'classify', round: 1 });
    expect(await landing.landed()).toEqual([]);
  });

  it('no longer than its evidence is good', async () => {
    landing.bench.clock.advance(24 * 60 * 60 * 1000);
    expect(await call()).toMatchObject({ stage: 'classify', round: 1 });
  });

  it('behind others asks nothing of git', async () => {
    await landing.another({ source: 'agent:revert', head: 'd'.repeat(40) }, []);
    landing.git.resolve = () => Promise.reject(new Error('git was asked'));
    expect((await call()).notes.get('merge.waiting')).toMatchObject({ code: 'merge.behind' });
  });

  it('outside the windows', async () => {
    landing.rules.also(closedWindows);
    const { stage, notes } = await call();
    expect({ stage, ...notes.get('merge.waiting') }).toMatchObject({ stage: 'merge', code: 'merge.frozen' });
    expect(await landing.landed()).toEqual([]);
  });

  it('while another change is in its rollout', async () => {
    const other = await landing.another({ head: 'd'.repeat(40) }, [finishedMerge]);
    expect((await call()).notes.get('merge.waiting')).toMatchObject({
      code: 'merge.behind',
      why: expect.stringContaining(other),
    });
    await landing.bench.store.append({
      events: [{ type: 'change.concluded', change: other, actor: 'test', data: { outcome: 'landed' } }],
    });
    expect(await call()).toMatchObject({ stage: 'release' });
  });

  it('behind a revert, which lands first', async () => {
    await landing.another({ source: 'agent:revert', head: 'd'.repeat(40) }, []);
    expect((await call()).notes.get('merge.waiting')).toMatchObject({ code: 'merge.behind' });
  });

  it.each([
    ['cancel', 'held'],
    ['superseded', 'superseded'],
  ])('ends when it is withdrawn: %s', async (name, outcome) => {
    await landing.controls.stop('alice', 'odd');
    await call();
    await landing.bench.signal(name, { by: 'chg_2' });
    expect(await call()).toMatchObject({ stage: 'conclude', conclusion: { outcome } });
    expect(await landing.landed()).toEqual([]);
  });
});

describe('foreign commits between stable and the branch', () => {
  it('hold the change, until a person adopts them', async () => {
    await landing.adopt(landing.base);
    const foreign = landing.push('bob');
    await landing.retest();
    expect(await call()).toMatchObject({
      stage: 'conclude',
      conclusion: { outcome: 'held', code: 'release.foreign-commits' },
    });
    expect((await landing.bench.state()).conclusion?.reasons.join()).toContain(foreign.slice(0, 10));
  });

  it('are none once they are adopted', async () => {
    await landing.adopt(landing.base);
    await landing.adopt(landing.push('bob'));
    await landing.retest();
    expect(await call()).toMatchObject({ stage: 'release' });
  });
});

describe('a revert', () => {
  beforeEach(async () => {
    await landing.close();
    landing = await MergeBench.open({ class: 'revert' });
  });

  it('lands while everything else stands still', async () => {
    await landing.controls.stop('alice', 'odd');
    landing.rules.also(closedWindows);
    expect(await call()).toMatchObject({ stage: 'release' });
  });

  it('lands over foreign commits', async () => {
    await landing.adopt(landing.base);
    landing.push('bob');
    await landing.retest({ class: 'revert' });
    expect(await call()).toMatchObject({ stage: 'release' });
  });
});
