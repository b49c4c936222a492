import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlagdCore } from '@openfeature/flagd-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flagStoreContract } from '../../testing/contracts/flags.ts';
import { FileFlagStore } from './file-flag-store.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-flags-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('FileFlagStore', () => {
  flagStoreContract(() => new FileFlagStore(dir));

  it('makes nothing to read, and says that a flag may not be closed where no file can be made', async () => {
    const store = new FileFlagStore(dir);
    expect(await store.all()).toEqual([]);
    expect(readdirSync(dir)).toEqual([]);
    writeFileSync(join(dir, 'kills'), '');
    await expect(store.kill('shop.n', 'person:alice')).rejects.toMatchObject({
      code: 'state.unusable',
      message: expect.stringContaining('it may NOT be closed') as string,
    });
    expect(await store.read('shop.n')).toMatchObject({ killed: true });
  });

  it('writes what flagd evaluates: nested shares of users', async () => {
    const store = new FileFlagStore(dir);
    await store.write('shop.n', 0.01, 0);
    const few = exposedUsers('shop.n');
    await store.write('shop.n', 0.1, 1);
    const many = exposedUsers('shop.n');
    expect(few.every((user) => many.includes(user))).toBe(true);
    expect(few.length).toBeGreaterThan(50);
    expect(few.length).toBeLessThan(160);
    expect(many.length).toBeGreaterThan(850);
    expect(many.length).toBeLessThan(1150);
    await store.write('shop.n', 0, 2);
    expect(exposedUsers('shop.n')).toEqual([]);
  });

  it.each(['', '{', '[]', '{"flags":{"shop.n":{"state":"ENABLED"}}}', '{"flags":[]}'])(
    'reads a corrupt file (%j) as every flag off, and refuses to write over it',
    async (content) => {
      const store = new FileFlagStore(dir);
      await store.write('shop.n', 0.5, 0);
      writeFileSync(join(dir, 'flags.json'), content);
      expect(await store.read('shop.n')).toBeUndefined();
      expect(await store.all()).toEqual([]);
      await expect(store.write('shop.n', 0.5, 1)).rejects.toMatchObject({ code: 'state.corrupt' });
      await store.kill('shop.n', 'alice');
      expect(readFileSync(join(dir, 'flags.json'), 'utf8')).toBe(content);
    },
  );

  it('refuses a flag that somebody widened by hand', async () => {
    const store = new FileFlagStore(dir);
    await store.write('shop.n', 0.01, 0);
    const path = join(dir, 'flags.json');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('"defaultVariant": "off"', '"defaultVariant": "on"'),
    );
    expect(await store.read('shop.n')).toBeUndefined();
  });

  it('property: no interleaving of writes, retirement and a kill leaves the flag open', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), parts: fc.nat(10_000), version: fc.nat(3) }),
      fc.constant({ kind: 'retire' as const }),
    );
    const plan = fc.record({
      before: fc.array(step, { maxLength: 4 }),
      after: fc.array(step, { maxLength: 5 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(plan, fc.scheduler(), async ({ before, after }, scheduler) => {
        const store = new FileFlagStore(dir);
        const key = `shop.r${run++}`;
        const act = async (one: (typeof before)[number]) => {
          if (one.kind === 'retire') await store.retire(key);
          else await store.write(key, one.parts / 10_000, one.version);
        };
        const racing = [
          ...before.map((one) => scheduler.schedule(Promise.resolve()).then(() => act(one))),
          scheduler.schedule(Promise.resolve()).then(() => store.kill(key, 'alice')),
        ];
        await scheduler.waitAll();
        await Promise.allSettled(racing);
        for (const one of after) await act(one).catch(() => {});
        expect(await store.read(key)).toMatchObject({ weight: 0, killed: true });
        expect((await store.all()).filter((flag) => flag.key === key && flag.weight > 0)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('loses no write among processes, and is free again after kill -9 of one that holds the lock', async () => {
    const writers = ['a', 'b', 'c'].map((name) => fork(writerScript(name), { stdio: 'inherit' }));
    const codes = await Promise.all(writers.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0]);
    const store = new FileFlagStore(dir);
    expect(await store.read('shop.n')).toMatchObject({ version: 30 });

    const holder = fork(holderScript(), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(holder, 'message');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await store.write('shop.n', 0.5, 30)).toMatchObject({ version: 31 });
  });

  function exposedUsers(key: string): string[] {
    const core = new FlagdCore();
    core.setConfigurations(readFileSync(join(dir, 'flags.json'), 'utf8'));
    return Array.from({ length: 10_000 }, (_, n) => `user-${n}`).filter(
      (targetingKey) => core.resolveBooleanEvaluation(key, false, { targetingKey }).value,
    );
  }

  /** A process that raises the flag ten times, trying again whenever another was first. */
  function writerScript(name: string): string {
    return script(
      `writer-${name}`,
      `const { FileFlagStore } = await import(${module('./file-flag-store.ts')});
       const store = new FileFlagStore(${JSON.stringify(dir)});
       for (let done = 0; done < 10; ) {
         const found = await store.read('shop.n');
         // A weight of its own, so that an equal write by another process is not taken for this one.
         const weight = (${name.charCodeAt(0)} * 10 + done) / 10000;
         await store.write('shop.n', weight, found?.version ?? 0).then(() => done++, (thrown) => {
           if (thrown.code !== 'flag.stale-version') throw thrown;
         });
       }`,
    );
  }

  function holderScript(): string {
    return script(
      'holder',
      `const { holdFileLock } = await import(${module('../runtime/file-lock.ts')});
       globalThis.held = holdFileLock(${JSON.stringify(join(dir, 'run', 'flags.lock'))});
       process.send('held');
       setInterval(() => {}, 1000);`,
    );
  }

  function script(name: string, body: string): string {
    const path = join(dir, `${name}.mjs`);
    writeFileSync(path, body);
    return path;
  }
});

function module(path: string): string {
  return JSON.stringify(new URL(path, import.meta.url).href);
}
