import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grantOf } from './grant.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-grant-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const place = { repo: '/srv/shop.git', state: '/var/lib/autoland/shop' };

describe('grantOf', () => {
  it('allows what is named, and never what is ours', () => {
    expect(grantOf([`${dir}/`, process.execPath], place)).toEqual({
      allowed: [dir, process.execPath],
      never: ['/srv/shop.git', '/var/lib/autoland/shop'],
    });
    expect(grantOf([], place).allowed).toEqual([]);
  });

  it.each([
    'commands',
    './commands',
    '/does/not/exist',
    '/',
    '/bin',
    '/usr/bin',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr',
  ])('does not take %s', (path) =>
    expect(() => grantOf([path], place)).toThrow(expect.objectContaining({ code: 'usage' })),
  );

  it("does not take a link to the system's programs", () => {
    const link = join(dir, 'mine');
    symlinkSync('/usr/bin', link);
    expect(() => grantOf([link], place)).toThrow(/shells and all/);
  });
});
