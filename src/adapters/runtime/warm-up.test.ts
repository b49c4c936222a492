import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { warmUp } from './warm-up.ts';

const paths = ['/', '/products/1?size=2'] as const;
const never = () => false;

describe('a warm-up', () => {
  let dir = '';
  let at = '';
  let server: Server | undefined;
  let asked: string[] = [];
  const answer = async (listener: RequestListener) => {
    server = createServer((incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url} ${incoming.headers.cookie ?? 'nobody'}`);
      listener(incoming, response);
    });
    await new Promise<void>((resolve) => server?.listen(at, resolve));
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'al-'));
    at = join(dir, 'http.sock');
    asked = [];
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('asks for the paths in turn, as often as it is to, and as no user', async () => {
    await answer((_incoming, response) => void response.end('x'.repeat(100_000)));
    await warmUp(at, { paths, requests: 3, timeoutSeconds: 10 }, never);
    expect(asked).toEqual(['GET / nobody', 'GET /products/1?size=2 nobody', 'GET / nobody']);
  });

  it.each<[string, RequestListener]>([
    ['fails', (_incoming, response) => void response.writeHead(500).end()],
    ['breaks off', (incoming) => void incoming.socket.destroy()],
    [
      'breaks off in the middle',
      (incoming, response) => void response.writeHead(200).write('x', () => incoming.socket.destroy()),
    ],
  ])('goes on where the service %s', async (_what, listener) => {
    await answer(listener);
    await warmUp(at, { paths, requests: 4, timeoutSeconds: 10 }, never);
    expect(asked).toHaveLength(4);
  });

  it('ends after its time where nothing is answered, or what is never ends', async () => {
    await answer((incoming, response) => void (incoming.url === '/' ? 0 : response.write('x')));
    await warmUp(at, { paths, requests: 1000, timeoutSeconds: 0.2 }, never);
    await warmUp(at, { paths: ['/never-ends'], requests: 1000, timeoutSeconds: 0.2 }, never);
    expect(asked.map((line) => line.split(' ')[1])).toEqual(['/', '/never-ends']);
  });

  it('ends at once where the instance is gone, and where it never listened', async () => {
    await answer((_incoming, response) => void response.end());
    await warmUp(at, { paths, requests: 1000, timeoutSeconds: 10 }, () => asked.length === 2);
    expect(asked).toHaveLength(2);
    await warmUp(join(dir, 'none.sock'), { paths, requests: 5, timeoutSeconds: 10 }, never);
    expect(asked).toHaveLength(2);
  });
});
