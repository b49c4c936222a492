import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/router-stage.ts';
import { processOf, RuntimeStage } from '../../../testing/runtime-stage.ts';
import { Troubles } from '../troubles.ts';
import { isAlive } from './process-identity.ts';

const listening = `import { createServer } from 'node:http';
import { closeSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
const dir = dirname(process.env.PORT);
const fill = (path, mebibytes) => {
  const fd = openSync(path, 'w');
  for (let n = 0; n < mebibytes; n++) writeSync(fd, Buffer.alloc(1 << 20, 'x'));
  return fd;
};
createServer((request, response) => response.end()).listen(process.env.PORT);`;

let stage: RuntimeStage;
const told: string[] = [];
const onTrouble = (message: string) => told.push(message);
beforeEach(() => {
  stage = new RuntimeStage();
  told.length = 0;
});
afterEach(() => stage.close());

describe('a service that fills its directory', () => {
  it.each([
    ['with a file', `setTimeout(() => closeSync(fill(dir + '/big', 20)), 300);`],
    [
      'with a removed file',
      `setTimeout(() => { globalThis.kept = fill(dir + '/big', 20); unlinkSync(dir + '/big'); }, 300);`,
    ],
    [
      'with directories too deep to name',
      `setTimeout(() => { process.chdir(dir); for (let n = 0; n < 60; n++) { mkdirSync('d'.repeat(100)); process.chdir('d'.repeat(100)); } }, 300);`,
    ],
  ])('is ended with a word, and its room is freed (%s)', async (_, code) => {
    const supervisor = await stage.supervisor({ onTrouble });
    const [instance] = await supervisor.start(
      stage.spec(),
      await stage.release('full', `${listening}${code}`),
    );
    if (instance === undefined) throw new Error('it was to run');
    await eventually(() => !isAlive(processOf(instance)), 'it was ended');
    await eventually(() => told.length > 0 && !existsSync(dirname(instance.socket)), 'its room is free');
    expect(told[0]).toMatch(/^shop [0-9a-f]{12} was ended: it kept more than 16 MiB beside its socket$/);
    const log = join(stage.options.stateDir, 'logs', `shop-${instance.digest.slice(7, 19)}-0.log`);
    expect(readFileSync(log, 'utf8')).toContain(`autoland: ${told[0]}\n`);
    await supervisor.close('end');
    expect(existsSync(join(dirname(instance.socket), '..'))).toBe(false);
  });

  it('leaves alone one that keeps little there', async () => {
    const supervisor = await stage.supervisor({ onTrouble });
    const modest = await stage.release('modest', `${listening}closeSync(fill(dir + '/cache', 10));`);
    const [instance] = await supervisor.start(stage.spec(), modest);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await supervisor.running()).toEqual([instance]);
    expect(told).toEqual([]);
  });
});

describe('a supervisor that cannot write', () => {
  /** A directory in the place of the file: what a full disk does to a rename, root or not. */
  const block = () => {
    const path = join(stage.options.stateDir, 'instances.json');
    rmSync(path);
    mkdirSync(join(path, 'x'), { recursive: true });
    return () => rmSync(path, { recursive: true });
  };

  it('keeps services running, says so once, refuses what it could not keep, and recovers by itself', async () => {
    const supervisor = await stage.supervisor({ onTrouble });
    const [one, two] = [await stage.release('one'), await stage.release('two')];
    const [before] = await supervisor.start(stage.spec(), one);
    if (before === undefined) throw new Error('it was to run');
    const unblock = block();
    process.kill(processOf(before).pid, 'SIGKILL');
    await eventually(
      async () => (await supervisor.running()).some(({ pid }) => pid !== before.pid),
      'started again',
    );
    await expect(supervisor.start(stage.spec(), two)).rejects.toMatchObject({ code: 'state.unusable' });
    await expect(supervisor.stop('shop', two)).rejects.toMatchObject({ code: 'state.unusable' });
    expect(told).toEqual([expect.stringMatching(/^writing .*instances\.json failed and is tried again: /)]);
    unblock();
    const saved = () => existsSync(join(stage.options.stateDir, 'instances.json'));
    await eventually(saved, 'written in the end');
    await supervisor.stop('shop', two);
    expect((await supervisor.start(stage.spec(), two)).length).toBe(1);
  });

  it('survives a log that cannot be cut', async () => {
    const supervisor = await stage.supervisor({ onTrouble });
    const [instance] = await supervisor.start(stage.spec(), await stage.release('one'));
    const log = join(stage.options.stateDir, 'logs', `shop-${instance?.digest.slice(7, 19)}-0.log`);
    mkdirSync(`${log}.1`);
    appendFileSync(log, Buffer.alloc(2 << 20));
    await eventually(() => told.length > 0, 'it was told');
    expect(told).toEqual([expect.stringContaining(`cutting ${log} failed`)]);
    expect(statSync(log).size).toBe(0);
    expect(await supervisor.running()).toEqual([instance]);
  });
});

describe('Troubles', () => {
  it('tells of each trouble once while it lasts, and again when it is back', async () => {
    const troubles = new Troubles(onTrouble);
    const fail = () => {
      throw new Error('no room');
    };
    for (let n = 0; n < 3; n++) await troubles.contain('a', fail);
    expect(troubles.attempt('b', fail)).toBe(false);
    expect(troubles.attempt('a', () => {})).toBe(true);
    await troubles.contain('a', () => Promise.reject(new Error('again')));
    expect(told.map((one) => one[0])).toEqual(['a', 'b', 'a']);
  });
});
