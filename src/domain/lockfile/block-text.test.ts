import { parseSyml } from '@yarnpkg/parsers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Node, parseBlockText } from './block-text.ts';

function plain(node: Node): unknown {
  if (node instanceof Map) return Object.fromEntries([...node].map(([key, value]) => [key, plain(value)]));
  return Array.isArray(node) ? node.map(plain) : node;
}

const pnpm = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

packages:

  '@s/a@1.0.0':
    resolution: {integrity: sha512-a+/==, tarball: https://x.test/a.tgz}
    engines: {node: '>= 8', npm: '*'}
    os: [darwin, '!win32']
    deprecated: |-
      gone:
        really

  b@1.0.0(c@2.0.0):
    transitivePeerDependencies:
      - supports-color
    empty: {}
`;

describe('parseBlockText', () => {
  it('reads what pnpm writes as another reader does', () => {
    expect(
      plain(parseBlockText(pnpm.replace('    deprecated: |-\n      gone:\n        really\n', ''), 'typed')),
    ).toEqual(parse(pnpm.replace('    deprecated: |-\n      gone:\n        really\n', '')));
    expect(plain(parseBlockText(pnpm, 'typed'))).toMatchObject({ lockfileVersion: '9.0' });
  });

  it('reads a very long key', () => {
    const key = `a@npm:^1, ${'b@npm:^2, '.repeat(200)}c`;
    expect(plain(parseBlockText(`? "${key}"\n:\n  version: 1\n`, 'text'))).toEqual({
      [key]: { version: '1' },
    });
  });

  it.each([
    'a: &x 1',
    'a: *x',
    'a: !!js/function x',
    '<<: {a: 1}',
    'a: {<<: x}',
    'a: 1\na: 2',
    'a: {b: 1, b: 2}',
    '---\na: 1',
    'a: 1\n---\nb: 2',
    '%YAML 1.2',
    '\ta: 1',
    'a: 1\n  b: 2',
    'a:\n    b: 1\n  c: 2',
    'a: "x',
    'a: "\\x41"',
    'a: "x" y',
    'a: b: c',
    'a: x #y',
    'a: {b: {c: 1}}',
    'a: [1, 2',
    '1.10: x',
    'a: x\rb: y',
    'a: \u2028',
    `${Array.from({ length: 20 }, (_, depth) => `${'  '.repeat(depth)}a:`).join('\n')} 1`,
    `a: ${'x'.repeat(70_000)}`,
  ])('refuses %j', (text) => {
    expect(() => parseBlockText(text, 'typed')).toThrow(Error);
  });

  const word = fc.constantFrom(
    'a',
    'b@1',
    "'c d'",
    '"e"',
    'true',
    '1.10',
    '~',
    '0x1f',
    '1_0',
    '<<',
    '',
    '@x',
    '*',
    '&y',
    '- z',
    '1e3',
    '12:30',
    'f#',
    'g: h',
    '>=1',
  );
  const line = fc
    .tuple(
      fc.constantFrom('', '  ', '    ', ' '),
      word,
      fc.constantFrom(':', ': ', ' : ', ''),
      word,
      fc.constantFrom('', ' ', ' # c', ','),
    )
    .map((parts) => parts.join(''));
  const flow = fc
    .tuple(word, word, word, fc.constantFrom('{}', '[]'))
    .map(([a, b, c, braces]) => `a: ${braces[0]}${a}: ${b}, ${c}${braces[1]}`);
  const document = fc.array(fc.oneof(line, flow), { maxLength: 6 }).map((lines) => `${lines.join('\n')}\n`);

  it('reads nothing otherwise than another reader', () => {
    let accepted = 0;
    fc.assert(
      fc.property(document, (text) => {
        const mine = read(() => plain(parseBlockText(text, 'text')));
        if (mine === undefined) return;
        accepted += 1;
        expect(mine).toEqual(withNull(parseSyml(text)));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(300);
  });

  it('says of any text in little time that it is none, or what it is', () => {
    for (const unit of ['a:\n', '"', "'", '{', '[', '- ', '? ', 'a: {b: c}\n', ' ', '|']) {
      const text = unit.repeat(1_000_000 / unit.length);
      read(() => parseBlockText(text, 'typed'));
    }
  });
});

function read<T>(one: () => T): T | undefined {
  try {
    return one();
  } catch {
    return undefined;
  }
}

/** What has no value is nothing, or an empty text. */
function withNull(value: unknown): unknown {
  if (value === '' || value === undefined) return null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withNull(each)]));
}
