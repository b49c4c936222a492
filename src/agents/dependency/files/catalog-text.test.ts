import { describe, expect, it } from 'vitest';
import { editCatalog } from './catalog-text.ts';

const edit = (text: string, keys: readonly string[], spec = '^1.1.0') =>
  editCatalog(text, 'pnpm-workspace.yaml', { keys, spec });

describe('editCatalog', () => {
  it('replaces one range and nothing else, in the quotes that it has', () => {
    const text =
      "# all\ncatalog:\n    a: ^1.0.0  # why\n    '@s/b': '1'\ncatalogs: { x: { a: \"~1\" } }\nlast: [1,  2]\n";
    expect(edit(text, ['catalog', 'a'])).toBe(text.replace('^1.0.0', '^1.1.0'));
    expect(edit(text, ['catalog', '@s/b'])).toBe(text.replace("'1'", "'^1.1.0'"));
    expect(edit(text, ['catalogs', 'x', 'a'])).toBe(text.replace('"~1"', '"^1.1.0"'));
  });

  it('quotes what YAML would read as something else', () => {
    expect(edit('catalog: {a: ^1}', ['catalog', 'a'], '>=1 <2')).toBe('catalog: {a: ">=1 <2"}');
    expect(edit('catalog:\n  a: ^1\n', ['catalog', 'a'], '*')).toBe('catalog:\n  a: "*"\n');
  });

  it.each([
    ['a place that is not there', 'catalog: {b: "1"}'],
    ['a list', 'catalog: {a: ["1"]}'],
    ['what stands there by an alias', 'x: &a "1"\ncatalog: {a: *a}'],
    ['what others take by an alias', 'catalog: {a: &a "1"}\nother: *a'],
    ['what is no YAML', 'catalog: {a: "1"'],
    ['a key that stands twice', 'catalog: {a: "1", a: "2"}'],
  ])('refuses %s', (_what, text) => {
    expect(() => edit(text, ['catalog', 'a'])).toThrow(expect.objectContaining({ code: 'manifest.invalid' }));
  });
});
