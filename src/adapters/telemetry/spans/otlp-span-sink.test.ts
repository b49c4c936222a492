import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../domain/journal.ts';
import { decode, type Message } from '../otlp/wire.ts';
import { otlpSettings } from './otlp-settings.ts';
import { OtlpSpanSink } from './otlp-span-sink.ts';

const event = (tool: string): NewEvent => ({
  type: 'tool.called',
  actor: 'recorder',
  data: { owner: 'task_x', role: 'agent', startedAt: '2026-11-30T02:00:00Z', ms: 1, tool, isError: false },
});
const spans: Message = { 2: { name: 'spans', type: { 5: { name: 'name', type: 'string' } }, many: true } };
const resource: Message = { 2: { name: 'scopes', type: spans, many: true } };
const request: Message = { 1: { name: 'resources', type: resource, many: true } };

type Post = { readonly headers: IncomingMessage['headers']; readonly path: string; readonly names: string[] };
type Answer = (response: ServerResponse) => void;

let server: Server;
let posts: Post[];
let answer: Answer;
let troubles: string[];
beforeEach(async () => {
  [posts, troubles, answer] = [[], [], (response) => response.end()];
  server = createServer((asked, response) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      const text = JSON.stringify(decode(request, Buffer.concat(chunks)));
      const names = [...text.matchAll(/"name":"execute_tool ([^"]*)"/g)].map(([, name]) => name ?? '');
      posts.push({ headers: asked.headers, path: asked.url ?? '', names });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
const sink = (over: object = {}) =>
  new OtlpSpanSink({
    url: url(),
    headers: { 'x-key': 'k' },
    service: 'autoland',
    version: '1',
    pauseMs: 5,
    closeMs: 30_000,
    onTrouble: (message) => troubles.push(message),
    ...over,
  });

describe('OtlpSpanSink', () => {
  it('sends what was taken, together and in order, with the headers of the operator', async () => {
    const one = sink({ pauseMs: 60_000 });
    for (const name of ['a', 'b', 'c']) one.take(event(name));
    one.take({ type: 'change.proposed', actor: 'x', data: {} });
    await one.close();
    expect(posts).toMatchObject([
      {
        path: '/v1/traces',
        names: ['a', 'b', 'c'],
        headers: { 'x-key': 'k', 'content-type': 'application/x-protobuf' },
      },
    ]);
    expect(troubles).toEqual([]);
  });

  it('loses the oldest where nobody takes them, and never grows', async () => {
    const one = sink({ pauseMs: 60_000, closeMs: 5_000 });
    for (let n = 0; n < 2000; n += 1) one.take(event(`t${n}`));
    await one.close();
    const names = posts.flatMap((post) => post.names);
    expect(names).toHaveLength(512);
    expect(names.at(-1)).toBe('t1999');
    for (const post of posts) expect(post.names.length).toBeLessThanOrEqual(128);
  });

  it.each<[string, Answer, RegExp]>([
    ['an error', (response) => response.writeHead(503).end(), /answered 503/],
    ['a redirect', (response) => response.writeHead(307, { location: '/other' }).end(), /127\.0\.0\.1/],
    ['a cut connection', (response) => void response.destroy(), /could not be sent/],
  ])('takes %s for nothing but a trouble, told once, without the headers', async (_what, how, says) => {
    answer = how;
    const one = sink();
    one.take(event('a'));
    await one.close();
    one.take(event('b'));
    await one.close();
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatch(says);
    expect(troubles[0]).not.toContain('x-key');
    expect(posts.map(({ path }) => path)).not.toContain('/other');
  });

  it('holds nobody up, also where the collector never answers', async () => {
    answer = () => {};
    const one = sink({ closeMs: 50 });
    for (let n = 0; n < 300; n += 1) one.take(event('a'));
    await one.close();
    expect(troubles).toHaveLength(1);
  });

  it('tells of trouble again once it had worked in between', async () => {
    const one = sink({ pauseMs: 1, closeMs: 5_000 });
    const send = async (how: Answer) => {
      answer = how;
      one.take(event('a'));
      await one.close();
    };
    await send((response) => response.writeHead(500).end());
    await send((response) => response.end());
    await send((response) => response.writeHead(500).end());
    expect(troubles).toHaveLength(2);
  });
});

describe('otlpSettings', () => {
  const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

  it.each<[string, Record<string, string>, unknown]>([
    ['nothing is named', {}, undefined],
    ['it is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
    ['it is switched off', { ...base, OTEL_SDK_DISABLED: 'true' }, undefined],
    ['traces are', { ...base, OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [
      'a name of its own',
      { ...base, OTEL_SERVICE_NAME: 'autoland-shop' },
      { url: 'http://collector:4318/v1/traces', service: 'autoland-shop', headers: {} },
    ],
    ['a base', base, { url: 'http://collector:4318/v1/traces', service: 'autoland', headers: {} }],
    [
      'a place for traces, as it is',
      { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/x' },
      { url: 'https://t/x', service: 'autoland', headers: {} },
    ],
    [
      'headers',
      { ...base, OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20a%3D, x=1' },
      {
        url: 'http://collector:4318/v1/traces',
        service: 'autoland',
        headers: { authorization: 'Bearer a=', x: '1' },
      },
    ],
  ])('where %s', (_what, env, expected) => {
    expect(otlpSettings(env)).toEqual(expected);
  });

  it.each([
    { ...base, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'file:///etc/passwd' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' },
    { ...base, OTEL_EXPORTER_OTLP_HEADERS: 'x=a%0d%0ab' },
    { ...base, OTEL_EXPORTER_OTLP_HEADERS: 'x=%zz' },
    { ...base, OTEL_EXPORTER_OTLP_HEADERS: 'a secret' },
  ])('says what cannot be done, and no header: %o', (env) => {
    const settings = otlpSettings(env);
    expect(settings).toMatchObject({ trouble: expect.stringContaining('expected') });
    expect(JSON.stringify(settings)).not.toContain('secret');
  });
});
