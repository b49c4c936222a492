import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laidOut, moods } from './moody-service.ts';
import { MoodyStage } from './moody-stage.ts';

describe('a canary', () => {
  let stage: MoodyStage;
  let stable: string;
  beforeAll(async () => {
    stage = new MoodyStage();
    await stage.begin();
    stable = await stage.stable();
  });
  afterAll(() => stage.close());

  it('that never becomes healthy is taken back before anybody meets it', async () => {
    const view = await stage.ended(await stage.submit(laidOut('greet', moods.neverHealthy)));
    expect(view).toMatchObject({ state: 'rolled-back', code: 'release.unhealthy', exposed: 0 });
    expect(view.reasons.join()).toContain('did not answer 2xx at /healthz within 3 s');
    await stage.reverted(view);
    await stage.onlyRun(stable);
    expect([...stage.met.keys()]).toEqual(['0.0.0']);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });
});
