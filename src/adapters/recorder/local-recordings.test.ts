import { execFileSync } from 'node:child_process';
import { ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalRecordings } from './local-recordings.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'autoland-recordings-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const read = (path: string) => new LocalRecordings(path).read().then(String);

it('reads a file, or all files of a directory, without a line that was cut off', async () => {
  writeFileSync(join(place, 'b.jsonl'), '{"b":1}\n{"cut');
  writeFileSync(join(place, 'a.jsonl'), '{"a":1}\n');
  writeFileSync(join(place, 'notes.txt'), 'no');
  mkdirSync(join(place, 'doors'));
  expect(await read(place)).toBe('{"a":1}\n{"b":1}\n');
  expect(await read(join(place, 'b.jsonl'))).toBe('{"b":1}\n');
});

it.each<[string, (path: string) => void]>([
  ['nothing there', () => undefined],
  ['an empty directory', (path) => mkdirSync(path)],
  ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ['too much', (path) => ftruncateSync(openSync(path, 'w'), 65 * 1024 * 1024)],
])('refuses %s', async (_what, make) => {
  const path = join(place, 'calls');
  make(path);
  await expect(read(path)).rejects.toMatchObject({ code: 'usage' });
});
