import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SecretMatch } from '../../../domain/secrets.ts';
import type { SecretFacts } from '../facts.ts';
import { isKeyFile } from './key-files.ts';
import { secrets } from './secrets.ts';
import { lookAways, newSecrets, type Place, type PlacedText } from './texts.ts';

const none: SecretFacts = {
  found: [],
  unread: [],
  keyFiles: [],
  lookAways: [],
  looked: { files: 2, commits: 1 },
};
const file = (path: string): Place => ({ kind: 'file', path });
const found = (place: Place, certain = true) => ({ rule: 'github', certain, place, line: 3 });
const check = (facts: Partial<SecretFacts>) => secrets.check({ secrets: { ...none, ...facts } });

describe('secrets', () => {
  it.each<[string, Partial<SecretFacts>, string, string]>([
    ['nothing', {}, 'pass', 'secrets.none'],
    ['a secret', { found: [found(file('a.ts'))] }, 'fail', 'secrets.found'],
    ['a guess', { found: [found(file('a.ts'), false)] }, 'abstain', 'secrets.suspected'],
    ['both', { found: [found(file('a'), false), found(file('b'))] }, 'fail', 'secrets.found'],
    ['a file for keys', { keyFiles: ['.env'] }, 'abstain', 'secrets.key-file'],
    [
      'what was not read',
      { unread: [{ what: 'a.bin', why: 'it is binary' }] },
      'abstain',
      'secrets.not-read',
    ],
  ])('%s', (_what, facts, verdict, code) => {
    expect(check(facts)).toMatchObject({ verdict, code });
  });

  it.each<[Place, string]>([
    [file('src/a.ts'), 'src/a.ts:3 holds a secret (github).'],
    [
      { kind: 'history', path: 'a.ts', commit: '0123456789abcdef' },
      'a.ts:3 of commit 0123456789ab holds a secret (github).',
    ],
    [
      { kind: 'message', commit: '0123456789abcdef' },
      'The message of commit 0123456789ab holds a secret (github).',
    ],
    [{ kind: 'proposal', part: 'title' }, 'The title of the proposal holds a secret (github).'],
  ])('names the place', (place, reason) => {
    expect(check({ found: [found(place)] })?.reason).toBe(reason);
  });

  it('never shows a name that is the secret', () => {
    const name = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;
    const path = `keys/${name}`;
    const all = check({
      found: [found({ kind: 'name', path }), found(file(path))],
      keyFiles: [path],
      unread: [{ what: path, why: 'it is binary' }],
      lookAways: [{ path, line: 1 }],
    });
    expect(JSON.stringify(all)).not.toContain(name.slice(0, 12));
    expect(all?.reason).toContain('The name of a file in keys holds a secret (github).');
  });

  it('is never more permissive with more that is bad', () => {
    const strictness = { pass: 0, abstain: 1, fail: 2 } as const;
    const places = fc.string().map(file);
    const bad = fc.record({
      found: fc.array(fc.tuple(places, fc.boolean()).map(([place, certain]) => found(place, certain))),
      unread: fc.array(fc.record({ what: fc.string(), why: fc.string() })),
      keyFiles: fc.array(fc.string()),
    });
    const level = (facts: Partial<SecretFacts>) =>
      strictness[check(facts)?.verdict as keyof typeof strictness] ?? Number.NaN;
    fc.assert(
      fc.property(bad, bad, (some, more) => {
        const both = {
          found: [...some.found, ...more.found],
          unread: [...some.unread, ...more.unread],
          keyFiles: [...some.keyFiles, ...more.keyFiles],
        };
        expect(level(both)).toBe(Math.max(level(some), level(more)));
      }),
    );
  });
});

describe('newSecrets', () => {
  const match = (fingerprint: string, certain = true): SecretMatch => ({
    rule: 'r',
    certain,
    line: 1,
    fingerprint,
  });
  const text = (path: string, side: PlacedText['side']): PlacedText => ({
    place: file(path),
    side,
    text: '',
  });

  it('counts what the base does not hold anywhere, once', () => {
    const texts = [text('a', 'head'), text('b', 'head'), text('old', 'base')];
    const matches = [[match('1'), match('2')], [match('2'), match('3')], [match('3')]];
    expect(newSecrets(texts, matches).map(({ place }) => place)).toEqual([file('a'), file('a')]);
  });

  it('lets no guess hide what is certain', () => {
    const matches = [[match('1', false)], [match('1')]];
    expect(newSecrets([text('a', 'head'), text('b', 'head')], matches).map(({ certain }) => certain)).toEqual(
      [false, true],
    );
  });
});

it('tells of comments that would switch scanners off', () => {
  const place = file('a.ts');
  const texts: PlacedText[] = [
    { place, side: 'base', text: '// gitleaks:allow\n' },
    { place, side: 'head', text: '// gitleaks:allow\nx\n/* secretlint-disable */' },
  ];
  expect(lookAways(texts)).toEqual([{ path: 'a.ts', line: 3 }]);
});

it.each([
  ['.env', true],
  ['app/.env.production', true],
  ['.env.example', false],
  ['.env.test', false],
  ['id_ed25519', true],
  ['id_ed25519.pub', false],
  ['x/STORE.P12', true],
  ['src/environment.ts', false],
])('%s is a file for keys: %s', (path, expected) => {
  expect(isKeyFile(path)).toBe(expected);
});
