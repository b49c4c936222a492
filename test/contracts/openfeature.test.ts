import { FlagdProvider } from '@openfeature/flagd-provider';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, type Provider } from '@openfeature/server-sdk';
import { OpenFeature as OpenFeatureWeb, type Provider as WebProvider } from '@openfeature/web-sdk';
import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flagCoin } from '../../src/adapters/router/exposure.ts';
import { FlagStage } from '../../src/testing/flag-stage.ts';
import { eventually } from '../../src/testing/router-stage.ts';

/*
 * The providers that people use, over the wire, against the flag service. Each must come to the arm that the router
 * gives, see a ramp and a kill by itself, fall back to the code's default while the service is away, and come back.
 */

let stage: FlagStage;
let token: string;
beforeEach(async () => {
  stage = new FlagStage();
  token = stage.token();
  await stage.flags.write('shop.n', 0.3, 0);
  await stage.start();
});
afterEach(async () => {
  await OpenFeature.clearProviders();
  await OpenFeatureWeb.clearProviders();
  await stage.close();
});

const users = Array.from({ length: 200 }, (_, n) => `user-${n}`);
const armsAt = (weight: number, version: number) => users.map(flagCoin('shop.n', version, weight));
const quick = { host: '127.0.0.1', deadlineMs: 10_000, retryBackoffMs: 50, retryBackoffMaxMs: 100 };

const providers: readonly (readonly [name: string, make: () => Provider])[] = [
  [
    'flagd by RPC, at the Unix socket',
    () => new FlagdProvider({ ...quick, resolverType: 'rpc', socketPath: stage.socket('evaluation') }),
  ],
  [
    'flagd by RPC, with the token in the authority',
    () =>
      new FlagdProvider({
        ...quick,
        resolverType: 'rpc',
        port: stage.port('evaluation'),
        defaultAuthority: `${token}.autoland`,
      }),
  ],
  [
    'flagd in process, with the token in the selector',
    () =>
      new FlagdProvider({
        ...quick,
        resolverType: 'in-process',
        port: stage.port('sync'),
        selector: `service=shop,token=${token}`,
      }),
  ],
  [
    'OFREP',
    () => new OFREPProvider({ baseUrl: stage.url('ofrep'), headers: [['Authorization', `Bearer ${token}`]] }),
  ],
];

describe.each(providers)('a server that uses %s', (name, make) => {
  async function arms(): Promise<boolean[]> {
    const client = OpenFeature.getClient();
    return Promise.all(
      users.map((targetingKey) => client.getBooleanValue('shop.n', false, { targetingKey })),
    );
  }

  it('gives each user the router’s arm, follows a ramp, hears a kill and the red button', async () => {
    await OpenFeature.setProviderAndWait(make());
    const [low, high] = [armsAt(0.3, 1), armsAt(0.6, 2)];
    expect(await arms()).toEqual(low);
    await stage.flags.write('shop.n', 0.6, 1);
    await eventually(async () => isSame(await arms(), high), 'the raised share');
    expect(low.every((on, n) => !on || high[n])).toBe(true);
    stage.press();
    await eventually(async () => (await arms()).every((on) => !on), 'all off by the red button');
    stage.resume();
    await eventually(async () => isSame(await arms(), high), 'the share again');
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(async () => (await arms()).every((on) => !on), 'all off by the kill');
    const details = await OpenFeature.getClient().getBooleanDetails('shop.n', true, {
      targetingKey: 'user-1',
    });
    expect(details).toMatchObject({ value: false, variant: 'off' });
  });

  it('is off while the service is away, unless it keeps what it knew, and right again once it is back', async () => {
    await OpenFeature.setProviderAndWait(make());
    expect(await arms()).toEqual(armsAt(0.3, 1));
    await stage.end();
    const isAway = async () => (await arms()).every((on) => !on);
    // In process nobody is asked: such a client goes on with what it knew, and hears of a kill when it is back.
    if (name.includes('in process')) expect(await arms()).toEqual(armsAt(0.3, 1));
    else await eventually(isAway, 'the default of the code');
    await stage.flags.write('shop.n', 0.6, 1);
    await stage.start();
    await eventually(async () => isSame(await arms(), armsAt(0.6, 2)), 'what is served now');
    await stage.end();
    await stage.flags.kill('shop.n', 'person:alice');
    await stage.start();
    await eventually(isAway, 'a kill while it was away');
  });
});

describe('a server with a token that does not count', () => {
  it.each([
    ['RPC', () => new FlagdProvider({ ...quick, resolverType: 'rpc', port: stage.port('evaluation') })],
    [
      'in process',
      () =>
        new FlagdProvider({
          ...quick,
          resolverType: 'in-process',
          port: stage.port('sync'),
          selector: 'token=alflag_x',
        }),
    ],
    ['OFREP', () => new OFREPProvider({ baseUrl: stage.url('ofrep'), headers: [['X-API-Key', 'alflag_x']] })],
  ])('gets the default of the code: %s', async (_name, make) => {
    await OpenFeature.setProviderAndWait(make()).catch(() => {});
    const details = await OpenFeature.getClient().getBooleanDetails('shop.n', false, {
      targetingKey: 'user-1',
    });
    expect(details.value).toBe(false);
    expect(details.errorCode).toBeDefined();
  });
});

describe('a page that uses OFREP', () => {
  afterAll(() => {
    vi.unstubAllGlobals();
  });
  const on = users.find((user) => flagCoin('shop.n', 1, 0.3)(user)) ?? '';
  // Its types say `hooks?: Hook[] | undefined`, which the SDK's own do not take exactly.
  const provider = () =>
    new OFREPWebProvider({
      baseUrl: stage.url('ofrep'),
      headers: [['Authorization', `Bearer ${token}`]],
      cacheMode: 'disabled',
    }) as WebProvider;
  const value = () => OpenFeatureWeb.getClient().getBooleanValue('shop.n', false);

  it('hears a kill by its event stream, without ever asking by itself', async () => {
    vi.stubGlobal('EventSource', EventSource);
    await OpenFeatureWeb.setContext({ targetingKey: on });
    await OpenFeatureWeb.setProviderAndWait(provider());
    expect(value()).toBe(true);
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(() => !value(), 'off');
  });

  it('hears after a restart of what changed meanwhile', async () => {
    vi.stubGlobal('EventSource', EventSource);
    await OpenFeatureWeb.setContext({ targetingKey: on });
    await OpenFeatureWeb.setProviderAndWait(provider());
    expect(value()).toBe(true);
    await stage.end();
    await stage.flags.kill('shop.n', 'person:alice');
    await stage.start();
    await eventually(() => !value(), 'off');
  });

  it('is told apart by its user', async () => {
    await OpenFeatureWeb.setProviderAndWait(provider());
    for (const user of users.slice(0, 20)) {
      await OpenFeatureWeb.setContext({ targetingKey: user });
      expect(value()).toBe(flagCoin('shop.n', 1, 0.3)(user));
    }
  });
});

function isSame(one: readonly boolean[], other: readonly boolean[]): boolean {
  return one.every((value, n) => value === other[n]);
}
