import { describe, expect, it } from 'vitest';
import { formatOf, resolveEntry, subpathsOf } from './resolve.ts';
import { type PackageShape, shapeOf } from './shape.ts';

/** A package of empty files and this manifest. */
function shape(
  manifest: object | string,
  paths: readonly string[] = [],
  nested: Record<string, object> = {},
) {
  const texts = { 'package.json': manifest, ...nested };
  const files = [...paths, ...Object.keys(texts)].map((path) => ({
    path,
    mode: 0o644,
    size: 0,
    digest: path,
    kind: 'text' as const,
    magic: '',
    text: Object.hasOwn(texts, path) ? text(texts[path as keyof typeof texts]) : '',
  }));
  const made = shapeOf({ files });
  if (made === undefined) throw new Error('no manifest');
  return made;
}
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const both = (of: PackageShape, subpath: string) => [
  resolveEntry(of, subpath, 'import'),
  resolveEntry(of, subpath, 'require'),
];

describe('resolveEntry', () => {
  it('takes the first condition that fits, in the order of the package', () => {
    const exports = { '.': { import: './a.mjs', require: './a.cjs', default: './b.js' } };
    expect(both(shape({ exports }, ['a.mjs', 'a.cjs', 'b.js']), '.')).toEqual(['a.mjs', 'a.cjs']);
    const first = { '.': { default: './b.js', import: './a.mjs' } };
    expect(both(shape({ exports: first }, ['a.mjs', 'b.js']), '.')).toEqual(['b.js', 'b.js']);
  });

  it('closes what null closes, and takes the longest pattern', () => {
    const exports = { './*': './lib/*.js', './in/*': null, './in/open/*': './in/*.js' };
    const made = shape({ exports }, ['lib/a.js', 'lib/in/a.js', 'in/a.js']);
    expect(both(made, './a')[0]).toBe('lib/a.js');
    expect(both(made, './in/a')[0]).toBeUndefined();
    expect(both(made, './in/open/a')[0]).toBe('in/a.js');
    expect(both(shape({ exports: { node: null, default: './a.js' } }, ['a.js']), '.')[0]).toBeUndefined();
  });

  it('never leaves the package', () => {
    for (const target of ['../a.js', './../a.js', '/a.js', './node_modules/x/a.js', 'a.js', './b/../a.js']) {
      expect(both(shape({ exports: target }, ['a.js', 'b/a.js']), '.')).toEqual([undefined, undefined]);
    }
  });

  it('guesses endings for require, and for main', () => {
    const made = shape({ main: 'lib' }, ['lib/index.js', 'lib/part.js']);
    expect(both(made, '.')).toEqual(['lib/index.js', 'lib/index.js']);
    expect(both(made, './lib/part')).toEqual([undefined, 'lib/part.js']);
    expect(both(made, './lib/part.js')).toEqual(['lib/part.js', 'lib/part.js']);
  });

  it('survives a manifest that was made to harm', () => {
    const made = shape('{"__proto__": {"main": "x.js"}, "exports": {"__proto__": "./a.js"}}', [
      'a.js',
      'x.js',
    ]);
    expect(both(made, '.')).toEqual([undefined, undefined]);
    expect(subpathsOf(made)).toEqual(['.']);
  });
});

describe('formatOf', () => {
  it('asks the nearest package.json', () => {
    const made = shape({ type: 'module' }, ['a.js', 'cjs/a.js'], {
      'cjs/package.json': { type: 'commonjs' },
    });
    expect(formatOf(made, 'a.js')).toBe('module');
    expect(formatOf(made, 'cjs/a.js')).toBe('commonjs');
    expect(formatOf(made, 'a.cjs')).toBe('commonjs');
    expect(formatOf(made, 'a.json')).toBeUndefined();
  });
});
