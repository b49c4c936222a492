import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CallPipe, makePipe } from './call-pipe.ts';

let place: string;
let pipe: CallPipe;
beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'autoland-pipe-'));
  await makePipe(join(place, 'pipe'));
  pipe = CallPipe.open(join(place, 'pipe'), '/project');
});
afterEach(() => {
  pipe.close();
  rmSync(place, { recursive: true, force: true });
});

const line = (path: string) => `7 access("${path}", F_OK) = 0\n`;
const write = (script: string) => promisify(execFile)('/bin/sh', ['-c', script], { cwd: place });

it('reads everything, whoever writes it when and however much it is', async () => {
  // More than the pipe holds, and than is read at one look.
  const many = Array.from({ length: 250_000 }, (_, at) => line(`/usr/${at % 9}`)).join('');
  writeFileSync(join(place, 'many'), many);
  await write('cat many > pipe');
  // A line comes in parts.
  await write(`printf '7 access("/etc/' > pipe; sleep 0.1; printf 'shadow", F_OK) = 0\\n' > pipe`);
  writeFileSync(join(place, 'last'), line('/etc/passwd'));
  await write('cat last > pipe');
  const { calls, gaps } = await pipe.read();
  expect(gaps).toEqual([]);
  expect(calls.map(({ target }) => target)).toEqual(expect.arrayContaining(['/etc/shadow', '/etc/passwd']));
});

it('says that somebody goes on writing', async () => {
  const writer = openSync(join(place, 'pipe'), 'w');
  expect((await pipe.read(100)).gaps).toEqual(['unfinished']);
  closeSync(writer);
});

it('has read nothing where nothing was written', async () => {
  expect(await pipe.read()).toEqual({ traced: false, calls: [], gaps: [] });
});
