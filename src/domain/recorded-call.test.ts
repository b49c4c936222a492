import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRecordings } from './recorded-call.ts';

const call = { v: 1, package: 'a', kind: 'call', steps: ['a', 'f'], args: [1] };
const line = (over: object) => JSON.stringify({ ...call, ...over });

describe('recorded calls', () => {
  it('are read each once, and what was not recorded is counted', () => {
    const skipped = { v: 1, package: 'a', kind: 'call', steps: ['a', 'g'], notPlain: 2 };
    const text = [
      line({}),
      line({}),
      line({ args: [2] }),
      JSON.stringify(skipped),
      JSON.stringify(skipped),
      '',
    ].join('\n');
    const { calls, notPlain, unreadable, truncated } = readRecordings(text);
    expect(calls.map(({ args }) => args)).toEqual([[1], [2]]);
    expect([...notPlain]).toEqual([['a', 4]]);
    expect({ unreadable, truncated }).toEqual({ unreadable: 0, truncated: false });
  });

  it('may be cut off at the end, and nowhere else', () => {
    expect(readRecordings(`${line({})}\n{"v":1,"pack`).unreadable).toBe(0);
    expect(readRecordings(`{"v":1,"pack\n${line({})}\n`).unreadable).toBe(1);
  });

  it.each([
    ['another version', { v: 2 }],
    ['no package', { package: '' }],
    ['another kind', { kind: 'read' }],
    ['a path', { steps: ['../a', 'f'] }],
    ['a path in the package', { steps: ['a/../../b', 'f'] }],
    ['another package', { steps: ['b', 'f'] }],
    ['a package whose name begins alike', { steps: ['ab', 'f'] }],
    ['a built-in module', { package: 'a', steps: ['node:fs', 'rmSync'] }],
    ['a step that is no text', { steps: ['a', 1] }],
    ['no steps', { steps: [] }],
    ['arguments that are no list', { args: { length: 1 } }],
    ['many arguments', { args: Array.from({ length: 51 }, () => 1) }],
    ['an object without a tag', { args: [{}] }],
    ['an object with two', { args: [{ s: 'NaN', n: '1' }] }],
    ['an unknown tag', { args: [{ f: 'process.exit()' }] }],
    ['an unknown special', { args: [{ s: 'globalThis' }] }],
    ['a bigint that is none', { args: [{ n: '1'.repeat(1001) }] }],
    ['a date out of range', { args: [{ d: 1e300 }] }],
    ['an entry that is none', { args: [{ o: [['a']] }] }],
    ['a long line', { args: ['x'.repeat(70_000)] }],
    ['deep nesting', { args: JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`) }],
  ])('are refused with %s', (_what, over) => {
    expect(readRecordings(`${line(over)}\n`)).toMatchObject({ calls: [], unreadable: 1 });
  });

  it('take any text without an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readRecordings(`${text}\n`).calls).toEqual([]);
      }),
    );
    expect(readRecordings('['.repeat(60_000))).toMatchObject({ calls: [] });
  });
});
