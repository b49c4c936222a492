import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import { chooseManager } from './choose.ts';
import { pins } from './pins.ts';

const root = (packageManager?: unknown) => parseManifest(JSON.stringify({ packageManager }), 'package.json');
const pnpm = { dialect: 'pnpm', version: 9 } as const;
const classic = { dialect: 'yarn-classic', version: 1 } as const;
const berry = { dialect: 'yarn-berry', version: 8 } as const;
const hex = 'ab'.repeat(64);

describe('chooseManager', () => {
  it('takes the pinned version of the lockfile’s own format where the project names none', () => {
    expect(chooseManager(pnpm, root(), undefined)).toMatchObject({
      title: 'pnpm 10.34.9',
      name: 'pnpm',
      integrity: pins.pnpm.get(9)?.integrity,
    });
    expect(chooseManager({ ...pnpm, version: 6 }, root(), undefined)).toMatchObject({ version: '8.15.9' });
    expect(chooseManager(classic, root(), undefined)).toMatchObject({ name: 'yarn', version: '1.22.22' });
    expect(chooseManager(berry, undefined, undefined)).toMatchObject({
      name: '@yarnpkg/cli-dist',
      version: '4.9.4',
    });
  });

  it('takes what packageManager names, whose digest is of the tarball, or of the program of Yarn', () => {
    expect(chooseManager(pnpm, root(`pnpm@9.1.0+sha512.${hex}`), undefined)).toMatchObject({
      version: '9.1.0',
      integrity: undefined,
      stated: { of: 'tarball', digest: { algorithm: 'sha512', hex } },
    });
    expect(chooseManager(berry, root(`yarn@4.1.0+sha224.${hex}`), '4.0.0')).toMatchObject({
      version: '4.1.0',
      stated: { of: 'program', digest: { algorithm: 'sha224' } },
    });
    expect(chooseManager(berry, root(), '3.6.1')).toMatchObject({ version: '3.6.1', stated: undefined });
  });

  it.each([
    [pnpm, 'yarn@4.1.0'],
    [pnpm, 'pnpm@7.33.0'],
    [pnpm, 'pnpm@12.0.0'],
    [pnpm, 'pnpm@latest'],
    [pnpm, 'pnpm@^9.0.0'],
    [pnpm, 'pnpm@9.1.0+md5.abcd'],
    [pnpm, 'pnpm@9.1.0; touch x'],
    [pnpm, '../pnpm@9.1.0'],
    [pnpm, { name: 'pnpm' }],
    [classic, 'yarn@4.1.0'],
    [berry, 'yarn@1.22.22'],
    [berry, 'yarn@2.4.3'],
  ])('declines for %j what is named as %j', (locked, named) => {
    expect(chooseManager(locked, root(named), undefined)).toMatchObject({ code: 'dependency.manager' });
  });

  it('declines a format for which none is pinned', () => {
    expect(chooseManager({ ...berry, version: 7 }, root(), undefined)).toMatchObject({
      code: 'dependency.manager',
      reason: expect.stringContaining('packageManager'),
    });
  });

  it('pins nothing but whole digests', () => {
    for (const each of Object.values(pins).flatMap((map) => [...map.values()]))
      expect(Buffer.from(each.integrity.replace('sha512-', ''), 'base64')).toHaveLength(64);
  });
});
