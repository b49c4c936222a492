import { expect, it } from 'vitest';
import type { FlagStore } from '../../ports/flags.ts';

/** What every FlagStore must do. `make` answers an empty store; two calls on one place see the same flags. */
export function flagStoreContract(make: () => FlagStore): void {
  const key = 'shop.4f1c';

  it('knows no flag at first', async () => {
    expect(await make().read(key)).toBeUndefined();
    expect(await make().all()).toEqual([]);
  });

  it('writes by compare-and-swap on the version', async () => {
    const store = make();
    expect(await store.write(key, 0.01, 0)).toEqual({ key, weight: 0.01, version: 1, killed: false });
    expect(await store.write(key, 0.1, 1)).toMatchObject({ weight: 0.1, version: 2 });
    await expect(store.write(key, 0.5, 1)).rejects.toMatchObject({ code: 'flag.stale-version' });
    await expect(store.write(key, 0.5, 0)).rejects.toMatchObject({ code: 'flag.stale-version' });
    await expect(store.write(key, 0.5, 3)).rejects.toMatchObject({ code: 'flag.stale-version' });
    expect(await store.read(key)).toMatchObject({ weight: 0.1, version: 2 });
  });

  it('keeps the name in the code that a flag decides on, and gives it no other', async () => {
    const store = make();
    expect(await store.write(key, 0.5, 0, 'new-price')).toMatchObject({ code: 'new-price', weight: 0.5 });
    expect(await store.write(key, 0.5, 0, 'new-price')).toMatchObject({ version: 1 });
    await expect(store.write(key, 1, 1, 'old-price')).rejects.toMatchObject({ code: 'flag.stale-version' });
    await expect(store.write(key, 1, 1)).rejects.toMatchObject({ code: 'flag.stale-version' });
    expect(await store.write(key, 1, 1, 'new-price')).toMatchObject({ version: 2 });
    expect(await make().read(key)).toMatchObject({ code: 'new-price', weight: 1 });
  });

  it('kills by the name in the code, and whatever comes under that name', async () => {
    const store = make();
    await store.write(key, 1, 0, 'new-price');
    await store.write('shop.other', 1, 0, 'old-price');
    await store.kill('new-price', 'alice');
    expect(await store.read(key)).toMatchObject({ weight: 0, killed: true });
    expect(await store.read('shop.other')).toMatchObject({ weight: 1, killed: false });
    await expect(store.write('shop.again', 0.01, 0, 'new-price')).rejects.toMatchObject({
      code: 'rollout.not-allowed',
    });
  });

  it('knows who killed it from outside, also once its rollout had closed it', async () => {
    const store = make();
    await store.write(key, 0.5, 0, 'new-price');
    await store.kill(key, 'rollout.stopped');
    expect(await store.read(key)).toEqual({ key, weight: 0, version: 1, killed: true, code: 'new-price' });
    await store.kill(key, 'person:alice');
    expect(await store.read(key)).toMatchObject({ killed: true, killedBy: 'person:alice' });
    await store.write('shop.other', 0.5, 0, 'old-price');
    await store.kill('old-price', 'token:on-call');
    expect(await store.read('shop.other')).toMatchObject({ killed: true, killedBy: 'token:on-call' });
  });

  it('answers a repeated write as the first time', async () => {
    const store = make();
    await store.write(key, 0.01, 0);
    expect(await store.write(key, 0.01, 0)).toMatchObject({ weight: 0.01, version: 1 });
    expect((await store.all()).length).toBe(1);
  });

  it('lets one of several racing writers win', async () => {
    const writes = [0.1, 0.2, 0.3, 0.4].map((weight) => make().write(key, weight, 0));
    const settled = await Promise.allSettled(writes);
    expect(settled.filter((one) => one.status === 'fulfilled').length).toBe(1);
  });

  it('kills for good', async () => {
    const store = make();
    await store.write(key, 0.5, 0);
    await store.kill(key, 'alice');
    await store.kill(key, 'bob');
    expect(await store.read(key)).toMatchObject({ weight: 0, killed: true });
    await expect(store.write(key, 0.01, 1)).rejects.toMatchObject({ code: 'rollout.not-allowed' });
    expect(await store.write(key, 0, 1)).toMatchObject({ weight: 0, killed: true });
  });

  it('kills a flag that does not exist yet, and one that is retired', async () => {
    const store = make();
    await store.kill(key, 'alice');
    await expect(store.write(key, 0.01, 0)).rejects.toMatchObject({ code: 'rollout.not-allowed' });
    await store.retire(key);
    await expect(store.write(key, 0.01, 0)).rejects.toMatchObject({ code: 'rollout.not-allowed' });
  });

  it('retires, twice too', async () => {
    const store = make();
    await store.write(key, 0.5, 0);
    await store.write('shop.other', 0.5, 0);
    await store.retire(key);
    await store.retire(key);
    expect((await store.all()).map((flag) => flag.key)).toEqual(['shop.other']);
  });

  it.each([-0.1, 1.1, Number.NaN, 0.000_05])('refuses the weight %s', async (weight) => {
    await expect(make().write(key, weight, 0)).rejects.toMatchObject({ code: 'usage' });
  });

  it.each(['', '../x', 'a/b', '.hidden', 'a\0b', 'x'.repeat(201)])('refuses the key %j', async (bad) => {
    await expect(make().write(bad, 0.1, 0)).rejects.toMatchObject({ code: 'usage' });
    await expect(make().kill(bad, 'alice')).rejects.toMatchObject({ code: 'usage' });
  });
}
