import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CrashFrame } from '../crash.ts';
import { signatureOf } from './signature.ts';

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '#', '"', ',', '[', ':', '/'),
  minLength: 1,
  maxLength: 6,
});
const position = fc.record({ line: fc.integer({ min: 1, max: 9 }), column: fc.integer({ min: 1, max: 9 }) });
const named = fc
  .tuple(word, word, position)
  .map(([file, functionName, at]) => ({ file, functionName, ...at }));
const frames = fc.array(named, { minLength: 1, maxLength: 6 });

const moved = (all: readonly CrashFrame[], lines: number) =>
  all.map((frame) => ({ ...frame, line: frame.line + lines, column: frame.column + 1 }));

describe('signatureOf', () => {
  it('stays the same where functions that have a name move', () => {
    fc.assert(
      fc.property(frames, fc.nat(50), (all, lines) => {
        expect(signatureOf('TypeError', moved(all, lines))).toBe(signatureOf('TypeError', all));
      }),
    );
  });

  it('stays the same however often a function calls itself, and from wherever it is reached', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 9 }), frames, (all, times, outer) => {
        const [first, ...others] = all;
        const deep = [...Array<typeof first>(times).fill(first), ...others];
        const known = deep.flatMap((frame) => frame ?? []);
        expect(signatureOf('TypeError', known)).toBe(signatureOf('TypeError', all));
        const four = ['a', 'b', 'c', 'd'].map((functionName) => ({
          file: 'x',
          functionName,
          line: 1,
          column: 1,
        }));
        expect(signatureOf('TypeError', [...four, ...outer])).toBe(signatureOf('TypeError', four));
      }),
    );
  });

  it('is another one for another function, file or type', () => {
    const places = (all: readonly CrashFrame[]) =>
      JSON.stringify(all.map((one) => [one.file, one.functionName]));
    fc.assert(
      fc.property(named, named, (one, other) => {
        fc.pre(places([one]) !== places([other]));
        expect(signatureOf('TypeError', [one])).not.toBe(signatureOf('TypeError', [other]));
        expect(signatureOf('TypeError', [one])).not.toBe(signatureOf('RangeError', [one]));
        expect(signatureOf('TypeError', [one, other])).not.toBe(signatureOf('TypeError', [other, one]));
      }),
    );
  });

  it('tells code without a name by its place, and never takes it for a function of that name', () => {
    const at = (line: number): CrashFrame => ({ file: 'a', line, column: 1 });
    expect(signatureOf('TypeError', [at(1)])).not.toBe(signatureOf('TypeError', [at(2)]));
    expect(signatureOf('TypeError', [at(1)])).not.toBe(
      signatureOf('TypeError', [{ ...at(1), functionName: '1' }]),
    );
  });
});
