import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertInboxRef, branchRef, isRefName, splitAncestry } from './names.ts';
import { pathDanger } from './safe-path.ts';

describe('isRefName', () => {
  it.each(['main', 'refs/heads/a.b', 'dependabot/npm_and_yarn/@types/x-1.2', 'ümlaut', 'a+b'])(
    '%s',
    (name) => {
      expect(isRefName(name)).toBe(true);
    },
  );
  it.each([
    '',
    '-x',
    '--all',
    'a..b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    '/a',
    'a/',
    'a//b',
    'a.lock',
    'a/.b',
    '.a',
    'a.',
    'a@{1}',
    'a\nb',
    'a\0',
    'x.lock/y',
  ])('not %j', (name) => {
    expect(isRefName(name)).toBe(false);
  });
  it('allows nothing that git forbids', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '/',
      '.',
      '..',
      '-',
      '@',
      '{',
      '~',
      '^',
      ' ',
      '.lock',
      'é',
      '\x7f',
      '*',
      '_',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const name = pieces.join('');
        if (isRefName(name)) execFileSync('git', ['check-ref-format', `refs/heads/${name}`]);
      }),
      { numRuns: 200 },
    );
  });
  it('keeps agents to their prefix, and splits ancestry off', () => {
    expect(assertInboxRef('refs/heads/autoland/a')).toBe('refs/heads/autoland/a');
    expect(branchRef('main')).toBe('refs/heads/main');
    expect(() => branchRef('refs/heads/-x')).toThrow();
    expect(splitAncestry('main~2^')).toEqual({ name: 'main', suffix: '~2^' });
  });
});

describe('pathDanger', () => {
  it('never lets a path out of its directory', () => {
    const piece = fc.constantFrom('a', '.git', '..', '.', '/', '\\', 'GIT~1', '\u200d', ' ', ':', '.');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = pieces.join('');
        if (pathDanger(path) !== undefined) return;
        const parts = path.split('/');
        expect(parts.every((part) => part !== '' && part !== '.' && part !== '..')).toBe(true);
        expect(parts.map((part) => part.toLowerCase())).not.toContain('.git');
      }),
    );
  });
  it.each(['.gitignore', '.github/x', 'a.git/b', 'git', 'a b', '-rf', 'ünï', 'x\ny'])(
    '%j is fine',
    (path) => {
      expect(pathDanger(path)).toBeUndefined();
    },
  );
});
