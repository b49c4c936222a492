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

  it('counts what a directory holds that is too large to be read at once', async () => {
    const directory = directoryIn(tmpdir());
    for (let i = 0; i < 2500; i += 1) writeFileSync(join(directory, `${'n'.repeat(60)}${i}`), '');
    const watch = new DiskWatch([directory], { held: 0, more: MiB });
    expect(await watch.look([])).toBe(true);
  });
});
