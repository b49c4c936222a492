import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import { CrashBench, crashAt, crashingFiles } from '../../testing/crash-bench.ts';
import { ModelServer } from '../../testing/model-server/model-server.ts';
import { exchangeRecorder } from '../models/exchanges.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { crashSamples } from './crash-samples.ts';
import { findCrashFix } from './find-crash-fix.ts';

let bench: CrashBench;
let folder: string;
let repository: Repository;
let server: ModelServer;
beforeEach(async () => {
  bench = new CrashBench();
  folder = mkdtempSync(join(tmpdir(), 'autoland-samples-'));
  const repo = join(folder, 'repo.git');
  execFileSync('git', ['init', '-q', '--bare', repo]);
  repository = await openRepository({ repo, state: join(folder, 'state') }, 'write');
  mkdirSync(repository.place.files.keys, { recursive: true, mode: 0o700 });
  const input = { path: 'label.js', old: 'user.name.trim()', new: "(user.name ?? '').trim()" };
  const calls = [
    { kind: 'tool-call', tool: 'edit_file', input },
    { kind: 'tool-call', tool: 'finish', input: { isDone: true, summary: 'mended' } },
  ] as const;
  const steps = [{ answer: { kind: 'says' as const, blocks: [...calls] } }];
  server = await ModelServer.open({ script: { steps }, key: 'sk-0123456789' });
  const keyFile = join(folder, 'key');
  writeFileSync(keyFile, 'sk-0123456789\n', { mode: 0o600 });
  const local = `{ provider: openai-compatible, url: "${server.url}/v1", keyFile: ${keyFile}, scripted: true }`;
  writeFileSync(repository.place.files.models, `version: 1\nservers: { local: ${local} }\n`, { mode: 0o600 });
});
afterEach(async () => {
  await server.close();
  await repository[Symbol.asyncDispose]();
  bench.remove();
  rmSync(folder, { recursive: true, force: true });
});

const recorded: readonly RecordedCall[] = [
  { package: './label.js', kind: 'call', steps: ['./label.js', 'label'], args: [{ o: [['name', null]] }] },
];

/** So few attempts that no template has one. */
async function search(at: string) {
  const config = parseConfig(
    `version: 1
commands: { install: null, test: [node, label.test.js] }
models: { coder: { provider: openai-compatible, server: ${at}, model: qwen-x, family: qwen } }
agents: { crash-fix: { attempts: 1, model: coder, samples: 1 } }
`,
    'autoland.yaml',
  );
  const recorder = exchangeRecorder(repository, async () => 1024 * 1024);
  const parts = { ...bench.deps, recorder };
  const tip = bench.tipOf({ ...crashingFiles });
  const frames = [{ file: 'label.js', line: 2, column: 20, functionName: 'exports.label' }] as const;
  const crash = { ...crashAt(tip), frames, firstSeen: new Date('2036-01-01T00:00:00Z') };
  const samples = crashSamples(parts, repository, config);
  return findCrashFix(parts, config, { crash, tip, samples, recorded });
}

describe('a search for a fix with a model', () => {
  it('says whose the fix is, and that it was scripted, and keeps what was said', async () => {
    const found = await search('local');
    expect(found.files?.get('label.js')).toContain("(user.name ?? '').trim()");
    const task = expect.stringMatching(/^crash-fix-\d{8}t\d{6}-[0-9a-f]{6}$/);
    expect(found.record).toMatchObject({
      reproducedBy: 'recorded-call',
      fix: { kind: 'model' },
      model: { name: 'coder', family: 'qwen', scripted: true, task },
    });
    expect(found.told).toMatchObject({
      ...{ task, models: ['coder'], model: { family: 'qwen' } },
      items: [{ path: 'label.js', line: 2, by: 'by the model coder (scripted)' }],
    });
    const said = await repository.store.read({ types: ['model.asked', 'tool.called'] });
    const owner = `task_${String(found.told?.task)}`;
    expect(said.map(({ type, data }) => [type, data.owner])).toEqual([
      ['model.asked', owner],
      ['tool.called', owner],
    ]);
  });

  it('goes on without one that this machine has no place for, and says so', async () => {
    const found = await search('elsewhere');
    expect(found.files).toBeUndefined();
    expect(found.record).toMatchObject({ fix: null, tried: [{ kind: 'model', end: 'no-answer' }] });
    expect(found.ended?.reason).toMatch(/Without a model.s edit: coder: .*elsewhere/);
    expect(server.asked).toEqual([]);
  });
});
