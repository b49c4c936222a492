import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/router-stage.ts';
import { type KeepAliveEvent, type KeptProcesses, keepAlive } from './keep-alive.ts';
import { isAlive, startTimeOf } from './processes/process-identity.ts';

let dir: string;
let kept: KeptProcesses | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'al-'));
});
afterEach(async () => {
  await kept?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;

describe('keepAlive', () => {
  it('runs a child again when it dies, and ends it for good', async () => {
    const events: KeepAliveEvent[] = [];
    kept = keepAlive([child('a', 'setInterval(() => {}, 1000);')], {
      onEvent: (event) => events.push(event),
    });
    await eventually(() => kept?.pid('a') !== undefined, 'started');
    const first = kept.pid('a') ?? 0;
    process.kill(first, 'SIGKILL');
    await eventually(() => ![undefined, first].includes(kept?.pid('a')), 'started again');
    await kept.stop();
    expect(events.map((event) => event.kind)).toEqual(['started', 'ended', 'started', 'ended']);
    expect(events[1]).toMatchObject({ why: 'signal SIGKILL', againInMs: 200 });
    expect(events[3]).toMatchObject({ why: 'signal SIGTERM', againInMs: null });
  });

  it('kills what does not end in time, and what cannot start hinders nobody', async () => {
    const missing = { name: 'b', file: '/does/not/exist', args: [], env: {} };
    kept = keepAlive([child('a', stubborn), missing], { limitMs: 200 });
    await eventually(() => kept?.pid('a') !== undefined, 'started');
    const pid = kept.pid('a') ?? 0;
    const startTime = startTimeOf(pid) ?? '';
    await kept.stop();
    expect(isAlive({ pid, startTime })).toBe(false);
  });

  it('ends with the given stream', async () => {
    const parent = new PassThrough();
    kept = keepAlive([child('a', 'setInterval(() => {}, 1000);')], { ephemeral: parent });
    await eventually(() => kept?.pid('a') !== undefined, 'started');
    parent.end();
    await kept.done;
  });

  it('leaves nothing behind a kill -9 of itself, if ephemeral', async () => {
    const keeper = fork(keeperScript(), { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] });
    const [pid]: number[] = await once(keeper, 'message');
    const grandchild = { pid: pid ?? 0, startTime: startTimeOf(pid ?? 0) ?? '' };
    expect(isAlive(grandchild)).toBe(true);
    await killed(keeper);
    await eventually(() => !isAlive(grandchild), 'the grandchild has ended');
  });

  function child(name: string, body: string) {
    const path = join(dir, `${name}.mjs`);
    writeFileSync(path, body);
    return { name, file: process.execPath, args: [path], env: {} };
  }

  function keeperScript(): string {
    const source = JSON.stringify(new URL('./keep-alive.ts', import.meta.url).href);
    const { path } = { path: join(dir, 'keeper.mjs') };
    const one = child(
      'one',
      `const { endWithStdin } = await import(${source}); endWithStdin(); setInterval(() => {}, 1000);`,
    );
    writeFileSync(
      path,
      `const { keepAlive } = await import(${source});
       keepAlive([${JSON.stringify(one)}], {
         ephemeral: process.stdin,
         onEvent: (event) => event.kind === 'started' && setTimeout(() => process.send(event.pid), 300),
       });`,
    );
    return path;
  }
});

async function killed(process: ChildProcess): Promise<void> {
  process.kill('SIGKILL');
  await once(process, 'exit');
}
