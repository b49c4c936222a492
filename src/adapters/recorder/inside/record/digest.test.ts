import { describe, expect, it } from 'vitest';
import { tell } from './digest.ts';

const digest = (value: unknown) => tell(value).digest;

describe('what is another thing in each run', () => {
  it.each([
    ['the port of an own server', 'http://127.0.0.1:41234/a', 'http://127.0.0.1:50001/a'],
    ['a port at the end', 'localhost:41234', 'localhost:5001'],
    ['a port of version 6', 'http://[::1]:41234/', 'http://[::1]:41235/'],
    ['a scratch directory', '/tmp/shop-Ab12Cd/file', '/tmp/shop-xY98Zw/file'],
    [
      'one of them deep inside',
      { a: [{ url: 'http://localhost:4000' }] },
      { a: [{ url: 'http://localhost:4001' }] },
    ],
  ])('is compared without %s', (_what, one, other) => {
    expect(digest(one)).toBe(digest(other));
  });

  it.each([
    ['the path', 'http://127.0.0.1:41234/a', 'http://127.0.0.1:41234/b'],
    ['the host', 'http://127.0.0.1:4000/', 'http://localhost:4000/'],
    ['the port of another host', 'http://example.org:4000/', 'http://example.org:4001/'],
    ['the name of a directory', '/tmp/shop-Ab12Cd/file', '/tmp/stop-Ab12Cd/file'],
    ['a longer name', '/tmp/shop-Ab12Cd', '/tmp/shop-Ab12CdE'],
  ])('differs by %s', (_what, one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });
});
