import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packTarball, type TarFile } from '../../testing/tarball.ts';
import { unpackPackage } from './unpack-package.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-unpack-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (path: string, type?: TarFile['type']): TarFile => ({ path, text: 'x', ...(type && { type }) });
const unpack = (bytes: Buffer) => unpackPackage('a', bytes, join(root, 'a'));
const unpacked = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();

// What npm writes of an ordinary and of an odd archive is compared in swap-packages.test.ts.
describe('unpackPackage', () => {
  it('writes files, without the folder around them', async () => {
    await unpack(
      packTarball([file('package/index.js'), file('package/lib/a.js'), file('package/to', 'SymbolicLink')]),
    );
    expect(unpacked()).toEqual(['a', 'a/index.js', 'a/lib', 'a/lib/a.js']);
  });

  it.each(['package/../../out.js', 'package/lib/../../../out.js', 'package/..\\out.js'])(
    'writes nothing beside it: %s',
    async (path) => {
      await expect(unpack(packTarball([file(path)]))).rejects.toThrow(
        'cannot be unpacked: a path that leads out',
      );
      expect(unpacked().filter((name) => name.includes('out'))).toEqual([]);
    },
  );

  it('keeps what has an absolute path below it', async () => {
    await unpack(packTarball([file('/etc/passwd.js')]));
    expect(unpacked()).toEqual(['a', 'a/etc', 'a/etc/passwd.js']);
  });

  it.each<[string, Buffer, string]>([
    ['no archive', Buffer.from('none'), 'is not gzip'],
    ['half an archive', packTarball([file('package/a.js')]).subarray(0, 60), 'is not gzip'],
    ['another thing than an archive', gzipSync(Buffer.alloc(5000, 'x')), 'not a tar archive'],
    ['what is packed twice', gzipSync(packTarball([file('package/a.js')])), 'packed twice'],
    ['more than a disk should hold', gzipSync(Buffer.alloc(300 * 1024 * 1024)), 'unpacks to more than'],
  ])('refuses %s', async (_case, bytes, reason) => {
    await expect(unpack(bytes)).rejects.toThrow(reason);
  });

  it.each([0o4755, 0o2755, 0o1644])('refuses a file of the mode %o', async (mode) => {
    const packed = packTarball([{ path: 'package/run', text: 'x', mode }]);
    await expect(unpack(packed)).rejects.toThrow('would run as its owner');
  });

  it('refuses more files than a package has', async () => {
    const many = Array.from({ length: 20_001 }, (_, n) => file(`package/${n}`, 'SymbolicLink'));
    await expect(unpack(packTarball(many))).rejects.toThrow('more than 20000 files');
  });
});
