import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiBreak, ApiComparison } from '../../../../domain/api.ts';
import type { PackageShape } from '../shape.ts';
import { entryFiles, patternSubpaths, withBuilt } from './entries.ts';
import type { OwnComparison, OwnOutcome } from './facts.ts';
import { ownerOf, packageFolders } from './folders.ts';
import { judgeOwn } from './judge.ts';
import { isPublishable, seedsOf } from './manifest.ts';
import { candidates, loadsIn } from './reach.ts';

const shape = (files: readonly string[], over: Partial<PackageShape> = {}): PackageShape => ({
  exports: undefined,
  main: undefined,
  types: undefined,
  node: undefined,
  bins: [],
  files: new Set(files),
  modules: new Map(),
  mains: new Map(),
  ...over,
});

describe('which packages are meant', () => {
  it.each<[boolean, object]>([
    [true, { name: 'a', main: 'x.js' }],
    [true, { name: 'a', bin: 'x.js' }],
    [true, { name: 'a', exports: {}, private: false }],
    [false, { name: 'a', main: 'x.js', private: true }],
    [false, { main: 'x.js' }],
    [false, { name: 'a' }],
  ])('%s: %j', (answer, manifest) => {
    expect(isPublishable({ ...manifest }, false)).toBe(answer);
  });

  it.each<[string, string, readonly string[]]>([
    ['{"workspaces":["packages/*"]}', '', ['', 'packages/a']],
    ['{"workspaces":{"packages":["packages/*","lib"]}}', '', ['', 'lib', 'packages/a']],
    ['{}', 'packages:\n  - "packages/*"  # all\n\n  - lib\ncatalog:\n  - x', ['', 'lib', 'packages/a']],
    ['{}', "packages:\n- '!lib'\n- packages/**\n", ['', 'packages/a', 'packages/a/fixtures/b']],
    ['{}', '', ['']],
    ['{"workspaces":["{a,b}"]}', '', ['', 'packages/a', 'packages/a/fixtures/b', 'lib']],
  ])('workspaces of %j and %j', (manifest, pnpm, folders) => {
    const places = ['packages/a', 'packages/a/fixtures/b', 'lib', 'node_modules/x'];
    const paths = ['package.json', ...places.map((place) => `${place}/package.json`)];
    expect(packageFolders(paths, manifest, pnpm)).toEqual(folders);
  });

  it('gives each path to the innermost', () => {
    const folders = ['', 'a', 'a/b'];
    expect(['x', 'a/x', 'a/b/x', 'ab/x'].map((path) => ownerOf(path, folders))).toEqual(['', 'a', 'a/b', '']);
  });
});

describe('what entries lead to', () => {
  it('finds what a source loads, and what stands for it', () => {
    const text = `import './a.js'; export * from "../b"; require(\`./c/\`); import('.'); import x from 'pkg';`;
    expect(loadsIn('src/x.ts', text)).toEqual(['src/a.js', 'b', 'src/c', 'src']);
    expect(candidates('src/a.js')).toEqual(expect.arrayContaining(['src/a.js', 'src/a.ts', 'src/a.d.ts']));
    expect(candidates('src/c')).toEqual(expect.arrayContaining(['src/c.ts', 'src/c/index.js']));
  });

  it('never leaves the package, whatever a source or a manifest says', () => {
    const part = fc.constantFrom('..', '.', 'a', '', '/', '"', "'", '*');
    const path = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, path, (from, specifier) => {
        const found = [...loadsIn(from, `import "${specifier}"`), ...seedsOf({ main: specifier })];
        for (const each of found.flatMap(candidates)) {
          expect(each.startsWith('/')).toBe(false);
          expect(each.split('/')).not.toContain('..');
        }
      }),
    );
  });

  it('knows what the repository holds of each subpath, and of patterns', () => {
    const exports = {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './a': './src/a.ts',
      './*': './src/parts/*.js',
    };
    const own = shape(['src/a.ts', 'src/parts/b.js', 'src/parts/b.test.js'], { exports });
    const wanted = patternSubpaths({ exports }, own, new Set());
    expect(wanted).toEqual(['./b']);
    expect(Object.fromEntries(entryFiles({ exports }, own, wanted))).toEqual({
      '.': [],
      './a': ['src/a.ts'],
      './b': ['src/parts/b.js'],
    });
  });

  it('takes for built what lies where the repository holds nothing', () => {
    const manifest = { main: './dist/index.js', module: './src/gone.js' };
    const base = shape(['src/a.ts', 'lib/index.js']);
    expect([...withBuilt(base, manifest, base.files).files]).toEqual([...base.files, 'dist/index.js']);
    // It was there: no build makes it.
    const now = shape(['src/a.ts']);
    expect([...withBuilt(now, { main: './lib/index.js' }, base.files).files]).toEqual(['src/a.ts']);
  });
});

