import { describe, expect, it } from 'vitest';
import { sameRepository } from './repository-url.ts';

describe('sameRepository', () => {
  it.each([
    'https://github.com/a/b',
    'https://github.com/A/B/',
    'git+https://github.com/a/b.git',
    'git+https://github.com/a/b@refs/heads/main',
    'git+ssh://git@github.com/a/b.git',
    'git://github.com/a/b.git',
    'git@github.com:a/b.git',
    'github:a/b',
    'a/b',
  ])('%s', (url) => {
    expect(sameRepository(url, 'https://github.com/a/b')).toBe(true);
  });

  it.each([
    'https://github.com/a/bb',
    'https://github.com.evil.test/a/b',
    'https://evil.test/github.com/a/b',
    'https://github.com@evil.test/a/b',
    'https://evil.test/#https://github.com/a/b',
    'gitlab:a/b',
    '',
    'b',
    '\u0000',
  ])('not %j', (url) => {
    expect(sameRepository(url, 'https://github.com/a/b')).toBe(false);
    expect(sameRepository(url, url) && url === '').toBe(false);
  });
});
