import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool } from '@storefront/stock';
import { createShop } from '../src/app.js';

const ledger = fileURLToPath(new URL('../data/stock.txt', import.meta.url));

/** A shop of the test's own, on a Unix socket; closed when the test ends. */
export async function openShop(t, { stockFile = ledger, record } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'));
  const socketPath = join(folder, 'shop.sock');
  const stock = createPool({ file: stockFile, max: 10 });
  const server = createShop({ stock, record });
  server.listen(socketPath);
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await stock.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get: (path, headers) => send(socketPath, { method: 'GET', path, headers }),
    head: (path) => send(socketPath, { method: 'HEAD', path }),
    post: (path, fields, { cookie, type = 'application/x-www-form-urlencoded' } = {}) =>
      send(socketPath, {
        method: 'POST',
        path,
        headers: { 'content-type': type, ...(cookie ? { cookie } : {}) },
        body: new URLSearchParams(fields).toString(),
      }),
  };
}

/** The cookie that an answer sets, as the next request sends it. */
export function cookieOf(answer) {
  return (answer.headers['set-cookie']?.[0] ?? '').split(';')[0];
}

async function send(socketPath, { body, ...options }) {
  const sent = request({ socketPath, ...options });
  sent.end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}
