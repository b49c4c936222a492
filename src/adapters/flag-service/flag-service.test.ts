import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:http2';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Code, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlagStage } from '../../testing/flag-stage.ts';
import { eventually } from '../../testing/router-stage.ts';
import { encodeFlags } from '../flags/flag-file.ts';
import { writeAtomic } from '../runtime/files.ts';
import { EvaluationServiceV1, EvaluationServiceV2 } from './wire/evaluation.ts';
import { FlagSyncService } from './wire/sync.ts';

let stage: FlagStage;
let token: string;
let ended: AbortController;
beforeEach(async () => {
  stage = new FlagStage();
  token = stage.token();
  ended = new AbortController();
  await stage.flags.write('shop.n', 1, 0);
});
afterEach(async () => {
  ended.abort();
  await stage.close();
});

const grpc = (protocol: 'sync' | 'evaluation') =>
  createGrpcTransport({ baseUrl: stage.url(protocol), interceptors: [] });
const auth = () => ({ headers: { authorization: `Bearer ${token}` } });
const context = { targetingKey: 'user-1' };

/** What a stream brings, as it comes. */
function collect<T>(stream: AsyncIterable<T>): T[] {
  const heard: T[] = [];
  void (async () => {
    for await (const one of stream) heard.push(one);
  })().catch(() => {});
  return heard;
}

const closed = (set = '{"flags":{}}') => JSON.parse(set).flags['shop.n']?.targeting.fractional === undefined;

