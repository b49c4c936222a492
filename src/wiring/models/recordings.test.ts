import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestRepository } from '../../adapters/git-host/local/test-repository.ts';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { exclusively } from '../../adapters/store/exclusively.ts';
import type { BlobOwner, Commitment } from '../../domain/blob.ts';
import type { JsonObject } from '../../domain/json.ts';
import { recordingsOpen } from '../doctor/examine-recordings.ts';
import { backUp } from '../journal/backup.ts';
import { collectGarbage } from '../journal/gc.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { blobsOf, examineRecordings } from './recordings.ts';

const owner: BlobOwner = 'chg_0123456789ab';

let git: TestRepository;
let options: { repo: string; state: string };
let repository: Repository;
beforeEach(async () => {
  git = new TestRepository();
  const file = (path: string, content: string) => ({ path, mode: '100644', content });
  git.seed([file('.autoland/autoland.yaml', 'version: 1\n'), file('.autoland/policy.cedar', '')]);
  options = { repo: git.dir, state: join(git.top, 'state') };
  repository = await openRepository(options, 'write');
  await FileKeyRing.open(repository.place.files.keys, { create: true });
});
afterEach(() => {
  repository.store.close();
  git.remove();
});

async function say(text: string): Promise<{ content: Commitment; index: number }> {
  const content = await blobsOf(repository.place).put(owner, Buffer.from(text));
  const [entry] = await append('model.asked', 'recorder', { owner, content });
  return { content, index: entry?.index ?? -1 };
}

function append(type: string, actor: string, data: JsonObject) {
  return repository.store.append({ events: [{ type, actor, data }] });
}

const fileOf = (content: Commitment) =>
  join(repository.place.files.blobs, owner, `${content.slice('hmac-sha256:'.length)}.jwe`);

it('finds what is missing or altered, and knows it from what a person had erased', async () => {
  const [gone, altered, erased, kept] = [await say('a'), await say('b'), await say('c'), await say('d')];
  expect(await examineRecordings(repository)).toEqual({ kept: 4, erased: 0, troubles: [] });
  rmSync(fileOf(gone.content));
  writeFileSync(fileOf(altered.content), 'something else');
  await append('recording.erasing', 'person:alice', {
    owner,
    contents: [erased.content],
    reason: 'asked to',
  });
  const found = await examineRecordings(repository);
  expect(found).toMatchObject({ kept: 3, erased: 1 });
  expect(found.troubles.map(({ entry, kind }) => [entry, kind])).toEqual([
    [gone.index, 'missing'],
    [altered.index, 'altered'],
    [erased.index, 'not-erased'],
  ]);
  await blobsOf(repository.place).erase(owner, [erased.content]);
  expect((await examineRecordings(repository)).troubles).toHaveLength(2);
  expect((await blobsOf(repository.place).get(owner, kept.content))?.toString()).toBe('d');
});

it('takes no erasure for one that nobody ordered', async () => {
  const { content, index } = await say('a');
  await append('recording.erasing', 'agent:coder', { owner, contents: null, reason: 'mine' });
  await blobsOf(repository.place).erase(owner);
  const { troubles } = await examineRecordings(repository);
  expect(troubles).toMatchObject([
    { entry: index, kind: 'missing', detail: expect.stringContaining(content) },
  ]);
});

it('says that contents cannot be read where their key is gone', async () => {
  await say('a');
  rmSync(repository.place.files.wrappingKeys);
  expect((await examineRecordings(repository)).troubles).toMatchObject([{ kind: 'unreadable' }]);
});

