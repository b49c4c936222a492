import { isDeepStrictEqual } from 'node:util';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EncodedValue } from '../../domain/encoded-value.ts';
import { decodeSource } from './call-source.ts';
import { literal } from './literal.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', "');process.exit(1);//", '`', '\u2028', '*/', '</script>'),
);
const encoded = fc.letrec<{ value: EncodedValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    text,
    fc.constantFrom<EncodedValue>(
      { s: 'undefined' },
      { s: 'NaN' },
      { s: '-0' },
      { s: '-Infinity' },
      { s: 'Invalid Date' },
    ),
    fc.bigInt().map((digits) => ({ n: String(digits) })),
    fc.integer().map((ms) => ({ d: ms })),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 3 }).map((o) => ({ o })),
  ),
})).value;

it('writes a value as code that means it, and nothing else', () => {
  fc.assert(
    fc.property(encoded, (value) => {
      const said = `${decodeSource}\nconst same = (written, meant) => [written, decode(meant)];\n`;
      const [written, meant] = runInNewContext(
        `${said}same(${literal(value)}, ${JSON.stringify(value)})`,
      ) as unknown[];
      expect(isDeepStrictEqual(written, meant)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it('looks as a person would write it', () => {
  const value: EncodedValue = {
    o: [
      ['items', [{ o: [] }, { s: 'undefined' }]],
      ['a-b', '"'],
      ['__proto__', { n: '7' }],
    ],
  };
  expect(literal(value)).toBe('{ items: [{}, undefined], ["a-b"]: "\\"", ["__proto__"]: 7n }');
});
