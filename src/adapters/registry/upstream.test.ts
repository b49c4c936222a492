import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { retryAfterMs } from './attempts.ts';
import { type UpstreamLimits, UpstreamRegistry } from './upstream.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const document = '{"name":"a"}';
const good: RequestListener = (_request, response) => response.end(document);
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(code, headers).end();

/** Answers in this order, the last one for ever; tells when each request came. */
async function registry(answers: readonly RequestListener[], limits: Partial<UpstreamLimits> = {}) {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? good;
    asked.push(performance.now());
    answer(request, response);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  const quick = { totalMs: 30_000, retries: 3, backoffMs: 10, stallMs: 2_000, ...limits };
  return { upstream: new UpstreamRegistry({ registry: url }, quick), asked };
}

describe('a registry that fails for a while', () => {
  it.each<[string, RequestListener]>([
    ['503', status(503)],
    ['500', status(500)],
    ['429', status(429)],
    ['408', status(408)],
    ['a connection that breaks', (request) => request.socket.destroy()],
    [
      'a body that breaks off',
      (_request, response) => {
        response.writeHead(200, { 'content-length': document.length });
        response.write('{"name"', () => response.destroy());
      },
    ],
    ['silence', () => {}],
    ['a body that falls silent', (_request, response) => void response.write('{"name"')],
  ])('is asked again after %s', async (_what, failure) => {
    const { upstream, asked } = await registry([failure, failure, good]);
    expect(await upstream.packument('a')).toMatchObject({ name: 'a' });
    expect(asked.length).toBe(3);
  });

  it('is asked no sooner than it says, and not at all when that is beyond the time', async () => {
    const { upstream, asked } = await registry([status(429, { 'retry-after': '1' }), good]);
    await upstream.packument('a');
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(950);
    const later = await registry([status(429, { 'retry-after': '60' }), good]);
    await expect(later.upstream.packument('a')).rejects.toMatchObject({ code: 'registry.unreachable' });
    expect(later.asked.length).toBe(1);
  });
});

describe('a registry that is down', () => {
  it('is unreachable after the retries', async () => {
    const { upstream, asked } = await registry([status(503)]);
    await expect(upstream.packument('a')).rejects.toMatchObject({
      code: 'registry.unreachable',
      message: expect.stringContaining('status 503'),
    });
    expect(asked.length).toBe(4);
  });

  it('is given up when the time is over, however many retries are left', async () => {
    const { upstream } = await registry([() => {}], { totalMs: 200, retries: 1_000, stallMs: 50 });
    await expect(upstream.packument('a')).rejects.toMatchObject({ code: 'registry.unreachable' });
  });

  it.each([400, 401, 403])('is not asked again after %i', async (code) => {
    const { upstream, asked } = await registry([status(code), good]);
    await expect(upstream.packument('a')).rejects.toMatchObject({ code: 'registry.unreachable' });
    expect(asked.length).toBe(1);
  });

  it('is not asked again for what it does not have, nor for nonsense', async () => {
    const none = await registry([status(404)]);
    expect(await none.upstream.packument('a')).toBeUndefined();
    const nonsense = await registry([(_request, response) => response.end('[]')]);
    await expect(nonsense.upstream.packument('a')).rejects.toMatchObject({ code: 'registry.invalid' });
    expect([none.asked.length, nonsense.asked.length]).toEqual([1, 1]);
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  it.each([
    [null, 0],
    ['2', 2_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Wed, 31 Dec 2025 00:00:05 GMT', 0],
    ['soon', 0],
    ['-1', 0],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
