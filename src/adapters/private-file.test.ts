import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdFileLock, withFileLock } from './runtime/file-lock.ts';
import { ControlLock } from './store/control-lock.ts';
import { KernelLock } from './store/kernel-lock.ts';

const ways: readonly (readonly [string, (path: string) => void])[] = [
  ['holdFileLock', (path) => holdFileLock(path).release()],
  ['withFileLock', (path) => withFileLock(path, () => {})],
  ['ControlLock', (path) => ControlLock.take(path).free()],
  ['KernelLock', (path) => KernelLock.tryTake(path)?.free()],
];

describe('files that locks are taken on', () => {
  let path: string;
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), 'autoland-lock-')), 'a.lock');
  });
  afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }));
  const mode = () => statSync(path).mode & 0o777;

  it.each(ways)('are closed to others, so that nobody else can lock them (%s)', (_, lock) => {
    lock(path);
    expect(mode()).toBe(0o600);
  });

  it.each(ways)('are closed to others where an older version left them open (%s)', (_, lock) => {
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    lock(path);
    expect(mode()).toBe(0o600);
  });

  it('stay locked when somebody of the same process tries again', () => {
    const held = KernelLock.tryTake(path);
    expect(KernelLock.tryTake(path)).toBeUndefined();
    expect(() => holdFileLock(path)).toThrow(expect.objectContaining({ code: 'state.locked' }));
    held?.free();
    expect(KernelLock.tryTake(path)?.free()).toBeUndefined();
  });
});
