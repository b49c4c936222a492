import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasEnded } from '../journeys/stage.ts';
import { laidOut, moods, plain } from './moody-service.ts';
import { MoodyStage } from './moody-stage.ts';

/* One installation, one canary after the other: whatever becomes of it, users of the stable version see nothing. */

describe('a canary', () => {
  let stage: MoodyStage;
  let stable: string;
  beforeAll(async () => {
    stage = new MoodyStage();
    await stage.begin();
    stable = await stage.stable();
  });
  afterAll(() => stage.close());

  it('whose process is killed again and again is rolled back, and harms its own users alone', async () => {
    const change = await stage.submit(laidOut('greet', plain));
    const digest = await stage.exposed();
    const exposed = await stage.crowdOf(`${plain}.0.0`);
    let kills = 0;
    const view = await stage.reached(change, hasEnded, async () => {
      for (const pid of await stage.pidsOf(digest)) {
        process.kill(pid, 'SIGKILL');
        kills += 1;
      }
    });
    expect(kills).toBeGreaterThan(0);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.server-errors' });
    expect(stage.failed.size).toBeGreaterThan(0);
    expect([...stage.failed].filter((user) => !exposed.has(user))).toEqual([]);
    await stage.reverted(await stage.explain(change));
    await stage.onlyRun(stable);
    expect(await stage.crowdOf(`${plain}.0.0`)).toEqual(new Set());
    expect(stage.failed.size).toBe(0);
  });

  it('that fails its users is rolled back, though it reports that all is well, and that it is the stable version', async () => {
    const change = await stage.submit(laidOut('greet', moods.failsAndBoasts));
    const view = await stage.ended(change);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.server-errors' });
    const told = view.failing?.routes ?? [];
    expect(told.map(({ canary }) => canary?.failed ?? 0).reduce((sum, each) => sum + each, 0)).toBe(0);
    await stage.reverted(view);
    await stage.onlyRun(stable);
  });
});
