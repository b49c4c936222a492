import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BoundStage } from '../../engine/bound-stage.ts';
import { sampleProposal } from '../../testing/stage-bench.ts';
import { openWiringBench, type WiringBench, yaml } from '../../testing/wiring-bench.ts';
import { adopt } from './adopt.ts';
import { changingStable, keepStableRunning, releasesRest } from './stable.ts';

const [first, second] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
  bench.workshop.builder.outcomes.set(bench.host.git(['rev-parse', 'main']), { digest: first });
  await adoptTip();
});
afterEach(() => bench.close());

async function adoptTip() {
  const { repository, workshop, runtime } = bench;
  return adopt({ repository, workshop, runtime, actor: 'person:a' }, await bench.rules());
}

/** What a person pushed, and what it is built to. */
function pushed(meanwhile: () => Promise<unknown> = async () => {}): string {
  const commit = bench.push(yaml('second.js'));
  const { builder } = bench.workshop;
  builder.outcomes.set(commit, { digest: second });
  const build = builder.build.bind(builder);
  builder.build = async (...input) => {
    const built = await build(...input);
    await meanwhile();
    return built;
  };
  return commit;
}

function journal(type: string, data: object, change = 'chg_1') {
  const event = { type, change, actor: 'test', data: structuredClone(data) as Record<string, never> };
  return bench.repository.store.append({ events: [event] });
}

async function mergeAnother() {
  await journal('change.proposed', sampleProposal);
  await journal('stage.finished', { stage: 'merge', data: { commit: 'm', onto: 'o' } });
}

const keeper = () => ({ repository: bench.repository, git: bench.git, runtime: bench.runtime });
const routed = async () => (await bench.runtime.routes()).map(({ stable }) => stable);
const stable = async () => (await bench.repository.ledger()).production.get('shop')?.stable;

describe('adopt', () => {
  it('makes the tip stable, with its own tree', async () => {
    const commit = pushed();
    await adoptTip();
    const tree = bench.host.git(['rev-parse', `${commit}^{tree}`]);
    expect(await stable()).toEqual({ service: 'shop', commit, digest: second, tree });
    expect(await routed()).toEqual([second]);
  });

  it('retires a service that the branch has no more, and one that comes back serves again', async () => {
    const { builder } = bench.workshop;
    const two = `${yaml('a.js')}\n`.replace('shop', 'other');
    builder.outcomes.set(bench.push(two), { digest: second });
    expect(await adoptTip()).toMatchObject({ services: [{ service: 'other' }], retired: ['shop'] });
    const ledger = await bench.repository.ledger();
    expect([[...ledger.production.keys()], [...ledger.retired]]).toEqual([['other'], ['shop']]);
    builder.outcomes.set(bench.push(yaml('b.js')), { digest: first });
    expect(await adoptTip()).toMatchObject({ retired: ['other'] });
    expect([...(await bench.repository.ledger()).retired]).toEqual(['other']);
  });

  it('is refused when a change was merged while it was built', async () => {
    pushed(mergeAnother);
    await expect(adoptTip()).rejects.toMatchObject({
      code: 'rollout.not-allowed',
      message: expect.stringContaining('chg_1'),
    });
    expect((await stable())?.digest).toBe(first);
    expect(await routed()).toEqual([first]);
    expect(bench.runtime.started.map(([, digest]) => digest)).toEqual([first]);
  });

  it('is refused when another version became stable while it was built', async () => {
    pushed(() =>
      bench.repository.record('service.stable', 'x', { service: 'shop', commit: 'n', digest: 'sha256:n' }),
    );
    await expect(adoptTip()).rejects.toMatchObject({ code: 'rollout.not-allowed' });
    expect((await stable())?.digest).toBe('sha256:n');
  });

  it('is not lost when it is killed before it routes: the next start routes to it', async () => {
    pushed();
    bench.runtime.dies = true;
    await expect(adoptTip()).rejects.toThrow('killed');
    expect(await routed()).toEqual([first]);
    bench.runtime.dies = false;
    await keepStableRunning(keeper());
    expect((await stable())?.digest).toBe(second);
    expect(await routed()).toEqual([second]);
  });
});

describe('the stable version', () => {
  it('is started as its own commit says, whatever the tip has become', async () => {
    for (const tip of [yaml('later.js'), 'version: [', null]) {
      bench.push(tip);
      bench.runtime.started.length = 0;
      await keepStableRunning(keeper());
      expect(bench.runtime.started).toEqual([['first.js', first]]);
    }
  });

  it('leaves the route to a change that is in production', async () => {
    await bench.runtime.start({ name: 'shop', command: ['x'], instances: 1 } as never, second);
    await mergeAnother();
    await bench.runtime.route({ service: 'shop', stable: second, candidate: null });
    await keepStableRunning(keeper());
    expect(await routed()).toEqual([second]);
    await journal('change.concluded', { outcome: 'held', code: 'x', reasons: [] });
    await keepStableRunning(keeper());
    expect(await routed()).toEqual([first]);
  });
});

it('lets no release begin while the stable version is changed', async () => {
  const ran: string[] = [];
  const bound = (name: BoundStage['name']): BoundStage => ({
    name,
    actor: 'test',
    run: async () => ({ kind: 'done', data: ran.push(name) }),
  });
  const [merge, release] = releasesRest([bound('merge'), bound('release')], bench.repository);
  const ctx = { now: new Date(1000) } as Parameters<BoundStage['run']>[0];
  await changingStable(bench.repository, async () => {
    expect(await release?.run(ctx)).toMatchObject({ kind: 'again' });
    expect(await merge?.run(ctx)).toMatchObject({ kind: 'done' });
  });
  expect(await release?.run(ctx)).toMatchObject({ kind: 'done' });
  expect(ran).toEqual(['merge', 'release']);
});
