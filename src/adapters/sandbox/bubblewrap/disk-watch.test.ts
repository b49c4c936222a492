import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DiskWatch } from './disk-watch.ts';

const MiB = 1024 * 1024;
const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

function directoryIn(parent: string): string {
  const directory = mkdtempSync(join(parent, 'autoland-watched-'));
  made.push(directory);
  return directory;
}

const nobody = () => Promise.resolve([]);

describe('DiskWatch', () => {
  it('looks when much room was lost, and again at once while the directory itself takes it', async () => {
    // Where few others make room meanwhile.
    const directory = directoryIn(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
    const write = (name: string, mebibytes: number) =>
      writeFileSync(join(directory, name), Buffer.alloc(mebibytes * MiB, 1), { flush: true });
    const watch = new DiskWatch([directory], { held: 0, more: 40 * MiB });
    expect(await watch.exceeded(nobody)).toBe(false);
    write('a', 20);
    expect(await watch.exceeded(nobody)).toBe(false);
    write('b', 24);
    expect(await watch.exceeded(nobody)).toBe(true);
  });

  it('looks at last only where the file system has lost room, if much may be written', async () => {
    const directory = directoryIn(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
    writeFileSync(join(directory, 'a'), Buffer.alloc(2 * MiB, 1), { flush: true });
    // As if it had been emptied meanwhile: a look finds more than is allowed.
    const watch = new DiskWatch([directory], { held: -2047 * MiB, more: 2048 * MiB });
    expect(await watch.exceeded(nobody)).toBe(false);
    expect(await watch.exceededAtLast()).toBe(false);
    writeFileSync(join(directory, 'b'), Buffer.alloc(72 * MiB, 1), { flush: true });
    expect(await watch.exceededAtLast()).toBe(true);
  });

  it('always looks at last where little may be written', async () => {
    const directory = directoryIn(tmpdir());
    const watch = new DiskWatch([directory], { held: 0, more: 64 * MiB });
    expect(await watch.exceeded(nobody)).toBe(false);
    expect(await watch.exceededAtLast()).toBe(false);
    const full = new DiskWatch([directory], { held: -64 * MiB, more: 64 * MiB });
    writeFileSync(join(directory, 'a'), 'a');
    expect(await full.exceeded(nobody)).toBe(false);
    expect(await full.exceededAtLast()).toBe(true);
  });

  it('counts what a directory holds that is too large to be read at once', async () => {
    const directory = directoryIn(tmpdir());
    for (let i = 0; i < 2500; i += 1) writeFileSync(join(directory, `${'n'.repeat(60)}${i}`), '');
    const watch = new DiskWatch([directory], { held: 0, more: MiB });
    expect(await watch.look([])).toBe(true);
  });
});
