import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Header } from 'tar';
import { describe, expect, it } from 'vitest';
import { packPackage, packTarball } from '../../testing/tarball.ts';
import { readTarball } from './tarball.ts';
import { rootFiles, unpackedChunks } from './unpack.ts';

const MiB = 1024 * 1024;

/** Some KiB that unpack to as many MiB: gzip members in a row are one archive. */
function bomb(mebibytes: number): Buffer {
  const head = Buffer.alloc(512);
  const size = mebibytes * MiB;
  new Header({ path: 'package/big', type: 'File', size, mode: 0o644, mtime: new Date(0) }).encode(head, 0);
  const zeros = gzipSync(Buffer.alloc(MiB), { level: 9 });
  return Buffer.concat([gzipSync(head), ...Array.from({ length: mebibytes }, () => zeros)]);
}

describe('a tarball that unpacks to very much', () => {
  it('is read no further than its limit, one piece at a time', async () => {
    const packed = bomb(300);
    expect(packed.length).toBeLessThan(MiB);
    let read = 0;
    let largest = 0;
    const all = async () => {
      for await (const chunk of unpackedChunks('a', packed, 10 * MiB)) {
        read += chunk.length;
        largest = Math.max(largest, chunk.length);
      }
    };
    await expect(all()).rejects.toMatchObject({ code: 'registry.invalid' });
    expect(read).toBeLessThanOrEqual(10 * MiB);
    expect(largest).toBeLessThanOrEqual(64 * 1024);
  });

  it('is refused, and what is below the limit is not', async () => {
    await expect(readTarball('a', '1.0.0', bomb(257))).rejects.toMatchObject({
      code: 'registry.invalid',
      message: expect.stringContaining(`unpacks to more than ${256 * MiB} bytes`),
    });
    expect(await rootFiles('a', bomb(8), ['package.json'], { bytes: 9 * MiB })).toEqual(new Map());
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('is refused when it is packed a second time, with %s', async (_what, pack) => {
    const twice = gzipSync(pack(Buffer.alloc(8 * MiB)));
    await expect(rootFiles('a', twice, ['package.json'], { bytes: MiB })).rejects.toMatchObject({
      code: 'registry.invalid',
    });
  });
});

describe('rootFiles', () => {
  it('reads an archive to its end, and not what hundreds of megabytes of nothing follow it', async () => {
    const end = gzipSync(Buffer.alloc(250 * MiB));
    const padded = Buffer.concat([packPackage({ name: 'a' }), end]);
    expect([...(await rootFiles('a', padded, ['package.json'])).keys()]).toEqual(['package.json']);
    await expect(rootFiles('a', end, [])).rejects.toThrow('not a tar archive');
  });

  it('refuses more blocks that begin no file than an archive has', async () => {
    const some = gunzipSync(packPackage({ name: 'a' })).subarray(0, 1024);
    const garbage = Buffer.alloc(25_001 * 512, 'x');
    await expect(rootFiles('a', gzipSync(Buffer.concat([some, garbage])), [])).rejects.toThrow(
      'more than 25000 blocks that begin no file',
    );
  });

  it('refuses more files than the limit', async () => {
    const files = Array.from({ length: 20 }, (_, at) => ({ path: `package/${at}`, text: '' }));
    const packed = packTarball(files);
    expect(await rootFiles('a', packed, [], { entries: 20 })).toEqual(new Map());
    await expect(rootFiles('a', packed, [], { entries: 19 })).rejects.toMatchObject({
      code: 'registry.invalid',
      message: expect.stringContaining('more than 19 files'),
    });
  });

  it('takes a wanted file that is too large for none, even after a good one', async () => {
    const packed = packTarball([
      { path: 'package/package.json', text: '{}' },
      { path: 'package/package.json', text: `{"x":"${'x'.repeat(100)}"}` },
    ]);
    expect(await rootFiles('a', packed, ['package.json'], { fileBytes: 50 })).toEqual(new Map());
  });

  it.each<[string, Buffer]>([
    ['no gzip', Buffer.from('hello')],
    ['gzip that is cut', packPackage({ name: 'a' }).subarray(0, 60)],
    ['no tar', gzipSync(Buffer.alloc(2000, 'x'))],
    ['nothing', gzipSync(Buffer.alloc(0))],
  ])('refuses %s', async (_what, packed) => {
    await expect(rootFiles('a', packed, ['package.json'])).rejects.toMatchObject({
      code: 'registry.invalid',
    });
  });
});

it('reads what a package needs as npm does', async () => {
  const packed = packPackage({
    name: 'a',
    version: '1.0.0',
    dependencies: { x: '1', y: '2', z: 3 },
    optionalDependencies: { y: '2' },
    devDependencies: { d: '1' },
    peerDependencies: { p: '*', q: '>=1' },
    peerDependenciesMeta: { q: { optional: true }, none: { optional: true } },
  });
  expect(await readTarball('a', '1.0.0', packed)).toMatchObject({
    dependencies: { x: '1' },
    optionalDependencies: { y: '2' },
    peerDependencies: { p: '*', q: '>=1' },
    optionalPeers: ['q'],
  });
});
