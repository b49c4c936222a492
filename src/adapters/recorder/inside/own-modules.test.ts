import { describe, expect, it } from 'vitest';
import { OwnModules } from './own-modules.ts';

const own = new OwnModules({ root: '/work', paths: ['src/price.js', 'src/a b.ts'] }, '/records');
const ask = (asker: string | undefined, found: string | undefined, specifier: unknown = './x') =>
  own.asked({ specifier, asker }, () => found);

describe('OwnModules', () => {
  it.each([
    ['a path', '/work/test/a.js', '/work/src/price.js', 'src/price.js'],
    ['a URL with a query', 'file:///work/test/a.js', 'file:///work/src/a%20b.ts?x=1', 'src/a b.ts'],
    ['an address of a runner', '/@fs//work/test/a.js?v=1', '/work/src/price.js?v=2', 'src/price.js'],
  ])('knows a watched file by %s', (_name, asker, found, path) => {
    expect(ask(asker, found)).toBe(path);
  });

  it.each([
    ['another file', '/work/test/a.js', '/work/src/other.js'],
    ['a file elsewhere', '/work/test/a.js', '/other/src/price.js'],
    ['nothing', '/work/test/a.js', undefined],
    ['one that a watched file asks for', 'file:///work/src/a%20b.ts', '/work/src/price.js'],
    ['what a process is started with', undefined, '/work/src/price.js'],
    ['what stands in the way itself', '/records/doors/1.cjs', '/work/src/price.js'],
  ])('does not take %s for one', (_name, asker, found) => {
    expect(ask(asker, found)).toBeUndefined();
  });

  it('looks for nothing that a package asks for by name', () => {
    const runner = '/work/node_modules/runner/index.js';
    const found = () => {
      throw new Error('looked');
    };
    expect(own.asked({ specifier: './x', asker: runner }, found)).toBeUndefined();
    expect(ask(runner, '/work/src/price.js', '/work/src/price.js')).toBe('src/price.js');
    expect(new OwnModules(undefined, '').asked({ specifier: './x', asker: '/a' }, found)).toBeUndefined();
  });
});
