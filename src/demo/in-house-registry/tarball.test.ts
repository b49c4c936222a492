import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { integrityOf, packageTarball } from './tarball.ts';

describe('packageTarball', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tarball-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is unpacked by tar to the same bytes, also beyond one stored block', () => {
    const big = Buffer.alloc(200_000, 'weather');
    const files = [
      { path: 'package.json', content: Buffer.from('{}') },
      { path: 'lib/deep/index.js', content: big },
      { path: 'empty', content: Buffer.alloc(0) },
    ];
    writeFileSync(join(directory, 'a.tgz'), packageTarball(files));
    execFileSync('tar', ['xzf', 'a.tgz'], { cwd: directory });
    for (const file of files) {
      expect(readFileSync(join(directory, 'package', file.path)).equals(file.content)).toBe(true);
    }
  });

  it('does not depend on the order of the files, and its gzip stream is whole', () => {
    const file = fc.record({
      path: fc.stringMatching(/^[a-z]{1,20}\.js$/),
      content: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: (entry) => entry.path, maxLength: 6 }), (files) => {
        const tarball = packageTarball(files);
        expect(packageTarball(files.toReversed()).equals(tarball)).toBe(true);
        expect(gunzipSync(tarball).length % 512).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('has bytes that no zlib version can change', () => {
    const tarball = packageTarball([{ path: 'package.json', content: Buffer.from('{"name":"a"}') }]);
    expect(integrityOf(tarball)).toBe(
      'sha512-JpAWWVJRhfhWIAZJjcqekbbSCmZvGqO4/IrlScyNK2gAUogoY6Ca1uYVGNJXoX7/kvEdQFh5G6zrPAvDL+7/Gg==',
    );
  });

  it('refuses a path that the header would cut', () => {
    expect(() => packageTarball([{ path: 'x'.repeat(100), content: Buffer.alloc(0) }])).toThrow(RangeError);
  });
});