describe('judgeOwn', () => {
  const gone = (over: Partial<ApiBreak> = {}): ApiBreak => ({
    kind: 'export-removed',
    level: 'value',
    subpath: '.',
    name: 'a',
    place: 'a',
    detail: 'a is gone',
    ...over,
  });
  const seen = (how: 'types' | 'code' | 'nothing', ...breaks: readonly ApiBreak[]): ApiComparison => ({
    breaks,
    sights: [{ subpath: '.', how }],
    foreign: [],
  });
  const rank = (comparison: Partial<OwnComparison>, over: object = {}): string => {
    const whole: OwnComparison = {
      names: seen('code'),
      types: seen('types'),
      basis: 'declarations',
      declared: ['.'],
      touched: true,
      ...comparison,
    };
    const sides = { old: shape(['index.js']), now: shape(['index.js']), wanted: [], committed: ['.'] };
    const outcome: OwnOutcome = { kind: 'compared', ...sides, comparison: whole, ...over };
    const found = judgeOwn({ class: 'lint', packages: [{ name: 'kit', folder: '', outcome }], omitted: [] });
    const first = (['breaks', 'doubts', 'notes'] as const).find((weight) => found[weight].length > 0);
    return first === undefined ? 'kept' : `${first} ${found[first].map(({ code }) => code).join()}`;
  };

  it.each<[string, Partial<OwnComparison>, string]>([
    ['nothing', {}, 'kept'],
    [
      'a name, of which code and types tell',
      { names: seen('code', gone()), types: seen('types', gone()) },
      'breaks api.own-export-removed',
    ],
    [
      'an option',
      { types: seen('types', gone({ kind: 'signature-narrowed', level: 'type' })) },
      'breaks api.own-signature-narrowed',
    ],
    [
      'a wider answer',
      { types: seen('types', gone({ kind: 'type-widened' })) },
      'notes api.own-type-widened',
    ],
    [
      'a type without a name',
      { types: seen('types', gone({ kind: 'member-removed', name: '' })) },
      'doubts api.own-member-removed',
    ],
    [
      'the same in sources',
      { types: seen('types', gone({ kind: 'member-removed', name: '' })), basis: 'sources' },
      'notes api.own-member-removed',
    ],
    ['names that cannot be read', { names: undefined }, 'doubts api.own-unknown'],
    ['types that cannot be compared', { types: undefined }, 'doubts api.own-unknown'],
    ['types of sources that cannot', { types: undefined, basis: 'sources' }, 'notes api.own-names'],
    ['what neither tells', { names: seen('nothing'), types: seen('nothing') }, 'doubts api.own-unknown'],
    ['changed declarations that are no module', { types: seen('nothing') }, 'doubts api.own-unknown'],
    ['unchanged ones', { types: seen('nothing'), touched: false }, 'kept'],
    ['an alias', { types: { ...seen('types'), foreign: ['@/x', '@scope/x'] } }, 'doubts api.own-unknown'],
  ])('%s', (_what, comparison, answer) => {
    expect(rank(comparison)).toBe(answer);
  });

  it('never takes for kept what was not compared', () => {
    expect(rank({}, { kind: 'unknown', detail: 'too large' })).toBe('doubts api.own-unknown');
    expect(rank({}, { comparison: null })).toBe('notes api.own-not-committed');
    expect(rank({}, { comparison: null, now: shape([]) })).toContain('breaks api.own-export-removed');
    expect(judgeOwn({ class: 'lint', packages: [], omitted: ['packages/z'] }).doubts).toHaveLength(1);
  });

  it('prints no control characters', () => {
    const outcome = { kind: 'unpublished', detail: 'it is called \u001b[2J' } as const;
    const { breaks } = judgeOwn({
      class: 'lint',
      packages: [{ name: 'k\u0007', folder: 'a\n', outcome }],
      omitted: [],
    });
    expect(breaks[0]?.detail).toBe('k (a ): it is called [2J.');
  });
});
