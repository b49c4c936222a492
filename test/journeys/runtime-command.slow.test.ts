import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './cli.ts';
import { ElsewhereStage } from './elsewhere.ts';
import { reformatted } from './greeter.ts';

describe('what somebody does to a service that runs somewhere else', () => {
  const there = new ElsewhereStage();
  const { elsewhere, stage } = there;
  const stable = () => there.stable();
  beforeAll(() => there.begin());
  afterAll(() => there.close());

  it('lands one whose control plane is killed -9 between the intent of its deploy and the receipt', async () => {
    elsewhere.slow(true);
    const known = elsewhere.deployed().length;
    const { pid = Number.NaN } = (await stage.status()).controlPlane ?? {};
    const change = await stage.submit(reformatted());
    await until(
      () => (elsewhere.deployed().length > known ? true : undefined),
      () => stage.said,
    );
    process.kill(pid, 'SIGKILL');
    const view = await stage.ended(change);
    elsewhere.slow(false);
    expect(view).toMatchObject({ state: 'landed' });
    // Asked for again, it was found running: nothing was deployed twice.
    expect(elsewhere.deployed().slice(known)).toEqual([await stable()]);
    expect(elsewhere.running().filter(({ digest }) => digest === view.digest)).toHaveLength(1);
    expect((await stage.status()).controlPlane?.pid).not.toBe(pid);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('is put right where it is altered by hand: what died is deployed again, what nobody decided is stopped', async () => {
    const digest = await stable();
    const [own] = elsewhere.running().filter((one) => one.digest === digest);
    process.kill(own?.pid ?? Number.NaN, 'SIGKILL');
    const corrected = (key: string) =>
      until(
        async () =>
          (await stage.journal()).some(({ type, data }) => type === 'drift.corrected' && data.key === key)
            ? true
            : undefined,
        () => stage.said,
      );
    await until(
      async () => ((await fetch(there.url)).status === 502 ? true : undefined),
      () => stage.said,
    );
    await until(
      async () => ((await fetch(there.url)).status === 200 ? true : undefined),
      () => stage.said,
    );
    const strange = `sha256:${'e'.repeat(64)}`;
    elsewhere.deployByHand(strange, join(stage.state, 'releases', digest.slice('sha256:'.length), 'tree'));
    await corrected(`runs greeter ${strange}`);
    expect(elsewhere.running().map((one) => one.digest)).not.toContain(strange);
  });
});
