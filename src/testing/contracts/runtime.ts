import { expect, it } from 'vitest';
import type { Runtime, ServiceSpec } from '../../ports/runtime.ts';

export type RuntimeSetting = {
  readonly runtime: Runtime;
  spec(changes?: Partial<ServiceSpec>): ServiceSpec;
  /** A release, attested by the gate. `broken…` ends at once, with output; `sick…` is never healthy. Answers its digest. */
  release(version: string): Promise<string>;
  /** The same, not attested. */
  unattested(version: string): Promise<string>;
};

/** What every Runtime must do. `make` answers one that runs nothing. */
export function runtimeContract(make: () => Promise<RuntimeSetting>): void {
  it('starts until healthy, once', async () => {
    const { runtime, spec, release } = await make();
    const digest = await release('one');
    const started = await runtime.start(spec({ instances: 2 }), digest);
    expect(started.map((one) => one.digest)).toEqual([digest, digest]);
    expect(new Set(started.map((one) => one.socket)).size).toBe(2);
    expect(await runtime.start(spec({ instances: 2 }), digest)).toEqual(started);
    expect(await runtime.running()).toEqual(started);
  });

  it('follows the number of instances', async () => {
    const { runtime, spec, release } = await make();
    const digest = await release('one');
    const [first] = await runtime.start(spec({ instances: 2 }), digest);
    expect(await runtime.start(spec({ instances: 1 }), digest)).toEqual([first]);
    expect((await runtime.start(spec({ instances: 3 }), digest)).length).toBe(3);
  });

  it('refuses what the gate has not attested, and what it does not know', async () => {
    const { runtime, spec, unattested } = await make();
    const refused = { code: 'runtime.refused' };
    await expect(runtime.start(spec(), await unattested('one'))).rejects.toMatchObject(refused);
    await expect(runtime.start(spec(), `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject(refused);
    expect(await runtime.running()).toEqual([]);
  });

  it('says why a service is not healthy, with the end of its output', async () => {
    const { runtime, spec, release } = await make();
    const broken = runtime.start(spec(), await release('broken'));
    await expect(broken).rejects.toMatchObject({ code: 'runtime.unhealthy' });
    await expect(broken).rejects.toThrow('cannot open the database');
    const sick = runtime.start(
      spec({ health: { path: '/health', timeoutSeconds: 1 } }),
      await release('sick'),
    );
    await expect(sick).rejects.toMatchObject({ code: 'runtime.unhealthy' });
    expect(await runtime.running()).toEqual([]);
  });

  it('routes only to what is healthy, and never stops what it routes to', async () => {
    const { runtime, spec, release } = await make();
    const [one, two] = [await release('one'), await release('two')];
    expect(await runtime.routes()).toEqual([]);
    await runtime.start(spec(), one);
    const dark = { service: 'shop', stable: one, candidate: null };
    const route = { ...dark, candidate: { digest: two, flag: 'shop.n1', nonce: 'n1' } };
    await expect(runtime.route(route)).rejects.toMatchObject({ code: 'runtime.refused' });
    await runtime.start(spec(), two);
    await runtime.route(route);
    await runtime.route(route);
    expect(await runtime.routes()).toEqual([route]);
    for (const digest of [one, two]) {
      await expect(runtime.stop('shop', digest)).rejects.toMatchObject({ code: 'runtime.refused' });
    }
    await runtime.route({ ...dark, stable: two });
    await runtime.stop('shop', one);
    await runtime.stop('shop', one);
    expect((await runtime.running()).map((instance) => instance.digest)).toEqual([two]);
  });
}
