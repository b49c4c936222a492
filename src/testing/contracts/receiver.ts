import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Receiver } from '../../ports/receiver.ts';
import { HttpReceiver, type Manner } from '../http-receiver.ts';
import { sampleNotification } from '../notifications.ts';

/** `timeoutMs`: of one delivery. */
export type ReceiverOptions = { readonly url: string; readonly timeoutMs: number };

/** What every Receiver must do, whatever the other side does. */
export function receiverContract(make: (options: ReceiverOptions) => Receiver): void {
  let server: HttpReceiver;
  let receiver: Receiver;
  beforeEach(async () => {
    server = await HttpReceiver.open();
    receiver = make({ url: server.url, timeoutMs: 3_000 });
  });
  afterEach(() => server.close());

  it('tells it once, with its id', async () => {
    const { id, ...rest } = sampleNotification();
    expect(receiver.wants({ id, ...rest })).toBe(true);
    expect(await receiver.deliver({ id, ...rest })).toEqual({ kind: 'delivered' });
    expect(server.received).toHaveLength(1);
    expect(JSON.stringify(server.received[0])).toContain(id);
    expect(await receiver.obstacle()).toBeUndefined();
  });

  it.each<[Manner, RegExp]>([
    [{ status: 500 }, /answered 500/],
    [{ status: 503 }, /answered 503/],
    [{ status: 429 }, /answered 429/],
    [{ status: 408 }, /answered 408/],
    ['hangs', /no answer in time/],
    ['drips', /could not be told/],
    ['cuts', /could not be told/],
    ['babbles', /could not be told/],
    ['boasts', /could not be told/],
  ])('fails, for another time, where the other side does %j', async (manner, why) => {
    server.manner = manner;
    const begun = performance.now();
    expect(await receiver.deliver(sampleNotification())).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(why),
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('is refused by 400 and the like', async () => {
    for (const status of [400, 401, 404, 410, 413]) {
      server.manner = { status };
      expect(await receiver.deliver(sampleNotification())).toMatchObject({ kind: 'refused' });
    }
  });

  it('takes a good status for taken, whatever follows it', async () => {
    server.manner = 'never-ends';
    expect(await receiver.deliver(sampleNotification())).toEqual({ kind: 'delivered' });
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect (%i)', async (status) => {
    const other = await HttpReceiver.open();
    try {
      server.manner = { status, headers: { Location: other.url } };
      expect(await receiver.deliver(sampleNotification())).toMatchObject({
        kind: 'refused',
        why: expect.stringContaining('redirects are not followed'),
      });
      expect(other.received).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('waits as long as it is asked to', async () => {
    server.manner = { status: 429, headers: { 'Retry-After': '7' } };
    expect(await receiver.deliver(sampleNotification())).toMatchObject({ afterMs: 7_000 });
    server.manner = { status: 429, headers: { 'Retry-After': 'never' } };
    expect(await receiver.deliver(sampleNotification())).not.toHaveProperty('afterMs');
  });

  it('says that nobody is there', async () => {
    const gone = await HttpReceiver.open();
    const nobody = make({ url: gone.url, timeoutMs: 3_000 });
    await gone.close();
    expect(await nobody.deliver(sampleNotification())).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['https://169.254.169.254/latest/meta-data/', /no receiver/],
    ['https://10.1.2.3/hook', /private: true/],
    ['https://[::ffff:10.1.2.3]/hook', /private: true/],
    ['https://[fe80::1]/hook', /no receiver/],
    ['https://0.0.0.0/hook', /no receiver/],
    ['https://127.0.0.2/hook', /this machine/],
  ])('sends nothing to %s', async (url, why) => {
    const astray = make({ url, timeoutMs: 3_000 });
    expect(await astray.deliver(sampleNotification())).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(why),
    });
    expect(await astray.obstacle()).toMatch(why);
  });

  it('hands on nothing that a terminal obeys, and no more than is bearable', async () => {
    const title = `\u001b[2J\u202e${'x'.repeat(100_000)}`;
    const told = sampleNotification({ text: title });
    const change = told.change && { ...told.change, title };
    expect(await receiver.deliver({ ...told, change })).toEqual({ kind: 'delivered' });
    const body = server.received[0]?.body ?? '';
    expect(body.length).toBeLessThan(20_000);
    expect(['\\u001b', '\u001b', '\u202e'].filter((one) => body.includes(one))).toEqual([]);
  });
}
