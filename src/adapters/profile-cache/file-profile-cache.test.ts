import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileProfileCache } from './file-profile-cache.ts';

const key = (text: string) => `sha512-${createHash('sha512').update(text).digest('base64')}`;
let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'profiles-')), 'inner');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));
const fileOf = () => join(directory, readdirSync(directory)[0] ?? '');

describe('FileProfileCache', () => {
  it('keeps what it was given, for the next one too', async () => {
    await new FileProfileCache(directory).put(key('a'), '{"ü":1}\n');
    expect(await new FileProfileCache(directory).get(key('a'))).toBe('{"ü":1}\n');
    expect(await new FileProfileCache(directory).get(key('b'))).toBeUndefined();
  });

  it.each<[string, () => void]>([
    ['cut off', () => truncateSync(fileOf(), 70)],
    ['written on', () => appendFileSync(fileOf(), ' ')],
    ['empty', () => writeFileSync(fileOf(), '')],
    ['something else', () => writeFileSync(fileOf(), '{"text":1}')],
    ['huge', () => writeFileSync(fileOf(), 'a'.repeat(2_000_000))],
  ])('forgets what is %s', async (_what, damage) => {
    const cache = new FileProfileCache(directory);
    await cache.put(key('a'), 'text');
    damage();
    expect(await cache.get(key('a'))).toBeUndefined();
    await cache.put(key('a'), 'text');
    expect(await cache.get(key('a'))).toBe('text');
  });

  it.each(['', 'sha1-AAAA', 'sha512-AAAA', '../../x', `${key('a')} ${key('b')}`])(
    'keeps nothing under %j',
    async (integrity) => {
      const cache = new FileProfileCache(directory);
      await cache.put(integrity, 'text');
      expect(await cache.get(integrity)).toBeUndefined();
    },
  );

  it('is bounded', async () => {
    const cache = new FileProfileCache(directory, { entries: 20, bytes: 100 });
    for (let number = 0; number < 60; number += 1) await cache.put(key(`${number}`), 'text');
    await cache.put(key('large'), 'a'.repeat(100));
    expect(readdirSync(directory).length).toBeLessThanOrEqual(20);
    expect(await cache.get(key('59'))).toBe('text');
    expect(await cache.get(key('large'))).toBeUndefined();
  });

  it('does without where it cannot write', async () => {
    writeFileSync(directory, '');
    const cache = new FileProfileCache(directory);
    await cache.put(key('a'), 'text');
    expect(await cache.get(key('a'))).toBeUndefined();
  });
});
