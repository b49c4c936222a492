import { describe, expect, it } from 'vitest';
import { viewOf } from './evidence.ts';

describe('viewOf', () => {
  it('makes a table of like things, and rows of the rest', () => {
    const differences = [
      { call: 'parse("a")', old: '1', new: 'throws TypeError' },
      { call: 'parse("b")', old: '2' },
    ];
    expect(viewOf({ count: 2, differences, base: { ok: 3 } }, 10)).toEqual({
      rows: [
        ['count', '2'],
        ['base.ok', '3'],
      ],
      tables: [
        {
          name: 'differences',
          columns: ['call', 'old', 'new'],
          rows: [
            ['parse("a")', '1', 'throws TypeError'],
            ['parse("b")', '2', ''],
          ],
        },
      ],
      omitted: 0,
    });
  });

  it('says how much it leaves out', () => {
    const many = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`k${at}`, at]));
    const list = Array.from({ length: 4 }, (_, at) => ({ at }));
    const view = viewOf({ ...many, list }, 2);
    expect(view.omitted).toBe(5);
    expect([view.rows.length, view.tables[0]?.rows.length]).toEqual([2, 2]);
  });

  it.each([
    [[{ a: { b: 1 } }], 'list.0.a.b'],
    [[1, 2], 'list.0'],
    [[{ a: 1 }, 2], 'list.0.a'],
  ])('does not force %j into a table', (list, first) => {
    expect(viewOf({ list }, 10).rows[0]?.[0]).toBe(first);
  });
});
