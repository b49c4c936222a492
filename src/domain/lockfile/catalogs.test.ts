import { describe, expect, it } from 'vitest';
import { inCatalogs, readCatalogs } from './catalogs.ts';

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
    'catalog: &a {x: "1"}\ncatalogs: {b: *a}',
    'catalog: {a: "1"}\ncatalog: {}',
  ])('of %j name nothing', (odd) => {
    expect(readCatalogs('yarn-berry', odd)).toEqual({ file: '.yarnrc.yml', ranges: new Map() });
  });

  it('are none of npm and Yarn 1', () => {
    expect(readCatalogs('npm', text).ranges.size).toBe(0);
    expect(readCatalogs('yarn-classic', text)).toEqual({ file: undefined, ranges: new Map() });
  });
});
