import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeView } from '../../src/views/change-view.ts';
import { until } from '../journeys/cli.ts';
import { laidOut, moods, type Part, plain } from './moody-service.ts';
import { MoodyStage } from './moody-stage.ts';

/* One installation and one canary, which slanders itself all the while; behind it two changes wait. */

describe('while a canary goes on', () => {
  let stage: MoodyStage;
  let [first, second, third] = ['', '', ''];
  beforeAll(async () => {
    stage = new MoodyStage();
    await stage.begin();
  });
  afterAll(() => stage.close());

  const slanderer = `${moods.slandersItself}.0.0`;

  it('its exposure ends with its lease while nobody decides, and goes on with the same users', async () => {
    first = await stage.submit(laidOut('greet', moods.slandersItself));
    await stage.exposed();
    const exposed = await stage.crowdOf(slanderer);
    const controlPlane = stage.child('control plane');
    process.kill(controlPlane, 'SIGSTOP');
    try {
      const isMet = async () => (await stage.crowdOf(slanderer)).size > 0;
      await until(
        async () => ((await isMet()) ? undefined : true),
        () => stage.said,
      );
    } finally {
      process.kill(controlPlane, 'SIGCONT');
    }
    const isBack = (users: ReadonlySet<number>) => users.size >= exposed.size;
    const again = async () => [await stage.crowdOf(slanderer)].find(isBack);
    expect(await until(again, () => stage.said)).toEqual(exposed);
    expect(stage.failed.size).toBe(0);
  });

  it('what is handed in is verified, and does not merge', async () => {
    const digest = (await stage.candidate())?.digest;
    const tip = stage.repo.tip();
    second = await waiting('second', moods.failsAndBoasts);
    third = await waiting('third', plain);
    expect(stage.repo.tip()).toBe(tip);
    expect((await stage.candidate())?.digest).toBe(digest);
  });

  async function waiting(part: Part, gap: number): Promise<string> {
    const change = await stage.submit(laidOut(part, gap));
    const isWaiting = ({ stages }: ChangeView) =>
      stages.some(({ stage: name, waiting: why }) => name === 'merge' && why !== null);
    const { stages, guardrails } = await stage.reached(change, isWaiting);
    expect(stages.find(({ stage: name }) => name === 'policy')?.summary).toContain('permit');
    expect(guardrails.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    return change;
  }

  it('it lands where it serves well, whatever wrong telemetry it sent of itself; then so does what waited', async () => {
    const reports = await stage.runtime.reports('greeter');
    const [own] = reports.filter(({ errors }) => errors > 1e6);
    expect(own?.routes.length).toBeLessThanOrEqual(50);
    expect(own?.rejectedPoints).toBeGreaterThan(0);
    expect(stage.failed.size).toBe(0);
    expect(await stage.advanced(first)).toMatchObject({
      state: 'landed',
      code: 'landed.promoted',
      errored: 0,
    });

    const taken = await stage.ended(second);
    expect(taken).toMatchObject({ state: 'rolled-back', code: 'rollout.server-errors' });
    await stage.reverted(taken);
    await stage.exposed();
    // Nobody meets what was rolled back in the version of the next one.
    stage.forget();
    expect(await stage.advanced(third)).toMatchObject({ state: 'landed', errored: 0 });
    expect(new Set(stage.met.keys())).toEqual(new Set([slanderer, `${moods.slandersItself}.0.${plain}`]));
    expect(stage.failed.size).toBe(0);
  });

  it('all of it is in its order on the branch and in the log', async () => {
    const format = '--format=%(trailers:key=Autoland-Change,valueonly)';
    const landed = stage.repo.git(['log', '--first-parent', '--reverse', format, 'main']);
    const revert = expect.stringMatching(/^chg_/);
    expect(landed.split('\n').filter(Boolean)).toEqual([first, second, revert, third]);
    expect(stage.repo.show('main', 'second.js')).toBe(laidOut('second', 0)['second.js']?.trimEnd());
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
    const starts = (await stage.journal()).filter(({ type }) => type === 'control-plane.started');
    expect(starts).toHaveLength(1);
  });
});
