import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleProposal } from '../../testing/stage-bench.ts';
import { openWiringBench, type WiringBench } from '../../testing/wiring-bench.ts';
import { driftTypes, standingDrift } from '../../views/drift.ts';
import { adopt } from './adopt.ts';
import { DriftWatch } from './drift.ts';
import { changingStable } from './stable.ts';

const digests = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string];
const [first, second, stranger] = digests;
let bench: WiringBench;
let watch: DriftWatch;
let ms = 0;
beforeEach(async () => {
  bench = await openWiringBench();
  bench.workshop.builder.outcomes.set(bench.host.git(['rev-parse', 'main']), { digest: first });
  const { repository, workshop, runtime } = bench;
  await adopt({ repository, workshop, runtime, actor: 'person:a' }, await bench.rules());
  watch = anew();
});
afterEach(() => bench.close());

const anew = () =>
  new DriftWatch({ repository: bench.repository, git: bench.git, runtime: bench.runtime }, () => ms);
const route = async () => (await bench.runtime.routes())[0];
const running = async () => (await bench.runtime.running()).map(({ digest }) => digest);
const spec = { name: 'shop', command: ['x'], instances: 1 } as never;
const told = async () => {
  const entries = await bench.repository.store.read({ types: driftTypes });
  return entries.map(({ type, data }) => `${type} ${String(data.key)}`);
};
async function look(times = 2): Promise<void> {
  for (let done = 0; done < times; done += 1) {
    await watch.look();
    ms += 2_000;
  }
}
function journal(type: string, data: object) {
  const event = {
    type,
    change: 'chg_1',
    actor: 'test',
    data: structuredClone(data) as Record<string, never>,
  };
  return bench.repository.store.append({ events: [event] });
}

describe('what nobody decided', () => {
  it('is nothing while all is as it should be', async () => {
    await look(4);
    expect(await told()).toEqual([]);
  });

  it('is put right and journalled, once it was seen twice: a route', async () => {
    await bench.runtime.start(spec, stranger);
    await bench.runtime.route({ service: 'shop', stable: stranger, candidate: null });
    await look(1);
    expect((await route())?.stable).toBe(stranger);
    await look(1);
    expect(await route()).toEqual({ service: 'shop', stable: first, candidate: null });
    expect(await told()).toEqual(['drift.found route shop', 'drift.corrected route shop']);
    await look(3);
    expect(await running()).toEqual([first]);
    expect(await told()).toContain(`drift.corrected runs shop ${stranger}`);
  });

  it('is put right: a candidate, a stranger, a flag', async () => {
    await bench.runtime.start(spec, stranger);
    const candidate = { digest: stranger, flag: 'shop.n1', nonce: 'n1' };
    await bench.runtime.route({ service: 'shop', stable: first, candidate });
    await bench.repository.flags.write('shop.n1', 0.5, 0);
    await look(4);
    expect(await route()).toEqual({ service: 'shop', stable: first, candidate: null });
    expect(await running()).toEqual([first]);
    expect(await bench.repository.flags.read('shop.n1')).toMatchObject({ weight: 0, killed: true });
    expect(standingDrift(await bench.repository.store.read({ types: driftTypes }))).toEqual([]);
  });

  it('is put right: the stable version does not run', async () => {
    bench.runtime.die('shop', first);
    await look(2);
    expect(await running()).toEqual([first]);
  });

  it('is told, where a person must look: flags that cannot be read', async () => {
    const { flags } = bench.repository.place.files;
    writeFileSync(flags, '{"flags": "none"');
    await look(5);
    expect(await told()).toEqual(['drift.found flags']);
    // The next process knows that it was told.
    watch = anew();
    await look(3);
    expect(await told()).toEqual(['drift.found flags']);
    rmSync(flags);
    await look(3);
    expect(await told()).toEqual(['drift.found flags', 'drift.gone flags']);
  });

  it('is corrected ever more seldom where somebody goes on altering it', async () => {
    for (let done = 0; done < 60; done += 1) {
      await bench.runtime.start(spec, stranger);
      await look(1);
    }
    const corrections = (await told()).filter((one) => one.startsWith('drift.corrected'));
    expect(corrections.length).toBeGreaterThan(2);
    expect(corrections.length).toBeLessThan(10);
  });
});

describe('what is on its way', () => {
  it('is left to the change in production: its route, its flag, its process', async () => {
    await journal('change.proposed', sampleProposal);
    await journal('stage.finished', { stage: 'merge', data: { commit: 'm', onto: 'o' } });
    // Its digest is not in the journal yet.
    await bench.runtime.start(spec, second);
    await look(3);
    expect(await running()).toEqual([first, second]);
    const released = { deploys: true, service: 'shop', digest: second, stable: first };
    await journal('stage.finished', { stage: 'release', data: released });
    await journal('stage.noted', { note: 'rollout.position', data: { flag: 'shop.n1' } });
    await bench.repository.flags.write('shop.n1', 0.5, 0);
    const candidate = { digest: second, flag: 'shop.n1', nonce: 'n1' };
    await bench.runtime.route({ service: 'shop', stable: first, candidate });
    await look(3);
    expect(await told()).toEqual([]);
    expect((await route())?.candidate).toEqual(candidate);
    // Once it has ended, nothing decides it any more.
    await journal('change.concluded', { outcome: 'held', code: 'x.y', reasons: [] });
    await look(4);
    expect((await route())?.candidate).toBeNull();
    expect(await running()).toEqual([first]);
  });

  it('is not judged while a person adopts', async () => {
    await bench.runtime.start(spec, stranger);
    await look(1);
    await changingStable(bench.repository, () => look(3));
    expect(await running()).toEqual([first, stranger]);
    // Seen before does not count any more.
    await look(1);
    expect(await running()).toEqual([first, stranger]);
    await look(1);
    expect(await running()).toEqual([first]);
  });
});