describe('the flag service over gRPC', () => {
  it('sends the whole set to who evaluates by himself, and again at each change', async () => {
    await stage.start();
    const client = createClient(FlagSyncService, grpc('sync'));
    const heard = collect(client.syncFlags({}, { ...auth(), signal: ended.signal }));
    const last = () => JSON.parse(heard.at(-1)?.flagConfiguration ?? '{"flags":{}}');
    await eventually(() => 'shop.n' in last().flags, 'the first set');
    await stage.flags.write('shop.other', 0.5, 0);
    await eventually(() => 'shop.other' in last().flags, 'a flag that was written');
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(() => last().flags['shop.n'].targeting.fractional === undefined, 'a kill');
    stage.press();
    await eventually(() => last().metadata.closed === 'stopped', 'the red button');
    expect(last().flags['shop.other'].targeting).toEqual({});
    stage.resume();
    await eventually(() => last().metadata.closed === undefined, 'the end of the stop');
    expect(last().flags['shop.other'].targeting.fractional[0]).toEqual(['on', 5000]);
    expect((await client.fetchAllFlags({}, auth())).flagConfiguration).toBe(heard.at(-1)?.flagConfiguration);
    expect((await client.getMetadata({}, auth())).metadata).toEqual({ environment: 'production' });
  });

  it.each([
    ['in the request', { request: { selector: 'cart' }, headers: {} }],
    ['in the header', { request: {}, headers: { 'flagd-selector': 'service=cart' } }],
  ])('sends one service’s flags to who selects them %s', async (_where, { request, headers }) => {
    await stage.flags.write('cart.n', 0.5, 0);
    await stage.start();
    const client = createClient(FlagSyncService, grpc('sync'));
    const answer = await client.fetchAllFlags(request, { headers: { 'x-api-key': token, ...headers } });
    expect(Object.keys(JSON.parse(answer.flagConfiguration).flags)).toEqual(['cart.n']);
  });

  it.each([
    ['v1', EvaluationServiceV1],
    ['v2', EvaluationServiceV2],
  ] as const)('evaluates by flagd.evaluation.%s', async (_version, service) => {
    await stage.start();
    const client = createClient(service as typeof EvaluationServiceV2, grpc('evaluation'));
    const on = { value: true, variant: 'on', reason: 'TARGETING_MATCH', metadata: { version: 1 } };
    expect(await client.resolveBoolean({ flagKey: 'shop.n', context }, auth())).toMatchObject(on);
    for (const method of ['resolveString', 'resolveFloat', 'resolveInt', 'resolveObject'] as const)
      await expect(client[method]({ flagKey: 'shop.n', context }, auth())).rejects.toMatchObject({
        code: Code.InvalidArgument,
      });
    const missing = client.resolveBoolean({ flagKey: 'shop.none', context }, auth());
    await expect(missing).rejects.toMatchObject({ code: Code.NotFound });
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(
      async () => !(await client.resolveBoolean({ flagKey: 'shop.n', context }, auth())).value,
      'off after the kill',
    );
    await stage.flags.retire('shop.n');
    const off = await client.resolveBoolean({ flagKey: 'shop.n', context }, auth());
    expect(off).toMatchObject({ value: false, variant: 'off' });
  });

  it('says in its event streams which flags changed', async () => {
    await stage.start();
    const client = createClient(EvaluationServiceV1, grpc('evaluation'));
    const heard = collect(client.eventStream({}, { ...auth(), signal: ended.signal }));
    await eventually(() => heard[0]?.type === 'provider_ready', 'ready');
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(() => heard.length > 1, 'the change');
    expect(heard[1]).toMatchObject({
      type: 'configuration_change',
      data: { flags: { 'shop.n': { type: 'update' } } },
    });
    const all = await client.resolveAll({ context }, auth());
    expect(all.flags['shop.n']).toMatchObject({ variant: 'off', value: { case: 'boolValue', value: false } });
  });

  it.each([true, false])(
    'tells everybody of changes in their order, in binary: %s',
    async (useBinaryFormat) => {
      await stage.start();
      const how = (protocol: 'sync' | 'evaluation') =>
        createGrpcTransport({ baseUrl: stage.url(protocol), useBinaryFormat });
      const opened = () => ({ ...auth(), signal: ended.signal });
      const sets: { flagConfiguration: string }[][] = [];
      const events: { type: string; data?: object }[][] = [];
      for (let n = 1; n <= 8; n++) {
        // Some changes come while streams are opened.
        sets.push(collect(createClient(FlagSyncService, how('sync')).syncFlags({}, opened())));
        events.push(
          collect(createClient(EvaluationServiceV1, how('evaluation')).eventStream({}, opened())),
          collect(createClient(EvaluationServiceV2, how('evaluation')).eventStream({}, opened())),
        );
        await stage.flags.write(`shop.m${n}`, 1, 0);
      }
      await eventually(() => events.every((heard) => heard.length > 0), 'every stream');
      await stage.flags.kill('shop.n', 'person:alice');
      // Who is slow hears of several changes at once.
      const toldOf = (heard: { data?: object }[]) => JSON.stringify(heard.at(-1)?.data) ?? '';
      await eventually(
        () =>
          events.every((heard) =>
            toldOf(heard).includes('{"type":"update","source":"autoland","flagKey":"shop.n"}'),
          ),
        'the kill as the last event of each',
      );
      // Each stream comes in its own time.
      const newest = () => new Set(sets.map((heard) => heard.at(-1)?.flagConfiguration));
      await eventually(() => newest().size === 1 && closed([...newest()][0]), 'the kill in every set');
      for (const [{ type } = { type: '' }, ...more] of events) {
        expect(type).toBe('provider_ready');
        expect(new Set(more.map((one) => one.type))).toEqual(new Set(['configuration_change']));
      }
      for (const heard of sets) {
        const known = heard.map(
          ({ flagConfiguration }) => Object.keys(JSON.parse(flagConfiguration).flags).length,
        );
        expect(known).toEqual(known.toSorted((a, b) => a - b));
      }
    },
  );

  it('tells nobody what is kept for who selects something of another name', async () => {
    await stage.start();
    const sets = ['frame shop', 'shop'].map((selector) =>
      collect(
        createClient(FlagSyncService, grpc('sync')).syncFlags(
          { selector },
          { ...auth(), signal: ended.signal },
        ),
      ),
    );
    await eventually(() => sets.every((heard) => heard.length > 0), 'the first sets');
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(() => sets[1]?.length === 2, 'the kill');
    expect(closed(sets[1]?.[1]?.flagConfiguration)).toBe(true);
  });

  it('serves no call without a token over TCP, and needs none at a socket that only we can open', async () => {
    await stage.start();
    const client = createClient(FlagSyncService, grpc('sync'));
    const asked = [
      client.fetchAllFlags({}),
      client.getMetadata({}),
      client.syncFlags({})[Symbol.asyncIterator]().next(),
      createClient(EvaluationServiceV1, grpc('evaluation')).eventStream({})[Symbol.asyncIterator]().next(),
      createClient(EvaluationServiceV2, grpc('evaluation')).resolveBoolean({ flagKey: 'shop.n', context }),
      createClient(EvaluationServiceV1, grpc('evaluation')).resolveAll({ context }),
    ];
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: Code.Unauthenticated });
    expect(statSync(stage.socket('sync')).mode & 0o777).toBe(0o600);
    const transport = createGrpcTransport({
      baseUrl: 'http://socket',
      nodeOptions: { createConnection: () => createConnection(stage.socket('sync')) },
    });
    const { flagConfiguration } = await createClient(FlagSyncService, transport).fetchAllFlags({});
    expect(JSON.parse(flagConfiguration).flags).toHaveProperty(['shop.n']);
  });

  it('ends the streams of a token that is revoked', async () => {
    const { token: other, stored } = stage.issue();
    await stage.start();
    const headers = { 'x-api-key': other };
    const stream = createClient(FlagSyncService, grpc('sync')).syncFlags({}, { headers });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    stage.tokens.remove(stored.id);
    await expect(iterator.next()).rejects.toMatchObject({ code: Code.Unauthenticated });
  });

  it('bounds what one client can ask and keep open', async () => {
    await stage.start({ connections: 2, perSecond: 1 });
    const client = createClient(FlagSyncService, grpc('sync'));
    const huge = client.fetchAllFlags({ providerId: 'x'.repeat(70_000) }, auth());
    await expect(huge).rejects.toMatchObject({ code: Code.ResourceExhausted });
    const streams = [1, 2, 3].map(() => collect(client.syncFlags({}, { ...auth(), signal: ended.signal })));
    await eventually(() => streams.filter((heard) => heard.length > 0).length === 2, 'two streams of three');
    for (let n = 0; n < 7; n++) await client.getMetadata({}, auth());
    const onceMore = client.getMetadata({}, auth());
    await expect(onceMore).rejects.toMatchObject({ code: Code.ResourceExhausted });
  });

  it('keeps no backlog for a client that does not read: it gets the newest', async () => {
    const set = (parts: number) =>
      encodeFlags(
        new Map(
          Array.from({ length: 500 }, (_, n) => [`shop.n${n}`, { key: `shop.n${n}`, parts, version: parts }]),
        ),
      );
    await stage.start();
    const session = connect(stage.url('sync'));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/flagd.sync.v1.FlagSyncService/SyncFlags',
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${token}`,
    });
    stream.end(Buffer.alloc(5));
    const changes = 40;
    for (let parts = 1; parts <= changes; parts++) {
      writeAtomic(stage.layout.flags, set(parts));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    let text = '';
    stream.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    const newest = `["on",${changes}]`;
    await eventually(() => text.split(newest).length > 500, 'the newest set');
    expect(text.split('"metadata":{"environment"').length - 1).toBeLessThan(changes / 2);
    session.destroy();
  });

  it('survives what is no HTTP/2', async () => {
    await stage.start();
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      '\0'.repeat(1000),
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage',
    ])
      await new Promise<void>((resolve) => {
        const socket = createConnection(stage.port('sync'), '127.0.0.1', () => socket.end(bytes));
        socket.on('error', () => {}).on('close', () => resolve());
        socket.resume();
      });
    expect(await createClient(FlagSyncService, grpc('sync')).getMetadata({}, auth())).toBeDefined();
  });
});

describe('what the flag service rests on', () => {
  const served = async () => {
    const client = createClient(EvaluationServiceV2, grpc('evaluation'));
    return (await client.resolveBoolean({ flagKey: 'shop.n', context }, auth())).value === true;
  };

  it.each([
    ['flags.json is torn', () => writeFileSync(stage.layout.flags, '{"flags":')],
    ['flags.json is widened by hand', () => writeFileSync(stage.layout.flags, widened())],
    ['flags.json is a directory', () => inPlaceOf(stage.layout.flags, mkdirSync)],
    ['kills is a file', () => inPlaceOf(stage.layout.kills, (path) => writeFileSync(path, ''))],
    ['STOP is a directory', () => mkdirSync(stage.layout.stop)],
  ])('is off when %s', async (_what, harm) => {
    await stage.start();
    expect(await served()).toBe(true);
    harm();
    await eventually(async () => !(await served()), 'off');
  });

  it('finds a change although its watches are lost', async () => {
    await stage.start();
    expect(await served()).toBe(true);
    rmSync(stage.layout.kills, { recursive: true });
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(async () => !(await served()), 'off');
  });

  it('starts where nothing is there yet', async () => {
    rmSync(stage.layout.flags);
    await stage.start();
    await expect(served()).rejects.toMatchObject({ code: Code.NotFound });
    await stage.flags.write('shop.n', 1, 0);
    await eventually(() => served().catch(() => false), 'the first flag');
  });

  it('says which setting to change when a port is taken, and leaves nothing open', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const ports = { sync: 0, ofrep: port, evaluation: null };
    await expect(stage.start({ ports })).rejects.toMatchObject({
      code: 'port.taken',
      mend: expect.stringContaining('flags.serve.ofrep'),
    });
    await expect(stage.start({ ports, host: '192.0.2.1' })).rejects.toMatchObject({ code: 'config.invalid' });
    taken.close();
    expect(existsSync(join(stage.dir, 'run', 'flags-sync.sock'))).toBe(false);
  });

  function inPlaceOf(path: string, make: (path: string) => void): void {
    rmSync(path, { recursive: true });
    make(path);
  }

  function widened(): string {
    return readFileSync(stage.layout.flags, 'utf8').replace(
      '"defaultVariant": "off"',
      '"defaultVariant": "on"',
    );
  }
});
