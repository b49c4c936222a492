import { describe, expect, it } from 'vitest';
import { findInstalled, parseLockfileOf } from '../lockfile.ts';
import { inCatalogs, noCatalogs, readCatalogs } from './catalogs.ts';

describe('catalogs', () => {
  const text = 'catalog: {a: ^1.0.0, n: 1}\ncatalogs:\n  old: {a: "~0.9.0"}\n  odd: 3\n';

  it('say what a manifest asks for, and where it stands', () => {
    const catalogs = readCatalogs('pnpm', text);
    expect(catalogs.file).toBe('pnpm-workspace.yaml');
    const found = (spec: string, name = 'a') => inCatalogs(catalogs, name, spec);
    expect(found('catalog:')).toEqual({ range: '^1.0.0', keys: ['catalog', 'a'] });
    expect(found(' catalog:default ')).toEqual(found('catalog:'));
    expect(found('catalog:old')).toEqual({ range: '~0.9.0', keys: ['catalogs', 'old', 'a'] });
    for (const spec of ['catalog:odd', 'catalog:gone', '^1.0.0', '__proto__'])
      expect(found(spec)).toBe(undefined);
    for (const name of ['n', 'b', '__proto__']) expect(found('catalog:', name)).toBe(undefined);
  });

  it.each([
    undefined,
    '',
    '[',
    '- a',
    `a: &a [1]\nb: &b [${'*a, '.repeat(99)}]\ncatalog: {x: "1", y: [${'*b, '.repeat(99)}]}`,
    'catalog: {a: "1"}\ncatalog: {}',
  ])('of %j name nothing', (odd) => {
    expect(readCatalogs('yarn-berry', odd)).toEqual({ file: '.yarnrc.yml', ranges: new Map() });
  });

  it('may say the same by an alias', () => {
    const catalogs = readCatalogs('pnpm', 'x: &x ^1.0.0\ncatalog: &a {a: *x}\ncatalogs: {b: *a}');
    expect(inCatalogs(catalogs, 'a', 'catalog:')?.range).toBe('^1.0.0');
    expect(inCatalogs(catalogs, 'a', 'catalog:b')?.range).toBe('^1.0.0');
  });

  it('say what a lockfile of Yarn holds for them, where it is what they admit', () => {
    const lock = (version: string) =>
      [
        '__metadata:',
        '  version: 10',
        '',
        '"a@npm:^1.0.0":',
        `  version: ${version}`,
        `  resolution: "a@npm:${version}"`,
        '',
        '"root@workspace:.":',
        '  version: 0.0.0-use.local',
        '  resolution: "root@workspace:."',
        '  dependencies:',
        '    a: "catalog:"',
        '',
      ].join('\n');
    const catalogs = readCatalogs('yarn-berry', text);
    const got = (version: string, given = catalogs) =>
      findInstalled(parseLockfileOf('yarn-berry', lock(version), new Map(), given), '', 'a')?.version;
    expect(got('1.4.0')).toBe('1.4.0');
    expect(got('2.0.0')).toBe(undefined);
    expect(got('1.4.0', noCatalogs)).toBe(undefined);
  });

  it('are none of npm and Yarn 1', () => {
    expect(readCatalogs('npm', text).ranges.size).toBe(0);
    expect(readCatalogs('yarn-classic', text)).toEqual({ file: undefined, ranges: new Map() });
  });
});
