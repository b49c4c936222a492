import { describe, expect, it } from 'vitest';
import { parseRange } from './range.ts';

describe('parseRange', () => {
  it.each([
    [undefined, { base: undefined, head: 'HEAD', fromFork: true }],
    ['topic', { base: undefined, head: 'topic', fromFork: true }],
    ['main..topic', { base: 'main', head: 'topic', fromFork: false }],
    ['main...topic', { base: 'main', head: 'topic', fromFork: true }],
    ['HEAD~2..', { base: 'HEAD~2', head: 'HEAD', fromFork: false }],
    ['v1.2.3..v1.2.4', { base: 'v1.2.3', head: 'v1.2.4', fromFork: false }],
  ])('reads %s', (text, range) => expect(parseRange(text)).toEqual(range));

  it.each(['', '..', '..HEAD', 'a....b', 'a..b..c', 'a b', 'a..-x'])('refuses %j', (text) => {
    expect(() => parseRange(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
