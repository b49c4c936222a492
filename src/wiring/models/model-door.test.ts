import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../adapters/clock/system.ts';
import { BubblewrapSandbox } from '../../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { parseConfig } from '../../config/config.ts';
import type { ModelExchange } from '../../domain/model.ts';
import { saying } from '../../testing/model-bench.ts';
import { ModelServer } from '../../testing/model-server/model-server.ts';
import { makeState, stateFiles } from '../place/place.ts';
import { openModelDoor } from './model-door.ts';
import { Models } from './models.ts';

const limits = { seconds: 30, memoryMiB: 256, processes: 32, diskMiB: 16, outputKiB: 64 };
const clock = new SystemClock();

let state: string;
let server: ModelServer;
let files: ReturnType<typeof stateFiles>;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'autoland-door-'));
  await chmod(state, 0o711);
  files = stateFiles(state);
  await makeState({ repo: '', state, files });
  server = await ModelServer.open({ script: { steps: [{ answer: saying() }] }, key: 'sk-0123456789' });
  await mkdir(join(state, 'secret'), { mode: 0o700 });
  await writeFile(join(state, 'secret', 'key'), 'sk-0123456789\n', { mode: 0o600 });
  await writeFile(
    files.models,
    `version: 1
servers:
  openai: { provider: openai, url: "${server.url}/v1", keyFile: ${state}/secret/key, scripted: true }
`,
  );
});
afterEach(async () => {
  await server.close();
  await rm(state, { recursive: true, force: true });
});

const config = parseConfig(
  'version: 1\nmodels:\n  coder: { provider: openai, model: gpt-9, family: gpt }\n',
  'autoland.yaml',
);

describe('a door for one job', () => {
  it('lets its client ask the named models, and is gone with it', async () => {
    const kept: ModelExchange[] = [];
    const log = { record: async (one: ModelExchange) => void kept.push(one) };
    const sandbox = new BubblewrapSandbox({ stateDir: state, workDir: files.work });
    const parts = { models: new Models(files, clock), config, files, owner: sandbox.owner(), clock };
    const door = await openModelDoor(parts, { names: ['coder'], change: 'abc', log });
    const script = `const { OPENAI_BASE_URL, OPENAI_API_KEY } = process.env;
const body = JSON.stringify({ model: 'gpt-9', messages: [{ role: 'user', content: 'Is it right?' }] });
const headers = { authorization: 'Bearer ' + OPENAI_API_KEY };
const answer = await fetch(OPENAI_BASE_URL + '/chat/completions', { method: 'POST', headers, body });
console.log((await answer.json()).choices[0].message.content);`;
    const result = await sandbox.run({
      argv: ['node', '--input-type=module', '-e', script],
      ...{ cwd: '/tmp', mounts: [], network: 'none', limits },
      ...door.job,
    });
    expect(result).toMatchObject({ kind: 'exited', code: 0, stdout: 'No objection.\n' });
    expect(kept).toMatchObject([{ identity: { name: 'coder', scripted: true }, reply: { kind: 'answer' } }]);
    await door.close();
    expect(existsSync(door.job.modelSocket)).toBe(false);
  });

  it('is not opened for a model without a place', async () => {
    const parts = { models: new Models(files, clock), config, files, owner: undefined, clock };
    const log = { record: () => Promise.resolve() };
    await expect(openModelDoor(parts, { names: ['other'], change: undefined, log })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});
