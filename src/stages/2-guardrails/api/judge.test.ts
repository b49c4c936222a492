import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApiBreak, apiBreakKinds } from '../../../domain/api.ts';
import type { Client } from './client.ts';
import type { ComparedApi } from './compared.ts';
import { judge } from './judge.ts';
import type { PackageShape } from './shape.ts';

const shape: PackageShape = {
  exports: undefined,
  main: undefined,
  types: undefined,
  node: undefined,
  bins: [],
  files: new Set(['index.js']),
  modules: new Map(),
  mains: new Map(),
};
const compared = (breaks: readonly ApiBreak[], over: Partial<ComparedApi> = {}): ComparedApi => ({
  name: 'kit',
  importedAs: 'kit',
  from: '1.0.0',
  to: '1.1.0',
  direct: true,
  shared: false,
  old: shape,
  now: shape,
  comparison: { breaks, sights: [{ subpath: '.', how: 'types' }], foreign: [] },
  ...over,
});
const client = (names: readonly string[], over: Partial<Client> = {}): Client => ({
  imports: names.map((name) => ({ specifier: 'kit', mode: 'import', name, line: 3, path: 'src/a.ts' })),
  members: new Set(['parse']),
  unread: [],
  node: undefined,
  scripts: '',
  ...over,
});
const gone = (place: string, over: Partial<ApiBreak> = {}): ApiBreak => ({
  kind: 'export-removed',
  level: 'value',
  subpath: '.',
  name: place.split('.')[0] ?? '',
  place,
  detail: `${place} is gone`,
  ...over,
});
const rank = (breaks: readonly ApiBreak[], by: Client, over: Partial<ComparedApi> = {}): number => {
  const { failures, doubts } = judge(compared(breaks, over), by);
  return failures.length > 0 ? 2 : doubts.length > 0 ? 1 : 0;
};

describe('judge', () => {
  it.each<[string, ApiBreak, readonly string[], number]>([
    ['what a source imports', gone('a'), ['', 'a'], 2],
    ['what no source imports', gone('a'), ['', 'b'], 1],
    ['what may be read of a module that is passed on', gone('a'), ['*'], 1],
    ['a member that a source reads', gone('a.parse', { kind: 'member-removed' }), ['a'], 2],
    ['a member that no source reads', gone('a.other', { kind: 'member-removed' }), ['a'], 0],
    [
      'a member of the module itself',
      gone('export=.parse', { kind: 'member-removed', name: 'export=' }),
      ['default'],
      2,
    ],
    ['a signature that nobody uses', gone('a', { kind: 'signature-narrowed' }), ['b'], 0],
    [
      'an option of who takes something',
      gone('O.b', { kind: 'signature-narrowed', level: 'type' }),
      ['a'],
      1,
    ],
    ['a type that nobody names', gone('T', { kind: 'type-removed', level: 'type' }), ['a'], 0],
    ['an answer that is wider', gone('a', { kind: 'type-widened' }), ['a'], 0],
  ])('%s', (_what, one, names, expected) => {
    expect(rank([one], client(names))).toBe(expected);
  });

  it('is stricter where others load the package, or a source could not be read', () => {
    const narrowed = gone('a', { kind: 'signature-narrowed' });
    expect(rank([narrowed], client(['b']), { shared: true })).toBe(1);
    expect(rank([narrowed], client(['b'], { unread: ['src/b.ts'] }))).toBe(1);
  });

  it('never takes for kept what it does not know', () => {
    expect(rank([], client([]), { comparison: undefined })).toBe(1);
    expect(rank([], client([]), { now: undefined })).toBe(1);
    const blind = { breaks: [], sights: [{ subpath: '.', how: 'nothing' }], foreign: [] } as const;
    expect(rank([], client(['a']), { comparison: blind })).toBe(1);
    expect(rank([], client([]), { comparison: blind })).toBe(0);
    const neither = { breaks: [], sights: [{ subpath: '.', how: 'neither' }], foreign: [] } as const;
    expect(rank([], client(['a']), { comparison: neither })).toBe(0);
  });

  it('goes by the Node that the project declares', () => {
    const over = { old: { ...shape, node: '>=18' }, now: { ...shape, node: '>=22' } };
    expect(rank([], client([], { node: '>=22.18' }), over)).toBe(0);
    expect(rank([], client([], { node: '>=18' }), over)).toBe(2);
    expect(rank([], client([]), over)).toBe(1);
    expect(rank([], client([]), { old: over.now, now: over.old })).toBe(0);
    expect(rank([], client([]), { old: shape, now: { ...shape, node: 'nonsense' } })).toBe(1);
    expect(rank([], client([]), { old: shape, now: { ...shape, node: '>= 0.4' } })).toBe(0);
    expect(rank([], client([]), { old: shape, now: { ...shape, node: '>=16.1' } })).toBe(1);
  });

  it('fails for a command that a script runs', () => {
    const over = { old: { ...shape, bins: ['kit'] } };
    expect(rank([], client([], { scripts: 'kit build' }), over)).toBe(2);
    expect(rank([], client([], { scripts: 'toolkit' }), over)).toBe(1);
  });

  it('is never more permissive for one more break', () => {
    const places = ['a', 'a.parse', 'b.other', 'export=', 'export=.a'] as const;
    const one = fc
      .record({
        kind: fc.constantFrom(...apiBreakKinds),
        level: fc.constantFrom('value' as const, 'type' as const),
        place: fc.constantFrom(...places),
      })
      .map(({ place, ...over }) => gone(place, over));
    const names = fc.subarray(['a', 'b', 'default', '*', 'export=']);
    fc.assert(
      fc.property(fc.array(one, { maxLength: 4 }), one, names, fc.boolean(), (all, more, taken, shared) => {
        const before = rank(all, client(taken), { shared });
        expect(rank([...all, more], client(taken), { shared })).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
