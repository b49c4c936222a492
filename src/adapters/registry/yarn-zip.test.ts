import { describe, expect, it } from 'vitest';
import { packTarball, type TarFile } from '../../testing/tarball.ts';
import { readTarball } from './tarball.ts';

const manifest = { path: 'package/package.json', text: '{"name":"@s/x","version":"1.0.0"}' };
const files: readonly TarFile[] = [
  manifest,
  { path: 'package/bin/cli.js', text: '#!/usr/bin/env node\n', mode: 0o755 },
  { path: 'package/empty', text: '' },
  { path: 'package/lib/', text: '', type: 'Directory', mode: 0o755 },
  { path: 'package/lib/a/b.js', text: 'module.exports = "ä";\n', mode: 0o600 },
  { path: 'package/half', text: 'x', mode: 0o645 },
];

const checksumOf = async (entries: readonly TarFile[]) =>
  (await readTarball('@s/x', '1.0.0', packTarball(entries))).yarnChecksum;

describe('the checksum that Yarn would write', () => {
  it('is that of Yarn 4.18.1 for this very tarball, as it stood in its lockfile', async () => {
    expect(await checksumOf(files)).toBe(
      '10c0/f07daf87a2477fd549292c2fd2b7fb673b17a167d25a963fac88b3ead16d034fb0163fde98136233c38f2ccf9947664875351506e6c007429d1731185927b5c4',
    );
  });

  it('differs by content, mode, name and order', async () => {
    const variants = [
      files,
      files.with(1, { path: 'package/bin/cli.js', text: '#!/usr/bin/env nodf\n', mode: 0o755 }),
      files.with(1, { path: 'package/bin/cli.js', text: '#!/usr/bin/env node\n' }),
      files.with(2, { path: 'package/Empty', text: '' }),
      files.toReversed(),
    ];
    const sums = await Promise.all(variants.map(checksumOf));
    expect(new Set(sums).size).toBe(variants.length);
  });

  it.each<[string, readonly TarFile[]]>([
    ['a symbolic link', [manifest, { path: 'package/x', text: '/etc/passwd', type: 'SymbolicLink' }]],
    [
      'a name that stands twice',
      [manifest, { path: 'package/x', text: '1' }, { path: 'package/x', text: '2' }],
    ],
    ['a name with a backslash', [manifest, { path: 'package/a\\b', text: '1' }]],
  ])('is not known with %s', async (_what, entries) => {
    expect(await checksumOf(entries)).toBeUndefined();
  });
});
