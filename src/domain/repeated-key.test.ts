import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedKey } from './repeated-key.ts';

describe('repeatedKey', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":{"b":1,"c":{},"b":2}}', 'b'],
    ['[{"x":1},{"x":[{"y":1 ,"y"\n: 2}]}]', 'y'],
    [String.raw`{"a\u0062":1,"ab":2}`, 'ab'],
    ['{"a":"{\\"b\\":1","b":2,"c":{"a":1}}', undefined],
    ['{"a":["a","a"],"b":"a"}', undefined],
    [`{"a"${' '.repeat(99)}:1,"a"${'\n'.repeat(99)}:2}`, 'a'],
  ])('%s', (text, key) => {
    expect(repeatedKey(text)).toBe(key);
  });

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(repeatedKey(text)).toBeUndefined();
      }),
    );
  });
});
