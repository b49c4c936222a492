import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leafHash } from '../../audit/merkle.ts';
import { verifyLog } from '../../audit/verify-log.ts';
import { SystemClock } from '../clock/system.ts';
import { openStore } from '../store/sqlite-store.ts';
import { readTileLog } from './read-tile-log.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-kill-'));
});
const running = new Set<{ kill(signal: 'SIGKILL'): boolean }>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
const key = { name: 'autoland', publicKey: createPublicKey(createPrivateKey(pem)) };

const publisher = `
  import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
  import { readFileSync } from 'node:fs';
  import { openStore } from ${JSON.stringify(join(import.meta.dirname, '../store/sqlite-store.ts'))};
  import { SystemClock } from ${JSON.stringify(join(import.meta.dirname, '../clock/system.ts'))};
  import { TileLog } from ${JSON.stringify(join(import.meta.dirname, 'tile-log.ts'))};
  const root = process.argv[1];
  const secret = createPrivateKey(readFileSync(root + '/key.pem'));
  const keyRing = { sign: async (role, bytes) => sign(null, bytes, secret), publicKey: async () => createPublicKey(secret) };
  const store = await openStore({ file: root + '/journal.db', clock: new SystemClock(), mode: 'write' });
  const log = new TileLog({ store, keyRing, origin: 'autoland', directory: root + '/log' });
  for (let n = 0; ; n += 1) {
    const events = Array.from({ length: 1 + (n % 120) }, (_, at) => ({ type: 'a.made', actor: 'child', data: { n, at } }));
    await store.append({ events });
    process.stdout.write((await log.publish()).size + '\\n');
  }`;

/** Kills the publisher once it has published `count` times; answers the largest size that it said was durable. */
async function publishAndKill(count: number, afterMs: number): Promise<number> {
  const args = ['--input-type=module', '-e', publisher, root];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  while (output.split('\n').length <= count) {
    if (child.exitCode !== null) throw new Error(`the child exited with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  running.delete(child);
  return Number(output.split('\n').at(-2));
}

describe('kill -9 while two processes publish', () => {
  it('leaves a log that verifies, covers what was said to be covered, and goes on', async () => {
    writeFileSync(join(root, 'key.pem'), pem, { mode: 0o600 });
    let last = 0;
    for (const round of [0, 1, 2, 3]) {
      const sizes = await Promise.all([
        publishAndKill(3 + 2 * round, 3 * round),
        publishAndKill(4, 2 * round),
      ]);
      const files = await readTileLog(join(root, 'log'), key);
      const store = await openStore({
        file: join(root, 'journal.db'),
        clock: new SystemClock(),
        mode: 'read',
      });
      const leaves = await store.leaves(0, await store.size());
      const journal = leaves.map(({ bytes }) => leafHash(bytes));
      const answer = verifyLog({ ...files, key, anchors: [], journal });
      expect(answer.kind).toBe('ok');
      const size = answer.kind === 'ok' ? answer.size : -1;
      expect(size).toBeGreaterThanOrEqual(Math.max(last, ...sizes));
      last = size;
      store.close();
    }
  });
});
