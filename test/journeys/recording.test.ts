import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileKeyRing } from '../../src/adapters/keys/file-key-ring.ts';
import { TileLog } from '../../src/adapters/tile-log/tile-log.ts';
import { changeIdOf, type Proposal } from '../../src/domain/change.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { exchangeOf, sampleModel, user } from '../../src/testing/recording.ts';
import { verifyAudit } from '../../src/wiring/journal/audit.ts';
import { eraseRecordings, finishErasures } from '../../src/wiring/journal/erase.ts';
import { exchangeRecorder } from '../../src/wiring/models/exchanges.ts';
import { examineRecordings } from '../../src/wiring/models/recordings.ts';
import { readShow } from '../../src/wiring/models/show.ts';
import { logOrigin } from '../../src/wiring/place/origin.ts';
import { openRepository, type Repository } from '../../src/wiring/place/repository.ts';
import { runCli } from './cli.ts';
import { greeter } from './greeter.ts';
import { BareRepository } from './repository.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const token = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5'}`;
const proposal: Proposal = {
  source: 'agent:coder',
  title: 'Mend the greeting',
  head: 'd'.repeat(40),
  ref: 'refs/heads/autoland/mend',
  target: 'main',
  record: { task: 'mend-7' },
};
const change = changeIdOf(proposal);

/** A change whose agent and judge were recorded, and a person at the command line. */
describe('what agents and models said', () => {
  let dir: string;
  let repository: Repository;
  let log: TileLog;
  let where: string[];
  let place: { repo: string; state: string };

  const autoland = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli([...args, ...where]);
    return { code, text: `${stdout}${stderr}` };
  };
  const inJson = async (...args: readonly string[]) =>
    JSON.parse((await runCli([...args, '--json', ...where])).stdout) as JsonObject;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-said-'));
    const repo = new BareRepository(join(dir, 'greeter.git'), greeter);
    const options = { repo: repo.dir, state: join(dir, 'state') };
    place = options;
    where = ['--repo', options.repo, '--state', options.state];
    repository = await openRepository(options, 'write');
    const { store } = repository;
    const { keys, log: directory } = repository.place.files;
    const keyRing = await FileKeyRing.open(keys, { create: true });
    log = new TileLog({ store, keyRing, origin: logOrigin, directory });
    const recorder = exchangeRecorder(repository, async () => 1e8);
    const agent = recorder.of({ task: 'mend-7', role: 'agent' });
    await agent.record(exchangeOf([user(`use ${token}\nto read`)], 'I will look'));
    const startedAt = new Date();
    await agent.recordCall({
      tool: 'read',
      input: { path: 'a.ts' },
      output: 'x = 1',
      isError: false,
      startedAt,
      ms: 4,
    });
    const data = proposal as unknown as JsonObject;
    await store.append({ events: [{ type: 'change.proposed', change, actor: 'agent:coder', data }] });
    const identity = { ...sampleModel, name: 'strict', scripted: true };
    const judge = recorder.of({ change, role: 'judge' });
    await judge.record(exchangeOf([user('is it safe? asks Zebulon')], 'it is not', { identity }));
    await log.publish();
  });
  afterAll(() => {
    repository.store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is told of in one line by explain, and listed by show', async () => {
    const explained = (await autoland('explain', change)).text.replaceAll(/\s+/g, ' ');
    expect(explained).toContain('Recorded: 2 exchanges with careful, strict (scripted), 1 tool call;');
    const { code, text } = await autoland('show', change);
    expect(code).toBe(0);
    expect(text).toContain('judge asked strict (llama-4, scripted)');
    expect(text).toContain('agent in task mend-7 ran read');
    expect(text).toContain('1 credential taken out');
    expect(text).not.toContain('Zebulon');
  });

  it('is replayed with --thinking, without credentials', async () => {
    const { text } = await autoland('show', change, '--thinking');
    expect(text).toContain('  │ use [redacted: github]\n  │ to read');
    expect(text).toContain('is it safe? asks Zebulon');
    expect(text).not.toContain(token);
    const shown = await inJson('show', change, '--thinking');
    expect(shown).toMatchObject({
      id: change,
      totals: { exchanges: 2, toolCalls: 1, inputTokens: 20, outputTokens: 10, microdollars: 14 },
      entries: [
        { role: 'agent', kind: 'exchange', scripted: false },
        { role: 'agent', kind: 'tool-call', tool: 'read', said: { input: { value: { path: 'a.ts' } } } },
        { role: 'judge', kind: 'exchange', scripted: true },
      ],
    });
    expect((await autoland('show', 'task_mend-7')).text).toContain('1 exchange with careful');
  });

  it('keeps within 40 columns', () => {
    const words = ['show', change, '--thinking', '--full', ...where];
    const line = `stty cols 40 rows 30; ${process.execPath} ${main} ${words.join(' ')}`;
    const env = { ...process.env, NO_COLOR: '1' };
    const text = execFileSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8', env });
    expect(text).toContain('is it safe?');
    expect(text.split(/\r?\n/).filter((row) => row.length > 40)).toEqual([]);
  });

  it('answers mistakes with the mend', async () => {
    const mistakes: [readonly string[], RegExp][] = [
      [['show', change, '--full'], /expected --thinking with --full/],
      [['show', 'task_none'], /expected a task of which something is recorded/],
      [['audit', 'erase', change, '--reason', ' '], /expected a reason, found nothing/],
      [
        ['audit', 'erase', change, '--reason', 'x', '--entry', '9999'],
        /expected a recording of .* in entry 9999/,
      ],
    ];
    for (const [args, says] of mistakes) {
      const { code, text } = await autoland(...args);
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(text).toMatch(says);
    }
  });

  it('is erased by a person, one entry or all, and the log still verifies', async () => {
    const { entries } = await inJson('show', change);
    const ran = (entries as { index: number; kind: string }[]).find(({ kind }) => kind === 'tool-call');
    const order = { by: 'person:alice', reason: 'asked to', entry: null };
    const all = { ...order, dryRun: false };
    // The proposal's own word for its task erases nothing.
    const rehearsed = await eraseRecordings(place, change, { ...order, dryRun: true });
    expect(rehearsed).toEqual({ id: change, count: 1, tasks: ['task_mend-7'] });
    const one = ['--entry', String(ran?.index), '--reason', 'it names a customer'];
    expect((await autoland('audit', 'erase', 'task_mend-7', ...one)).text).toContain('erased 1 recording');
    const { text } = await autoland('show', change, '--thinking');
    expect(text).not.toContain('x = 1');
    expect(text).toMatch(/erased by person:\S+ \(entry \d+\):\n {2}│ it names a customer/);
    expect(text).toContain('I will look');
    await log.publish();
    expect(await inJson('audit', 'verify')).toMatchObject({
      kind: 'ok',
      recordings: { kept: 2, erased: 1, troubles: [] },
    });
    expect(await eraseRecordings(place, change, all)).toMatchObject({ count: 1 });
    expect(await eraseRecordings(place, 'task_mend-7', all)).toEqual({
      id: 'task_mend-7',
      count: 1,
      tasks: [],
    });
    expect(await repository.store.read({ types: ['recording.erased'] })).toHaveLength(3);
    expect(await eraseRecordings(place, change, all)).toEqual({ id: change, count: 0, tasks: [] });
    await log.publish();
    expect(await verifyAudit(place, { checkpoint: undefined, logOnly: false })).toMatchObject({
      kind: 'ok',
      recordings: { kept: 0, erased: 3, troubles: [] },
    });
  });

  it('that is said after an erasure is recorded anew; an erasure that was cut off is ended', async () => {
    const judge = exchangeRecorder(repository, async () => 1e8).of({ change, role: 'judge' });
    await judge.record(exchangeOf([user('and now?')], 'yes'));
    const data = { owner: change, contents: null, reason: 'cut off' };
    await repository.store.append({
      events: [{ type: 'recording.erasing', change, actor: 'person:alice', data }],
    });
    expect((await examineRecordings(repository)).troubles).toMatchObject([{ kind: 'not-erased' }]);
    await finishErasures(repository);
    await finishErasures(repository);
    expect(await examineRecordings(repository)).toEqual({ kept: 0, erased: 4, troubles: [] });
  });

  it('stays readable when the key is rotated, and is told where it was altered', async () => {
    const judge = exchangeRecorder(repository, async () => 1e8).of({ change, role: 'judge' });
    await judge.record(exchangeOf([user('once more')], 'yes'));
    expect((await autoland('audit', 'rotate', '--reason', 'yearly')).text).toContain(
      '1 key is wrapped under',
    );
    expect((await readShow(repository, change, true)).entries.at(-1)).toMatchObject({
      said: { reason: null },
    });
    const [entry] = (await repository.store.read({ types: ['model.asked'] })).slice(-1);
    const hex = String(entry?.data.content).slice('hmac-sha256:'.length);
    appendFileSync(join(repository.place.files.blobs, change, `${hex}.jwe`), 'x');
    await log.publish();
    const verified = await autoland('audit', 'verify');
    expect(verified.code).toBe(1);
    expect(verified.text).toContain(`altered at entry ${entry?.index}`);
    expect((await autoland('show', change, '--thinking')).text).toContain('altered: autoland audit verify');
    expect((await autoland('fsck')).text).toMatch(/fail +recordings/);
  });
});
