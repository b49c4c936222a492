import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { checkRange } from './check.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-check-'));
execFileSync('git', ['init', '--quiet', dir]);
afterAll(() => rmSync(dir, { recursive: true }));

it.each([
  ['empty', '', /found none/],
  ['of something else', 'a note\n{"a":1}\n', /none that can be read in 2 lines/],
])('refuses recordings that are %s before anything runs', async (_what, text, message) => {
  const recordings = join(dir, 'calls.jsonl');
  writeFileSync(recordings, text);
  const nothing = () => undefined;
  const wish = { repo: dir, range: undefined, recordings, stopEarly: true };
  await expect(checkRange({ ...wish, onGuardrail: nothing, onFact: nothing })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(message),
  });
});
