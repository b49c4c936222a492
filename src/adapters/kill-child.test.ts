import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { killChild } from './kill-child.ts';

it('signals a child that runs', async () => {
  const child = spawn('sleep', ['60']);
  expect(killChild(child, 'SIGKILL')).toBe(true);
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
});

it('signals nobody where the start has failed', async () => {
  // By itself it may signal our own process group, or anybody.
  const child = spawn('/no/such/program', []);
  expect(killChild(child, 'SIGTERM')).toBe(false);
  await once(child, 'error');
});
