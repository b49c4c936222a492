import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchangeOf } from '../../testing/recording.ts';
import { ExchangeFile } from './exchange-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'al-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a file of exchanges', () => {
  const linesOf = (path: string) => readFileSync(path, 'utf8').trim().split('\n').length;

  it('is for its owner alone, and holds each in a line', async () => {
    const file = new ExchangeFile(join(dir, 'kept', 'exchanges.ndjson'));
    await file.record(exchangeOf([], 'no'));
    await file.record(exchangeOf([], 'no'));
    expect(linesOf(file.path)).toBe(2);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
  });

  it('is put aside once it is full, and one such is kept', async () => {
    const file = new ExchangeFile(join(dir, 'exchanges.ndjson'), 1);
    for (let n = 0; n < 4; n++) await file.record(exchangeOf([], 'no'));
    expect(readdirSync(dir).sort()).toEqual(['exchanges.ndjson', 'exchanges.ndjson.old']);
    expect([linesOf(file.path), linesOf(`${file.path}.old`)]).toEqual([1, 1]);
  });
});