it('is looked at by doctor: whether the newest opens, and where spans go', async () => {
  expect(await recordingsOpen(repository.place, {})).toContain('nothing is recorded; no spans are sent');
  const { content } = await say('a');
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318', OTEL_EXPORTER_OTLP_HEADERS: 'k=hush' };
  expect(await recordingsOpen(repository.place, env)).toBe(
    '1 recording, the newest opens; spans go to collector:4318',
  );
  const grpc = { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  await expect(recordingsOpen(repository.place, grpc)).rejects.toMatchObject({ code: 'usage' });
  rmSync(fileOf(content));
  await expect(recordingsOpen(repository.place, {})).rejects.toMatchObject({ code: 'blob.corrupt' });
});

it('collects what no entry names, and never what one does', async () => {
  const { content } = await say('named');
  const blobs = blobsOf(repository.place);
  const stray = await blobs.put(owner, Buffer.from('stray'));
  const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
  for (const each of [content, stray]) utimesSync(fileOf(each), twoDaysAgo, twoDaysAgo);
  expect(await collectGarbage(options, true)).toContain(fileOf(stray));
  expect(await collectGarbage(options, false)).toEqual([fileOf(stray)]);
  expect(await blobs.list(owner)).toEqual([content]);
});

it('comes back from a backup, also one that was taken while keys were rotated', async () => {
  const said = [await say('one'), await say('two')];
  let isOver = false;
  const rotating = (async () => {
    while (!isOver) {
      await exclusively(repository.place.files.recordingLock, () => blobsOf(repository.place).rotate());
      // The lock is not fair: who takes it again at once leaves it to nobody.
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  })();
  const backups: string[] = [];
  for (let n = 0; n < 4; n += 1)
    backups.push((await backUp(options, join(git.top, `backup-${n}`), false)).to);
  isOver = true;
  await rotating;
  for (const [n, backup] of backups.entries()) {
    const state = join(git.top, `restored-${n}`);
    execFileSync('cp', ['-a', backup, state]);
    await using restored = await openRepository({ repo: git.dir, state }, 'read');
    expect(await examineRecordings(restored)).toEqual({ kept: 2, erased: 0, troubles: [] });
    expect((await blobsOf(restored.place).get(owner, said[1]?.content as Commitment))?.toString()).toBe(
      'two',
    );
    expect(readdirSync(join(state, 'keys')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }
});

const asker = `
  import { openRepository } from ${JSON.stringify(join(import.meta.dirname, '../place/repository.ts'))};
  import { blobsOf } from ${JSON.stringify(join(import.meta.dirname, 'recordings.ts'))};
  import { exclusively } from ${JSON.stringify(join(import.meta.dirname, '../../adapters/store/exclusively.ts'))};
  import { ExchangeRecorder } from ${JSON.stringify(join(import.meta.dirname, '../../adapters/exchange-log/exchange-recorder.ts'))};
  import { exchangeOf, user, wordRedactor } from ${JSON.stringify(join(import.meta.dirname, '../../testing/recording.ts'))};
  const [repo, state] = process.argv.slice(1);
  const { place, store } = await openRepository({ repo, state }, 'write');
  const lock = (work) => exclusively(place.files.recordingLock, work);
  const parts = { journal: store, blobs: blobsOf(place), redactor: wordRedactor, exclusively: lock, mostBytes: async () => 1e9 };
  const log = new ExchangeRecorder(parts).of({ change: 'chg_0123456789ab', role: 'agent' });
  const messages = [];
  for (let n = 0; ; n += 1) {
    messages.push(user('question ' + n + ' ' + 'x'.repeat(1000 * (n % 7))));
    await log.record(exchangeOf(messages, 'answer ' + n));
    process.stdout.write(n + '\\n');
  }`;

it('names nothing that is not there, wherever two recorders are killed', async () => {
  let said = 0;
  for (const afterMs of [0, 7]) {
    const children = [1, 2].map(() => {
      const args = ['--input-type=module', '-e', asker, options.repo, options.state];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      return {
        child,
        closed: once(child, 'close'),
        first: once(child.stdout, 'data'),
        lines: countLines(child),
      };
    });
    await Promise.race(children.map(({ first, closed }) => Promise.race([first, closed])));
    await new Promise((resolve) => setTimeout(resolve, 60 + afterMs));
    for (const { child } of children) child.kill('SIGKILL');
    await Promise.all(children.map(({ closed }) => closed));
    said += children.reduce((sum, { lines }) => sum + lines(), 0);
  }
  const found = await examineRecordings(repository);
  expect(found.troubles).toEqual([]);
  expect(found.kept).toBeGreaterThanOrEqual(said);
  // In each round one of them had come so far.
  expect(said).toBeGreaterThanOrEqual(2);
});

function countLines(child: ChildProcess): () => number {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return () => output.split('\n').length - 1;
}
