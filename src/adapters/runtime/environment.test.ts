import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSecrets } from './environment.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-environment-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('reads secrets through links, as orchestrators mount them, without the end of the last line', () => {
  writeFileSync(join(dir, 'key'), 'one\ntwo\r\n');
  symlinkSync(join(dir, 'key'), join(dir, 'link'));
  expect(readSecrets({ KEY: join(dir, 'link') })).toEqual({ KEY: 'one\ntwo' });
});

it('waits for nobody: a pipe, a device, a directory and what is not there are refused at once', () => {
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  for (const [path, told] of [
    [join(dir, 'pipe'), /no file, but a pipe or a device/],
    ['/dev/zero', /no file, but a pipe or a device/],
    [dir, /a directory/],
    [join(dir, 'none'), /ENOENT/],
  ] as const)
    expect(() => readSecrets({ KEY: path })).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: expect.stringMatching(told) as string,
        mend: expect.any(String) as string,
      }),
    );
});

it('reads no secret without an end', () => {
  writeFileSync(join(dir, 'log'), 'x'.repeat(100_000));
  expect(() => readSecrets({ KEY: join(dir, 'log') })).toThrow(/larger than/);
});
