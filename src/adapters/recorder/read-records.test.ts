import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecords } from './read-records.ts';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-records-')));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const key = '0123456789abcdef';
const call = { t: 'call', key, package: 'a', path: 'a.f', args: '(1)' };
const outcome = {
  t: 'outcome',
  key,
  facet: 'result',
  kind: 'return',
  type: 'number',
  digest: '1',
  shown: '1',
};

function write(name: string, ...lines: unknown[]): void {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(join(directory, name), `${text.join('\n')}\n`);
}

describe('readRecords', () => {
  it('adds up what several processes saw', async () => {
    write('1.jsonl', { t: 'load', package: 'a', version: '1.0.0', by: null }, call, outcome);
    write('2.jsonl', call, outcome, { ...outcome, digest: '2' });
    const { calls, loads, gaps } = await readRecords(directory);
    expect(gaps).toEqual([]);
    expect(loads).toEqual([{ package: 'a', version: '1.0.0', by: undefined }]);
    expect(
      calls
        .get(key)
        ?.facets.get('result')
        ?.map(({ digest }) => digest),
    ).toEqual(['1', '2']);
  });

  it.each([
    ['no JSON', '{"t":'],
    ['no record', '[]'],
    ['another record', { t: 'verdict', pass: true }],
    ['an outcome of no call', { ...outcome, key: 'fedcba9876543210' }],
    ['a key that is none', { ...call, key: '__proto__' }],
    ['a number for a text', { ...outcome, shown: 1 }],
    ['a long text', { ...outcome, shown: 'x'.repeat(5000) }],
    ['a long line', 'x'.repeat(100_000)],
    ['deep nesting', '['.repeat(15_000)],
  ])('has a gap for %s', async (_name, line) => {
    write('1.jsonl', call, line, outcome);
    const { calls, gaps } = await readRecords(directory);
    expect(gaps).toEqual(['unreadable']);
    expect(calls.get(key)?.facets.get('result')).toHaveLength(1);
  });

  it('keeps calls that others can be made from, each once, and has no gap for those that are none', async () => {
    const input = {
      t: 'input',
      v: 1,
      package: 'a',
      kind: 'call',
      steps: ['a', 'f'],
      args: [{ o: [['x', 1]] }],
    };
    write('1.jsonl', call, outcome, input, input, { ...input, steps: ['b'] }, { ...input, args: [{ x: 1 }] });
    write('2.jsonl', input);
    const { inputs, gaps } = await readRecords(directory);
    expect(inputs).toEqual([{ package: 'a', kind: 'call', steps: ['a', 'f'], args: [{ o: [['x', 1]] }] }]);
    expect(gaps).toEqual([]);
  });

  it('follows no link', async () => {
    write('real.txt', call);
    symlinkSync(join(directory, 'real.txt'), join(directory, '1.jsonl'));
    expect(await readRecords(directory)).toMatchObject({ calls: new Map(), gaps: ['unreadable'] });
  });

  it('holds no more outcomes than it has room for', async () => {
    const many = Array.from({ length: 400 }, (_, at) => ({ ...outcome, digest: String(at) }));
    write('1.jsonl', call, ...many);
    const { calls, gaps } = await readRecords(directory);
    expect(calls.get(key)?.facets.get('result')).toHaveLength(200);
    expect(gaps).toEqual(['unreadable']);
  });

  it('takes any text without an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 10 }), async (lines) => {
        write('1.jsonl', ...lines);
        expect((await readRecords(directory)).calls.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
