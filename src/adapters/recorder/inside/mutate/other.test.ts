import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tell } from '../record/digest.ts';
import { otherThan } from './other.ts';

describe('otherThan', () => {
  it('is another value of the same type, and leaves the value as it was', () => {
    const value = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.bigInt(),
      fc.array(fc.anything()),
      fc.dictionary(fc.string(), fc.anything()),
      fc.date({ noInvalidDate: false }),
    );
    fc.assert(
      fc.property(value, (given) => {
        const before = tell(given);
        const other = tell(otherThan(given));
        expect(other.type).toBe(before.type);
        expect(other.digest).not.toBe(before.digest);
        expect(tell(given)).toEqual(before);
      }),
    );
  });

  it.each([
    ['a class instance', new (class Box {})()],
    ['a function', () => 1],
    ['nothing', undefined],
    ['null', null],
    ['a proxy', new Proxy({}, { ownKeys: () => fail('read') })],
    ['an empty map', new Map()],
    ['a subclass of a set', new (class extends Set<number> {})([1])],
  ])('does not know another one of %s', (_name, value) => {
    expect(otherThan(value)).toBe(value);
  });

  it('runs no getter', () => {
    const value = Object.defineProperty({ a: 1 }, 'b', { get: () => fail('read'), enumerable: true });
    expect(Object.keys(otherThan(value) as object)).toEqual(['a', 'b']);
  });

  it('is other under each key, also where objects hold each other', () => {
    expect(otherThan({ a: 1, b: { c: 'xy' }, d: null })).toEqual({ a: 2, b: { c: 'yx' }, d: null });
    const round: Record<string, unknown> = { a: 1 };
    round.self = round;
    expect(otherThan(round)).toMatchObject({ a: 2, self: { a: 2 } });
    expect(otherThan({ f: fail })).toEqual({});
    expect(Object.keys(otherThan(JSON.parse('{"__proto__":{"a":1}}')) as object)).toEqual(['__proto__']);
    expect(otherThan(JSON.parse('{"__proto__":{"a":1}}'))).not.toHaveProperty('a');
  });

  it('takes from maps, sets and bytes', () => {
    expect(otherThan(new Map([[1, 2]]))).toEqual(new Map());
    expect(otherThan(new Set([1, 2]))).toEqual(new Set([1]));
    expect(otherThan(Buffer.from('ab'))).toEqual(Buffer.from('a'));
    expect(otherThan(new Uint8Array([1, 2]))).toEqual(new Uint8Array([1]));
  });
});

function fail(what: string): never {
  throw new Error(what);
}
