import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, type News } from './compare.ts';
import { readProfileManifest } from './manifest.ts';
import { type Mark, markKinds } from './mark.ts';
import type { PackageProfile } from './profile.ts';

const mark: fc.Arbitrary<Mark> = fc.record({
  kind: fc.constantFrom(...markKinds),
  what: fc.constantFrom('a', 'b'),
  path: fc.constantFrom('a.js', 'lib/b.js'),
  line: fc.nat(9),
  quote: fc.constant(''),
});
const marks = fc.array(mark, { maxLength: 8 });
type Idle = PackageProfile['idle'];
const profile = (list: readonly Mark[], manifest: object = {}, idle: Idle = undefined): PackageProfile => ({
  manifest: readProfileManifest(JSON.stringify(manifest)),
  marks: list,
  idle,
  inner: [],
});
const judge = (old: readonly PackageProfile[], now: PackageProfile, closed = true) =>
  compare('a@2.0.0', old, now, { known: new Set(), closed });
const rank = ({ failures, doubts }: News) => (failures.length > 0 ? 2 : doubts.length > 0 ? 1 : 0);
const codes = (news: News, list: keyof News) => news[list].map(({ code }) => code);

describe('compare', () => {
  it('is never more permissive for one mark more', () => {
    fc.assert(
      fc.property(marks, marks, mark, (old, now, more) => {
        const before = rank(judge([profile(old)], profile(now)));
        expect(rank(judge([profile(old)], profile([...now, more])))).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  const idle: fc.Arbitrary<Idle> = fc.constantFrom(undefined, [], ['a.js'], ['a.js', 'lib/b.js']);

  it('is never more permissive where more of the new version is loaded', () => {
    fc.assert(
      fc.property(marks, marks, idle, idle, (old, now, wasIdle, isIdle) => {
        const before = [profile(old, {}, wasIdle)];
        const some = rank(judge(before, profile(now, {}, isIdle)));
        expect(
          rank(judge(before, profile(now, {}, isIdle === undefined ? undefined : []))),
        ).toBeGreaterThanOrEqual(some);
      }),
    );
  });

  it('is never more permissive for one mark more, whatever is idle', () => {
    fc.assert(
      fc.property(marks, marks, mark, idle, idle, fc.boolean(), (old, now, more, wasIdle, isIdle, closed) => {
        const before = [profile(old, {}, wasIdle)];
        const some = rank(judge(before, profile(now, {}, isIdle), closed));
        expect(rank(judge(before, profile([...now, more], {}, isIdle), closed))).toBeGreaterThanOrEqual(some);
      }),
    );
  });

  const runs = (path: string): Mark => ({ kind: 'exec', what: 'child_process', path, line: 1, quote: '' });
  it.each<[string, PackageProfile, PackageProfile, boolean, number, string[]]>([
    [
      'in a file that nothing loads',
      profile([], {}, []),
      profile([runs('a.js')], {}, ['a.js']),
      true,
      0,
      ['supply-chain.idle-exec'],
    ],
    [
      'there, where others may load it',
      profile([], {}, []),
      profile([runs('a.js')], {}, ['a.js']),
      false,
      2,
      [],
    ],
    [
      'there, where it is not known what is loaded',
      profile([], {}, []),
      profile([runs('a.js')]),
      true,
      2,
      [],
    ],
    [
      'that moves to what is loaded',
      profile([runs('a.js')], {}, ['a.js']),
      profile([runs('b.js')], {}, []),
      true,
      2,
      [],
    ],
    [
      'that moves to what may be loaded',
      profile([runs('a.js')], {}, ['a.js']),
      profile([runs('b.js')]),
      true,
      2,
      [],
    ],
    [
      'that stays where nothing loads it',
      profile([runs('a.js')], {}, ['a.js']),
      profile([runs('a.js')]),
      true,
      0,
      [],
    ],
  ])('judges a program %s', (_what, old, now, closed, expected, notes) => {
    const found = judge([old], now, closed);
    expect(rank(found)).toBe(expected);
    expect(codes(found, 'notes')).toEqual(notes);
  });

  it('does not care where files are, except for binary ones, which go by their ending', () => {
    const moved = (list: readonly Mark[]) => list.map((one) => ({ ...one, path: `src/${one.path}` }));
    fc.assert(
      fc.property(marks, marks, (old, now) => {
        const found = judge([profile(old)], profile(moved(now)));
        const same = judge([profile(old)], profile(now));
        for (const list of ['failures', 'doubts', 'notes'] as const) {
          expect(codes(found, list)).toEqual(codes(same, list));
        }
      }),
    );
  });

  it('finds nothing in what stayed as it was', () => {
    fc.assert(
      fc.property(marks, (all) => {
        expect(judge([profile(all)], profile(all))).toEqual({ failures: [], doubts: [], notes: [] });
      }),
    );
  });

  it('takes everything for new in a new package', () => {
    const one: Mark = { kind: 'exec', what: 'child_process', path: 'a.js', line: 1, quote: 'x' };
    expect(codes(judge([], profile([one])), 'failures')).toEqual(['supply-chain.new-exec']);
  });

  it.each<[string, object, object, keyof News, string]>([
    ['a licence', { license: 'MIT' }, { license: 'BUSL-1.1' }, 'doubts', 'supply-chain.licence-changed'],
    [
      'engines',
      { engines: { node: '>=12' } },
      { engines: { node: '>=20' } },
      'notes',
      'supply-chain.engines-narrowed',
    ],
    [
      'exports',
      { exports: { '.': './a.js', './b': './b.js' } },
      { exports: { '.': './a.js' } },
      'notes',
      'supply-chain.exports-removed',
    ],
    ['a command', {}, { bin: { a: 'a.js' } }, 'notes', 'supply-chain.bin-added'],
    ['a dependency', {}, { dependencies: { b: '^1.0.0' } }, 'doubts', 'supply-chain.new-dependency'],
    [
      'a git dependency',
      {},
      { dependencies: { b: 'github:b/b' } },
      'failures',
      'supply-chain.non-registry-spec',
    ],
  ])('says that %s changed', (_what, before, after, list, code) => {
    expect(codes(judge([profile([], before)], profile([], after)), list)).toEqual([code]);
  });

  it('lets wider engines be', () => {
    const of = (node: string) => profile([], { engines: { node } });
    expect(judge([of('>=12')], of('>=10')).notes).toEqual([]);
  });
});
