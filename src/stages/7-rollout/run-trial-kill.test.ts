import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthyCrowd } from '../../testing/memory-witness.ts';
import { RolloutBench, unhealthyCrowd } from '../../testing/rollout-bench.ts';
import type { ServiceBench } from '../../testing/service-bench.ts';
import { rollout } from './run.ts';

const [calm, harmed] = [4, 60];

/** What is dead does not even clean up. */
function mortal({ runtime, flags }: ServiceBench, isDead: () => boolean): void {
  const route = runtime.route.bind(runtime);
  const kill = flags.kill.bind(flags);
  const alive = () => (isDead() ? Promise.reject(new Error('killed')) : Promise.resolve());
  runtime.route = (wanted) => alive().then(() => route(wanted));
  flags.kill = (key, by) => alive().then(() => kill(key, by));
}

describe('a trial whose process is killed', () => {
  const endings = {
    clear: { crowd: healthyCrowd, after: calm },
    convict: { crowd: unhealthyCrowd, after: harmed },
    last: { crowd: healthyCrowd, after: harmed },
  } as const;

  /** The process dies when so many events were journalled after harm began. */
  async function ending(of: keyof typeof endings, cut: number) {
    const bench = await RolloutBench.open(rollout);
    const { service } = bench;
    let left = cut;
    let isDead = false;
    mortal(service, () => isDead);
    try {
      await bench.until((position) => position?.watchedSince != null);
      service.witness.crowd = endings[of].crowd;
      service.witness.failingEachSecond = harmed;
      const from = await service.bench.store.size();
      service.bench.dieBefore(() => {
        left -= 1;
        isDead = left < 0;
        return isDead;
      });
      const last = await bench.until((position, { stage }) => {
        isDead = false;
        if (position?.trial?.harmMet === true) service.witness.failingEachSecond = endings[of].after;
        return stage !== 'rollout';
      });
      const open = (await service.flags.all()).filter(({ weight }) => weight > 0);
      return {
        outcome: last.conclusion?.code ?? last.stage ?? '',
        route: await service.route(),
        flags: open.length,
        events: (await service.bench.store.size()) - from,
      };
    } finally {
      bench.close();
    }
  }

  it.each(Object.keys(endings) as (keyof typeof endings)[])(
    'ends as one that was not, wherever it was cut: %s',
    async (of) => {
      const { events, ...whole } = await ending(of, Infinity);
      expect(whole.flags).toBe(0);
      const cut = fc.integer({ min: 0, max: events });
      await fc.assert(
        fc.asyncProperty(cut, async (where) => {
          const { events: _, ...found } = await ending(of, where);
          expect(found).toEqual(whole);
        }),
        { numRuns: 20 },
      );
    },
  );
});
