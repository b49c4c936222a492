import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BareRepository } from '../../../test/journeys/repository.ts';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { TileLog } from '../../adapters/tile-log/tile-log.ts';
import { logOrigin } from '../place/origin.ts';
import { openRepository } from '../place/repository.ts';
import { verifyAudit } from './audit.ts';

const store = new URL('../../adapters/store/sqlite-store.ts', import.meta.url).href;
let dir: string;
let place: { repo: string; state: string };
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-audit-'));
  place = { repo: join(dir, 'r.git'), state: join(dir, 'state') };
  new BareRepository(place.repo, {});
  await using repository = await openRepository(place, 'write');
  const keyRing = await FileKeyRing.open(repository.place.files.keys, { create: true });
  const { store } = repository;
  await store.append({ events: [1, 2, 3].map((n) => ({ type: 'a.look', actor: 'x', data: { n } })) });
  await new TileLog({ store, keyRing, origin: logOrigin, directory: repository.place.files.log }).publish();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const verify = (checkpoint?: string) => verifyAudit(place, { checkpoint, logOnly: false });
const journal = () => join(place.state, 'journal.db');
const loseLog = () => {
  for (const end of ['-wal', '-shm']) rmSync(journal() + end, { force: true });
};

it.each([
  ['gone', () => rmSync(journal())],
  ['empty', () => truncateSync(journal())],
  ['of something else', () => writeFileSync(journal(), 'no database at all, but a text as long as that')],
])('verifies what was published where the journal is %s, and says so', async (_what, lose) => {
  const kept = join(dir, 'checkpoint');
  cpSync(join(place.state, 'log/checkpoint'), kept);
  expect(await verify()).toMatchObject({ kind: 'ok', unread: null });
  loseLog();
  lose();
  const found = await verify(kept);
  expect(found).toMatchObject({ kind: 'ok', size: 3, recordings: null });
  expect(found.unread).toContain('expected a');
  expect(found).toMatchObject({ truncation: expect.stringContaining('excluded up to 3') });
  writeFileSync(join(place.state, 'log/tile/0/000.p/3'), 'x'.repeat(96));
  expect(await verify()).toMatchObject({ kind: 'broken', unread: found.unread });
});

it.each(['log/checkpoint', 'log/tile/0/000.p/3'])(
  'calls a log broken whose %s is a directory',
  async (path) => {
    rmSync(join(place.state, path));
    mkdirSync(join(place.state, path));
    await expect(verify()).rejects.toMatchObject({ code: 'audit.broken', message: /EISDIR/ });
  },
);

it('is no broken journal that this user may not read', () => {
  for (const each of [dir, place.state]) chmodSync(each, 0o711);
  chmodSync(journal(), 0o000);
  // Nothing is closed to root, so it gives up its rights, once it has read what it runs.
  const asked = `import { openStore } from ${JSON.stringify(store)};
    if (process.getuid() === 0) process.setuid(65_534);
    await openStore({ file: ${JSON.stringify(journal())}, clock: {}, mode: 'read' }).catch(({ code }) => console.log(code));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', asked], { cwd: '/' });
  expect(said.toString().trim()).toBe('state.unusable');
});

it('makes nothing where it only reads', async () => {
  const made = ['kills', 'run', 'work', 'compiled'].map((name) => join(place.state, name));
  for (const each of made) rmSync(each, { recursive: true });
  expect(await verify()).toMatchObject({ kind: 'ok' });
  expect(made.filter((each) => existsSync(each))).toEqual([]);
});

it('says why a checkpoint cannot be read, and waits for none', async () => {
  const pipe = join(dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(verify(pipe)).rejects.toMatchObject({ code: 'usage' });
  await expect(verify(dir)).rejects.toMatchObject({ code: 'usage', message: /EISDIR/ });
});
