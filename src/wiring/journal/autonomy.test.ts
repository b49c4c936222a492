import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeClass } from '../../domain/change.ts';
import { openWiringBench, type WiringBench, yaml } from '../../testing/wiring-bench.ts';
import { demotionOf } from '../../views/autonomy.ts';
import { readAutonomy, restoreAutonomy } from './autonomy.ts';

let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
  bench.push(`${yaml('second.js')}autonomy: { docs: deploy, lint: merge }\n`);
});
afterEach(() => bench.close());

async function fail(changeClass: ChangeClass, change: string): Promise<void> {
  const cost = { class: changeClass, from: 'deploy', to: 'propose', code: 'rollout.watch' } as const;
  const event = demotionOf({ ...cost, onlyIfMet: false }, { change, actor: 'deployer' });
  await bench.repository.store.append(event);
}

const restore = (of: string, dryRun = false) =>
  restoreAutonomy(bench.place, of, { by: 'person:a', reason: 'looked at it', dryRun });
const lowered = async () => {
  const { classes } = await readAutonomy(bench.place);
  return classes.filter(({ configured, effective }) => configured !== effective);
};

describe('the autonomy of classes', () => {
  it('is what the branch gives, less what has failed, until a person restores it', async () => {
    expect(await lowered()).toEqual([]);
    await fail('docs', 'chg_1');
    await fail('docs', 'chg_2');
    const demotions = [{ change: 'chg_1' }, { change: 'chg_2' }];
    expect(await lowered()).toMatchObject([
      { class: 'docs', configured: 'deploy', effective: 'propose', demotions },
    ]);
    expect(await restore('docs', true)).toMatchObject({ changes: ['chg_1', 'chg_2'] });
    expect(await lowered()).toHaveLength(1);
    await restore('docs');
    expect(await lowered()).toEqual([]);
    const [act] = await bench.repository.store.read({ types: ['autonomy.restored'] });
    const data = { class: 'docs', changes: ['chg_1', 'chg_2'], reason: 'looked at it' };
    expect(act).toMatchObject({ actor: 'person:a', data });
  });

  it('is not restored where it is not lowered, and says what is', async () => {
    await fail('docs', 'chg_1');
    const mend = 'demoted now: docs';
    await expect(restore('lint')).rejects.toMatchObject({ code: 'autonomy.not-demoted', mend });
    await expect(restore('doc')).rejects.toMatchObject({ code: 'usage' });
    expect(await lowered()).toHaveLength(1);
  });
});
