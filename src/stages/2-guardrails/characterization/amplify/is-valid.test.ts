import { describe, expect, it } from 'vitest';
import type { EncodedValue } from '../../../../domain/encoded-value.ts';
import type { CallShape, TypeShape } from '../../../../domain/parameter-types.ts';
import { isValid, isValidCall } from './is-valid.ts';

const text: TypeShape = { kind: 'string' };
const number: TypeShape = { kind: 'number' };
const options: TypeShape = {
  kind: 'object',
  properties: [
    { name: 'sign', optional: false, type: text },
    { name: 'deep', optional: true, type: { kind: 'boolean' } },
  ],
};
const map: TypeShape = { kind: 'object', properties: [], others: number };
const union: TypeShape = { kind: 'union', of: [{ kind: 'literal', value: 'a' }, { kind: 'null' }, number] };

describe('isValid', () => {
  it.each<[EncodedValue, TypeShape, boolean]>([
    ['x', text, true],
    [1, text, false],
    [{ s: 'NaN' }, number, true],
    [{ s: 'undefined' }, { kind: 'undefined' }, true],
    [{ n: '1' }, { kind: 'bigint' }, true],
    [{ n: '1' }, number, false],
    [{ d: 1 }, { kind: 'date' }, true],
    [{ s: 'Invalid Date' }, { kind: 'date' }, true],
    ['a', union, true],
    ['b', union, false],
    [null, union, true],
    [true, { kind: 'literal', value: true }, true],
    [['x', 1], { kind: 'list', of: text }, false],
    [['x', 'y'], { kind: 'list', of: text }, true],
    [['x', 1], { kind: 'tuple', of: [text, number] }, true],
    [['x'], { kind: 'tuple', of: [text, number] }, false],
    [{ o: [['sign', '-']] }, options, true],
    [{ o: [['deep', true]] }, options, false],
    [
      {
        o: [
          ['sign', '-'],
          ['more', 1],
        ],
      },
      options,
      false,
    ],
    [{ o: [['__proto__', 1]] }, options, false],
    [{ o: [['__proto__', 1]] }, map, true],
    [{ o: [['a', 'x']] }, map, false],
    [['x'], options, false],
    ['x', { kind: 'nothing' }, false],
    [{ o: [] }, { kind: 'anything' }, true],
  ])('%j of %j: %s', (value, shape, expected) => {
    expect(isValid(value, shape)).toBe(expected);
  });
});

const way = (...types: TypeShape[]): CallShape => ({
  parameters: types.map((type, at) => ({ type, optional: at > 0 })),
});

describe('isValidCall', () => {
  it.each<[string, EncodedValue[], EncodedValue[], CallShape[], boolean]>([
    ['the type there', ['y'], ['x'], [way(text)], true],
    ['another type', [1], ['x'], [way(text)], false],
    ['an argument too many', ['x', 1], ['x'], [way(text)], false],
    ['an argument more', ['x', 1], ['x'], [way(text, number)], true],
    ['an optional one less', ['x'], ['x', 1], [way(text, number)], true],
    ['one less than is needed', [], ['x'], [way(text)], false],
    ['undefined for an optional one', ['x', { s: 'undefined' }], ['x', 1], [way(text, number)], true],
    [
      'a way that the other arguments are not meant for',
      [1, '-'],
      ['x', '-'],
      [way(text, text), way(number, number)],
      false,
    ],
    ['another way of the same', [1], ['x'], [way(text), way(number)], true],
    ['a call that was wrong before, changed elsewhere', [true, 'y'], [true, 'x'], [way(text, text)], true],
    ['a rest', ['x', 1, 2, 3], ['x', 1], [{ ...way(text), rest: number }], true],
    ['a wrong rest', ['x', 'y'], ['x', 1], [{ ...way(text), rest: number }], false],
  ])('%s', (_what, args, seen, ways, expected) => {
    expect(isValidCall(args, seen, ways)).toBe(expected);
  });
});
