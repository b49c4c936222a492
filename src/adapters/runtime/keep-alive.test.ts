import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
      record: record(),
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
    kept = keepAlive([child('a', stubborn), missing], { record: record(), limitMs: 200 });
    await eventually(() => kept?.pid('a') !== undefined, 'started');
    const pid = kept.pid('a') ?? 0;
    const startTime = startTimeOf(pid) ?? '';
    await kept.stop();
    expect(isAlive({ pid, startTime })).toBe(false);
  });

  it('ends with the given stream', async () => {
    const parent = new PassThrough();
    kept = keepAlive([child('a', 'setInterval(() => {}, 1000);')], { record: record(), ephemeral: parent });
    await eventually(() => kept?.pid('a') !== undefined, 'started');
    parent.end();
    await kept.done;
  });

  it('watches what a killed keeper left, and starts another only when it ends', async () => {
    const one = child('a', 'setInterval(() => {}, 1000);');
    const keeper = fork(detachedKeeper([one]), { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] });
    const [pid]: number[] = await once(keeper, 'message');
    await killed(keeper);
    const events: KeepAliveEvent[] = [];
    kept = keepAlive([one], { record: record(), onEvent: (event) => events.push(event) });
    await eventually(() => events.length === 1, 'adopted');
    expect(events).toEqual([{ kind: 'adopted', name: 'a', pid }]);
    process.kill(pid ?? Number.NaN, 'SIGKILL');
    await eventually(() => ![undefined, pid].includes(kept?.pid('a')), 'started again');
    expect(events.map((event) => event.kind)).toEqual(['adopted', 'ended', 'started']);
  });

  it('ends what a killed keeper left when another command line is wanted, or none', async () => {
    const [one, two] = [
      child('a', 'setInterval(() => {}, 1000);'),
      child('b', 'setInterval(() => {}, 1000);'),
    ];
    const keeper = fork(detachedKeeper([one, two]), { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] });
    const pids: (number | undefined)[] = [
      (await once(keeper, 'message'))[0],
      (await once(keeper, 'message'))[0],
    ];
    await killed(keeper);
    const left = pids.map((pid) => ({ pid: pid ?? 0, startTime: startTimeOf(pid ?? 0) ?? '' }));
    expect(left.every(isAlive)).toBe(true);
    kept = keepAlive([{ ...one, args: [...one.args, 'other'] }], { record: record() });
    await eventually(() => !left.some(isAlive), 'both have ended');
    await eventually(() => kept?.pid('a') !== undefined, 'started anew');
  });

  it('lets no child go to work that it has not recorded', async () => {
    const source = JSON.stringify(new URL('./keep-alive.ts', import.meta.url).href);
    const told = join(dir, 'told');
    const body = `import { writeFileSync } from 'node:fs';
      const { awaitRelease } = await import(${source}); await awaitRelease(); writeFileSync(${JSON.stringify(told)}, '');`;
    const ends: KeepAliveEvent[] = [];
    mkdirSync(record());
    expect(() => keepAlive([child('a', body)], { record: record() })).toThrow();
    rmSync(record(), { recursive: true });
    kept = keepAlive([child('a', body)], {
      record: join(dir, 'missing', 'children.json'),
      onEvent: (event) => ends.push(event),
    });
    await eventually(() => ends.length > 1, 'it ended');
    await kept.stop();
    expect(ends[0]?.kind).toBe('ended');
    expect(existsSync(told)).toBe(false);
  });

  it('leaves nothing behind a kill -9 of itself, if ephemeral', async () => {
    const keeper = fork(keeperScript(), { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] });
    const [pid]: number[] = await once(keeper, 'message');
    const grandchild = { pid: pid ?? 0, startTime: startTimeOf(pid ?? 0) ?? '' };
    expect(isAlive(grandchild)).toBe(true);
    await killed(keeper);
    await eventually(() => !isAlive(grandchild), 'the grandchild has ended');
  });

  const record = () => join(dir, 'children.json');

  function child(name: string, body: string) {
    const path = join(dir, `${name}.mjs`);
    writeFileSync(path, body);
    return { name, file: process.execPath, args: [path], env: {} };
  }

  function detachedKeeper(kept: readonly object[]): string {
    const source = JSON.stringify(new URL('./keep-alive.ts', import.meta.url).href);
    const path = join(dir, 'detached.mjs');
    const options = `{ record: ${JSON.stringify(record())}, onEvent: (event) => process.send(event.pid) }`;
    writeFileSync(
      path,
      `const { keepAlive } = await import(${source}); keepAlive(${JSON.stringify(kept)}, ${options});`,
    );
    return path;
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
         record: ${JSON.stringify(record())},
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
