import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer as createRaw } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callJson, closeServer, serveJson } from './unix-http.ts';

let dir: string;
let socket: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'al-'));
  socket = join(dir, 'run', 'x.sock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('serveJson', () => {
  it('lives on after targets that are no URL, and bodies that are no JSON', async () => {
    const server = await serveJson(socket, {
      'GET /x': async (_body, query) => query.get('a'),
      'GET /circle': async () => {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        return circle;
      },
    });
    const status = async (target: string, control = 'x-autoland-control: 1\r\n') =>
      (await send(`GET ${target} HTTP/1.1\r\nHost: x\r\n${control}Connection: close\r\n\r\n`)).slice(9, 12);
    expect(await status('//')).toBe('404');
    expect(await status('//', '')).toBe('403');
    expect(await status('http://[')).toBe('404');
    expect(await status('/y')).toBe('404');
    expect(await status('/circle')).toBe('500');
    expect(await callJson({ socket, path: '/x?a=1', timeoutMs: 1000 })).toBe('1');
    await closeServer(server);
  });
});

describe('callJson', () => {
  it('says that nobody answered where the protocol is changed, or the connection ends', async () => {
    for (const answer of ['HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', '']) {
      const path = join(dir, 'raw.sock');
      const server = createRaw((one) => void one.once('data', () => one.end(answer)));
      await new Promise<void>((resolve) => server.listen(path, resolve));
      const call = callJson({ socket: path, path: '/', timeoutMs: 1000 });
      await expect(call).rejects.toMatchObject({ code: 'runtime.unreachable' });
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

function send(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    connect(socket)
      .on('data', (chunk) => {
        heard += String(chunk);
      })
      .on('error', reject)
      .on('close', () => resolve(heard))
      .write(bytes);
  });
}
