import { expect, it } from 'vitest';
import type { Runtime, ServiceSpec } from '../../ports/runtime.ts';

/** What every kind of spec has. */
export type SpecChanges = Partial<
  Pick<ServiceSpec, 'name' | 'health' | 'warmUp' | 'instances' | 'graceSeconds'>
>;

export type RuntimeSetting = {
  readonly runtime: Runtime;
  /** The runtime is ended, and nothing that it runs; answers another in its place. */
  restart(): Promise<Runtime>;
  spec(changes?: SpecChanges): ServiceSpec;
  /** A release, attested by the gate. `broken…` ends at once, with output; `sick…` is never healthy. Answers its digest. */
  release(version: string, service?: string): Promise<string>;
  /** The same, not attested. */
  unattested(version: string): Promise<string>;
  /** Alters what is in a release. */
  tamper(digest: string): Promise<void>;
  /** What an instance was asked, but for its health; absent: it runs nothing that could be asked. */
  asked?(socket: string): Promise<readonly string[]>;
};

const refused = { code: 'runtime.refused' };

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

  it('asks each instance for what warms it, before it hands it out, and nobody else', async (context) => {
    const { runtime, spec, release, asked } = await make();
    if (asked === undefined) return context.skip('it runs nothing that could be asked');
    // A command may ask for more, to see that it listens.
    const warmed = async (socket = '') => (await asked(socket)).filter((path) => path.startsWith('/warm/'));
    const warm = { paths: ['/warm/a', '/warm/b'], requests: 3, timeoutSeconds: 10 };
    const started = await runtime.start(spec({ instances: 2, warmUp: warm }), await release('one'));
    for (const { socket } of started) expect(await warmed(socket)).toEqual(['/warm/a', '/warm/b', '/warm/a']);
    const [cold] = await runtime.start(spec(), await release('two'));
    expect(await warmed(cold?.socket)).toEqual([]);
  });

  it('follows the number of instances', async () => {
    const { runtime, spec, release } = await make();
    const digest = await release('one');
    const [first] = await runtime.start(spec({ instances: 1 }), digest);
    const three = await runtime.start(spec({ instances: 3 }), digest);
    expect(three).toContainEqual(first);
    expect(three.length).toBe(3);
    expect(three).toEqual(expect.arrayContaining([...(await runtime.start(spec({ instances: 1 }), digest))]));
    expect((await runtime.running()).length).toBe(1);
  });

  it('refuses what the gate has not attested, what was altered since, and what it does not know', async () => {
    const { runtime, spec, release, unattested, tamper } = await make();
    await expect(runtime.start(spec(), await unattested('one'))).rejects.toMatchObject(refused);
    const altered = await release('two');
    await tamper(altered);
    await expect(runtime.start(spec(), altered)).rejects.toMatchObject(refused);
    await expect(runtime.start(spec(), `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject(refused);
    expect(await runtime.running()).toEqual([]);
  });

  it('says why a service is not healthy, with the end of its output, and leaves nothing of it running', async () => {
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
    await expect(runtime.route(route)).rejects.toMatchObject(refused);
    await runtime.start(spec(), two);
    await runtime.route(route);
    await runtime.route(route);
    expect(await runtime.routes()).toEqual([route]);
    for (const digest of [one, two]) {
      await expect(runtime.stop('shop', digest)).rejects.toMatchObject(refused);
    }
    await runtime.route({ ...dark, stable: two });
    await runtime.stop('shop', one);
    await runtime.stop('shop', one);
    expect((await runtime.running()).map((instance) => instance.digest)).toEqual([two]);
  });

  it('knows after a restart what runs and what is routed to, and starts none of it twice', async () => {
    const { runtime, spec, release, restart } = await make();
    const [one, two] = [await release('one'), await release('two')];
    const [first] = await runtime.start(spec(), one);
    await runtime.start(spec(), two);
    const route = { service: 'shop', stable: one, candidate: null };
    await runtime.route(route);
    const next = await restart();
    expect(await next.routes()).toEqual([route]);
    expect(new Set((await next.running()).map(({ digest }) => digest))).toEqual(new Set([one, two]));
    expect(await next.start(spec(), one)).toEqual([first]);
    await expect(next.stop('shop', one)).rejects.toMatchObject(refused);
    await next.stop('shop', two);
    expect(await next.running()).toEqual([first]);
  });

  it('runs two services side by side: neither disturbs the other', async () => {
    const { runtime, spec, release } = await make();
    const [shop, cart] = [await release('one'), await release('two', 'cart')];
    const others = spec({ name: 'cart' });
    await expect(runtime.start(others, shop)).rejects.toMatchObject(refused);
    const [mine] = await runtime.start(spec(), shop);
    const [theirs] = await runtime.start(others, cart);
    expect(theirs).toMatchObject({ service: 'cart', digest: cart });
    const routes = [
      { service: 'shop', stable: shop, candidate: null },
      { service: 'cart', stable: cart, candidate: null },
    ];
    for (const route of routes) await runtime.route(route);
    expect(await runtime.routes()).toEqual(routes);
    await expect(runtime.route({ service: 'cart', stable: shop, candidate: null })).rejects.toMatchObject(
      refused,
    );
    await runtime.stop('cart', shop);
    expect(new Set(await runtime.running())).toEqual(new Set([mine, theirs]));
  });
}
