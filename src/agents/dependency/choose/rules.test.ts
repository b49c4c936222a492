import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { editManifest } from '../files/manifest-text.ts';
import { moveRange } from './range.ts';
import { chooseVersion, type UpdateRules } from './rules.ts';

const rules: UpdateRules = {
  updates: ['patch', 'minor'],
  ignore: [],
  minimumAgeDays: 7,
  asOf: new Date('2026-01-01T00:00:00Z'),
  remembered: [],
};
const old = '2020-01-01T00:00:00Z';
const found = (...versions: string[]) => ({
  name: 'p',
  latest: undefined,
  versions: versions.map((version) => ({ version, publishedAt: old, deprecated: false })),
});

describe('moveRange', () => {
  it.each([
    ['1.2.3', '1.2.4', { kind: 'replace', spec: '1.2.4' }],
    ['=1.2.3', '1.3.0', { kind: 'replace', spec: '=1.3.0' }],
    ['^1.2.3', '1.3.0', { kind: 'replace', spec: '^1.3.0' }],
    ['~1.2.3', '1.3.0', { kind: 'replace', spec: '~1.3.0' }],
    ['^1', '1.3.0', { kind: 'keep' }],
    ['1.x', '1.3.0', { kind: 'keep' }],
    ['>=1.0.0 <2', '1.3.0', { kind: 'keep' }],
    ['*', '1.3.0', { kind: 'keep' }],
    ['1.2.x', '1.3.0', { kind: 'replace', spec: '1.3.x' }],
    ['1.0.0 - 1.2.9', '1.3.0', { kind: 'replace', spec: '1.0.0 - 1.3.0' }],
    ['latest', '1.3.0', { kind: 'unable' }],
    ['npm:q@^1.0.0', '1.3.0', { kind: 'replace', spec: 'npm:q@^1.3.0' }],
    ['git+https://x.test/p.git', '1.3.0', { kind: 'unable' }],
    ['file:../p', '1.3.0', { kind: 'unable' }],
    ['workspace:*', '1.3.0', { kind: 'unable' }],
  ])('%s to admit %s', (spec, to, expected) => {
    expect(moveRange('p', spec, to)).toMatchObject(expected);
  });
});

describe('chooseVersion', () => {
  it.each<[string, Partial<UpdateRules>, string]>([
    ['a name', { ignore: ['p'] }, 'dependency.ignored'],
    ['a range', { ignore: ['p@1.x'] }, 'dependency.ignored'],
    [
      'a name for a while',
      { ignore: [{ package: 'p', until: '2026-01-01T00:00:00.001Z' }] },
      'dependency.ignored',
    ],
    ['only patches wanted', { updates: ['patch'] }, 'dependency.step-not-wanted'],
    ['too young', { asOf: new Date('2020-01-03T00:00:00Z') }, 'dependency.too-young'],
    ['a time to come', { asOf: new Date('2019-01-03T00:00:00Z'), minimumAgeDays: 0 }, 'dependency.too-young'],
  ])('declines by %s', (_what, over, code) => {
    expect(chooseVersion('1.0.0', found('1.0.0', '1.1.0'), { ...rules, ...over })).toMatchObject({ code });
  });

  it('takes up again what was ignored until now, and says until when it is', () => {
    const ignoring = (...ignore: UpdateRules['ignore']) =>
      chooseVersion('1.0.0', found('1.0.0', '1.1.0', '1.2.0'), { ...rules, ignore });
    const [past, next] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];
    expect(ignoring({ package: 'p', until: past })).toMatchObject({ to: '1.2.0' });
    expect(ignoring({ package: 'p@1.2.x', until: next })).toMatchObject({ to: '1.1.0' });
    expect(ignoring({ package: 'p', until: next })).toMatchObject({
      code: 'dependency.ignored',
      until: next,
    });
    expect(ignoring({ package: 'p', until: next }, 'p')).not.toHaveProperty('until');
  });

  it('never proposes a downgrade, a breaking step, a prerelease, or what is remembered, deprecated or of unknown age', () => {
    const number = fc.nat(3);
    const version = fc
      .tuple(number, number, number, fc.constantFrom('', '', '', '-rc.1'))
      .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre}`);
    const entry = fc.record({
      version,
      deprecated: fc.boolean(),
      publishedAt: fc.constantFrom(old, old, undefined, '2025-12-31T00:00:00Z', 'nonsense'),
    });
    const input = fc.tuple(
      version,
      fc.uniqueArray(entry, { selector: (each) => each.version, maxLength: 30 }),
      fc.array(version, { maxLength: 5 }),
    );
    fc.assert(
      fc.property(input, ([from, versions, turnedAway]) => {
        const remembered = turnedAway.map((each) => ({ name: 'p', version: each, code: 'x' }));
        const choice = chooseVersion(
          from,
          { name: 'p', latest: undefined, versions },
          { ...rules, remembered },
        );
        if (!('to' in choice)) return;
        expect(semver.gt(choice.to, from)).toBe(true);
        expect(semver.satisfies(choice.to, `^${from}`)).toBe(true);
        expect(semver.prerelease(choice.to)).toBe(null);
        expect(turnedAway).not.toContain(choice.to);
        expect(versions.find((each) => each.version === choice.to)).toMatchObject({
          deprecated: false,
          publishedAt: old,
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('editManifest', () => {
  it('changes the specs and nothing else, whatever the layout', () => {
    const indent = fc.constantFrom(0, 2, 4, '\t');
    const eol = fc.constantFrom('\n', '\r\n');
    const extra = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(indent, eol, extra, (space, newline, rest) => {
        const manifest = {
          ...rest,
          dependencies: { p: '^1.0.0', q: '^1.0.0' },
          devDependencies: { r: '1.0.0' },
        };
        const text = `${JSON.stringify(manifest, null, space).replaceAll('\n', newline)}${newline}`;
        const edited = editManifest(text, 'package.json', [
          { section: 'dependencies', name: 'q', spec: '^1.2.3' },
        ]);
        const at = text.lastIndexOf('^1.0.0');
        expect(edited).toBe(`${text.slice(0, at)}^1.2.3${text.slice(at + 6)}`);
      }),
    );
  });

  it('refuses a manifest in which a key stands twice', () => {
    const text = '{"dependencies":{"q":"^1.0.0"},"dependencies":{"q":"^1.0.0"}}';
    expect(() =>
      editManifest(text, 'package.json', [{ section: 'dependencies', name: 'q', spec: '2.0.0' }]),
    ).toThrow(expect.objectContaining({ code: 'manifest.invalid' }));
  });
});
