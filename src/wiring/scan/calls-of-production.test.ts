import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { callsOfProduction } from './calls-of-production.ts';

let git: TempGit;
let folder: string;
beforeEach(() => {
  git = new TempGit();
  folder = mkdtempSync(join(tmpdir(), 'autoland-calls-'));
});
afterEach(() => {
  git.remove();
  rmSync(folder, { recursive: true, force: true });
});

const line = (arg: number) =>
  `${JSON.stringify({ v: 1, package: './a.js', kind: 'call', steps: ['./a.js', 'f'], args: [arg] })}\n`;
const config = (recordings: string) =>
  parseConfig(`version: 1\ncharacterization: { recordings: ${recordings} }\n`, 'autoland.yaml');

it('reads what a person names, else what the protected branch has', async () => {
  const tip = git.commit('main', { 'calls.jsonl': `${line(1)}no call\n` });
  writeFileSync(join(folder, 'service.jsonl'), line(2));
  const args = async (recordings: string, named?: string) =>
    (await (await callsOfProduction(git, config(recordings), named))(tip)).map((call) => call.args);
  expect(await args('calls.jsonl')).toEqual([[1]]);
  expect(await args('calls.jsonl', folder)).toEqual([[2]]);
  expect(await args('null')).toEqual([]);
  expect(await args('gone.jsonl')).toEqual([]);
});

it.each([
  ['no file', undefined, /ENOENT/],
  ['an empty one', '', /found none$/],
  ['other lines', '{}\n[1]\n', /found none that can be read in 2 lines/],
  ['half a line', '{"v":1', /found none$/],
])('says at once that there is no call in what a person named: %s', async (_what, text, said) => {
  const named = join(folder, 'calls.jsonl');
  if (text !== undefined) writeFileSync(named, text);
  const calls = callsOfProduction(git, config('null'), named);
  await expect(calls).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(said) });
});
