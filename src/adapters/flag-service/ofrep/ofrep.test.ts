import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlagStage } from '../../../testing/flag-stage.ts';
import { eventually } from '../../../testing/router-stage.ts';

let stage: FlagStage;
let token: string;
let ended: AbortController;
beforeEach(async () => {
  stage = new FlagStage();
  token = stage.token(['read', 'kill']);
  ended = new AbortController();
  await stage.flags.write('shop.n', 1, 0);
});
afterEach(async () => {
  ended.abort();
  await stage.close();
});

const user = { context: { targetingKey: 'user-1' } };
type More = { headers?: Record<string, string>; key?: string };

function post(path: string, body: unknown, { headers = {}, key = token }: More = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const auth: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` };
  return fetch(`${stage.url('ofrep')}${path}`, {
    method: 'POST',
    body: text,
    headers: { ...auth, ...headers },
  });
}
const one = (key: string, body: unknown = user, more?: More) =>
  post(`/ofrep/v1/evaluate/flags/${key}`, body, more);
type Bulk = { flags: { key: string }[]; eventStreams: { endpoint: { requestUri: string } }[] };
const bulk = async (answer: Response) => (await answer.json()) as Bulk;
const all = (body: unknown = user, more?: More) => post('/ofrep/v1/evaluate/flags', body, more);

describe('OFREP', () => {
  it('evaluates one flag', async () => {
    await stage.start();
    const answer = await one('shop.n');
    expect(answer.status).toBe(200);
    const on = {
      key: 'shop.n',
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
      metadata: { version: 1 },
    };
    expect(await answer.json()).toEqual(on);
    expect((await one('shop.n', user, { key: '', headers: { 'x-api-key': token } })).status).toBe(200);
  });

  it.each([
    ['shop.none', user, 404, 'FLAG_NOT_FOUND'],
    ['%2e%2e%2fkills', user, 404, 'FLAG_NOT_FOUND'],
    ['shop.n', { context: {} }, 400, 'TARGETING_KEY_MISSING'],
    ['shop.n', { context: { targetingKey: 7 } }, 400, 'TARGETING_KEY_MISSING'],
    ['shop.n', {}, 400, 'INVALID_CONTEXT'],
    ['shop.n', '{"context":', 400, 'INVALID_CONTEXT'],
    ['shop.n', '[]', 400, 'INVALID_CONTEXT'],
  ])('tells what is wrong with %s %j', async (key, body, status, errorCode) => {
    await stage.start();
    const answer = await one(key, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({
      errorCode,
      errorDetails: expect.stringContaining('expected'),
    });
  });

  it('names the method that a path is not there for', async () => {
    await stage.start();
    const answer = await fetch(`${stage.url('ofrep')}/ofrep/v1/evaluate/flags`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('found GET /ofrep/v1/evaluate/flags');
  });

  it('says off of a closed flag to whoever asks, with a targeting key or without', async () => {
    await stage.flags.kill('shop.n', 'person:alice');
    await stage.start();
    for (const body of [user, { context: {} }])
      expect(await (await one('shop.n', body)).json()).toMatchObject({ value: false, variant: 'off' });
  });

  it('answers 304 as long as nothing changed for this user', async () => {
    await stage.flags.write('cart.n', 0.5, 0);
    await stage.start();
    const first = await all();
    const etag = first.headers.get('etag') ?? '';
    expect((await bulk(first)).flags).toHaveLength(2);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`])
      expect((await all(user, { headers: { 'if-none-match': known } })).status).toBe(304);
    await stage.flags.kill('shop.n', 'person:alice');
    const headers = { 'if-none-match': etag };
    await eventually(async () => (await all(user, { headers })).status === 200, 'a new answer');
    const selected = await all(user, { headers: { 'flagd-selector': 'cart' } });
    expect((await bulk(selected)).flags.map(({ key }) => key)).toEqual(['cart.n']);
    expect((await bulk(await all({ context: {} }))).flags).toContainEqual(
      expect.objectContaining({ key: 'cart.n', errorCode: 'TARGETING_KEY_MISSING' }),
    );
  });

  it('answers 401, 403, 413 and 429 as the protocol says', async () => {
    await stage.start({ perSecond: 1 });
    expect((await one('shop.n', user, { key: '' })).status).toBe(401);
    expect((await all(user, { key: `${token}x` })).status).toBe(401);
    expect((await one('shop.n', { context: { targetingKey: 'x'.repeat(70_000) } })).status).toBe(413);
    const chunked = await fetch(`${stage.url('ofrep')}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new Blob(['{}']).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(411);
    const answers = await Promise.all(Array.from({ length: 12 }, () => one('shop.n')));
    const busy = answers.find(({ status }) => status === 429);
    expect(Number(busy?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('refuses the wrong scope', async () => {
    const kill = stage.token(['kill']);
    const read = stage.token(['read']);
    await stage.start();
    expect((await one('shop.n', user, { key: kill })).status).toBe(403);
    expect((await post('/v1/flags/shop.n/kill', '', { key: read })).status).toBe(403);
    expect(existsSync(join(stage.layout.kills, 'shop.n'))).toBe(false);
  });

  it('lets pages ask that are named, and no others', async () => {
    await stage.start({ origins: ['https://shop.example'] });
    const preflight = (origin: string) =>
      fetch(`${stage.url('ofrep')}/ofrep/v1/evaluate/flags`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('https://shop.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('Authorization');
    const answer = await all(user, { headers: { origin: 'https://shop.example' } });
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
    // A page must be able to read why it was refused.
    const refused = await all(user, { key: '', headers: { origin: 'https://shop.example' } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const other = await preflight('https://evil.example');
    expect(other.headers.get('access-control-allow-origin')).toBe(null);
  });
});

describe('the event stream of OFREP', () => {
  async function streamUri(): Promise<string> {
    return (await bulk(await all())).eventStreams[0]?.endpoint.requestUri ?? '';
  }

  async function listen(uri: string, headers: Record<string, string> = {}): Promise<{ heard: () => string }> {
    const answer = await fetch(`${stage.url('ofrep')}${uri}`, { headers, signal: ended.signal });
    let text = '';
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
    })().catch(() => {});
    return { heard: () => `${answer.status} ${text}` };
  }
  const refetches = (text: string) => text.split('refetchEvaluation').length - 1;

  it('says at once, and at each change, that there is something new', async () => {
    await stage.start();
    const stream = await listen(await streamUri());
    await eventually(() => refetches(stream.heard()) === 1, 'the first');
    await stage.flags.kill('shop.n', 'person:alice');
    await eventually(() => refetches(stream.heard()) === 2, 'the kill');
    const id = /id: (\S+)\n(?![\s\S]*id: )/.exec(stream.heard())?.[1] ?? '';
    const uri = await streamUri();
    await stage.end();
    await stage.start();
    // The same is served after a restart: who has heard of it needs no word, who has not gets one.
    const again = await listen(uri, { 'last-event-id': id });
    const late = await listen(uri, { 'last-event-id': 'older' });
    await eventually(() => refetches(late.heard()) === 1 && again.heard().includes('retry'), 'both streams');
    expect(refetches(again.heard())).toBe(0);
  });

  it('is there for nobody without a ticket, nor for what a ticket is not for', async () => {
    await stage.start();
    const uri = await streamUri();
    expect((await listen('/ofrep/v1/events')).heard()).toMatch(/^401/);
    expect((await listen(`${uri}x`)).heard()).toMatch(/^401/);
    const query = uri.slice(uri.indexOf('?'));
    expect((await post(`/ofrep/v1/evaluate/flags${query}`, user, { key: '' })).status).toBe(401);
    expect((await post(`/v1/flags/shop.n/kill${query}`, '', { key: '' })).status).toBe(401);
  });
});

describe('a kill over HTTP', () => {
  const kill = (key: string, body: unknown = '', more?: More) => post(`/v1/flags/${key}/kill`, body, more);

  it('writes the tombstone that the command writes, and is heard at once', async () => {
    await stage.start();
    const answer = await kill('shop.n', { reason: 'checkout fails' });
    expect(await answer.json()).toEqual({ flag: 'shop.n', killed: true, by: 'token:test' });
    expect(await stage.flags.read('shop.n')).toMatchObject({ killed: true, weight: 0 });
    const tombstone = JSON.parse(readFileSync(join(stage.layout.kills, 'shop.n'), 'utf8'));
    expect(tombstone).toMatchObject({ by: 'token:test', reason: 'checkout fails' });
    expect(await (await one('shop.n')).json()).toMatchObject({ value: false });
  });

  it.each([
    ['shop.none', '', {}, 404],
    ['%2e%2e%2fSTOP', '', {}, 400],
    ['shop.n', '{', {}, 400],
    ['shop.n', { by: 'person:mallory' }, {}, 400],
    ['shop.n', '', { origin: 'http://127.0.0.1' }, 403],
    ['shop.n', '', { 'sec-fetch-site': 'same-origin' }, 403],
  ])('refuses %s %j %j', async (key, body, headers, status) => {
    await stage.start({ origins: ['http://127.0.0.1'] });
    expect((await kill(key, body, { headers: headers as Record<string, string> })).status).toBe(status);
    expect(await stage.flags.read('shop.n')).toMatchObject({ killed: false });
    expect(existsSync(stage.layout.stop)).toBe(false);
  });

  it('holds where the flags cannot be read, until they can', async () => {
    const content = readFileSync(stage.layout.flags, 'utf8');
    writeFileSync(stage.layout.flags, '{');
    await stage.start();
    expect((await kill('shop.n')).status).toBe(200);
    writeFileSync(stage.layout.flags, content);
    expect(await stage.flags.read('shop.n')).toMatchObject({ killed: true, weight: 0 });
  });
});
