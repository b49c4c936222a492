import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../journeys/cli.ts';
import { reformatted, rules } from '../journeys/greeter.ts';
import { Stage } from '../journeys/stage.ts';

// Only root may mount a file system of a size; without one, the disk that fills would be everybody's.
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('a landing whose disk fills (needs root, to mount a small one)', () => {
  const stage = new Stage({ '.autoland/autoland.yaml': rules({ bake: 6, steps: ['20%', '50%'] }) });
  const ballast = join(stage.state, 'ballast');

  beforeAll(async () => {
    mkdirSync(stage.state, { mode: 0o711 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=192m,mode=711', 'autoland-test', stage.state]);
    await stage.open(await stage.up());
  });

  afterAll(async () => {
    rmSync(ballast, { force: true });
    await stage.down();
    execFileSync('umount', ['--lazy', stage.state]);
    await stage.close();
  });

  function fill(): void {
    const file = openSync(ballast, 'w');
    try {
      for (const block of [Buffer.alloc(1 << 20), Buffer.alloc(1 << 12)]) {
        try {
          for (;;) writeSync(file, block);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'ENOSPC' });
        }
      }
    } finally {
      closeSync(file);
    }
    expect(statfsSync(stage.state).bavail).toBe(0);
  }

  /** A log that was written before has room of its own for a few entries, whatever the disk says. */
  function emptyLog(): void {
    const journal = new DatabaseSync(join(stage.state, 'journal.db'), { timeout: 5_000 });
    journal.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    journal.close();
  }

  const settled = () => new Promise((resolve) => setTimeout(resolve, 5_000));

  it('exposes nobody while nothing can be journalled, serves on, and lands once there is space', async () => {
    const change = await stage.submit(reformatted());
    await stage.reached(change, ({ state }) => state === 'rollout');
    fill();
    const before = await stage.journal();
    await settled();
    expect(await stage.journal()).toEqual(before);
    const failed = [...stage.users.statuses.keys()].filter((status) => status !== 200);
    expect(failed).toEqual([]);
    rmSync(ballast);
    expect(await stage.ended(change)).toMatchObject({ state: 'landed' });
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('loses nothing of a change that is being tested meanwhile', async () => {
    const change = await stage.submit(reformatted());
    fill();
    await settled();
    rmSync(ballast);
    expect(await stage.ended(change)).toMatchObject({ state: 'landed' });
  });

  it('lets a person stop it all the same', async () => {
    emptyLog();
    fill();
    const { code, stderr } = await stage.run(['stop', '--reason', 'the disk is full']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('could not be written') });
    rmSync(ballast);
    expect(await stage.status()).toMatchObject({ stopped: expect.anything() });
    await stage.json('resume');
  });

  it('agrees with itself and verifies', async () => {
    await until(
      async () => ((await stage.run(['fsck'])).code === 0 ? true : undefined),
      () => stage.said,
    );
    expect((await stage.run(['audit', 'verify'])).code).toBe(0);
  });
});
