import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../adapters/clock/system.ts';
import { parseConfig } from '../../config/config.ts';
import type { ModelExchange } from '../../domain/model.ts';
import { question, saying } from '../../testing/model-bench.ts';
import { ModelServer } from '../../testing/model-server/model-server.ts';
import { examineModels } from '../doctor/examine-models.ts';
import { readModelServers } from './model-servers.ts';
import { Models } from './models.ts';

let dir: string;
let files: { models: string; spending: string };
let server: ModelServer;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-models-'));
  files = { models: join(dir, 'models.yaml'), spending: join(dir, 'spending') };
  server = await ModelServer.open({
    script: { steps: [{ model: 'broken', answer: { kind: 'status', status: 404 } }, { answer: saying() }] },
    key: 'sk-0123456789',
  });
  writeFileSync(join(dir, 'key'), 'sk-0123456789\n', { mode: 0o600 });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const models = (more = '') =>
  parseConfig(
    `version: 1
models:
  opus: { provider: anthropic, model: claude-opus-5-5, family: claude, prices: { input: 5, output: 25 } }
  coder: { provider: openai, model: gpt-9, family: gpt, prices: { input: 1, output: 2 } }
${more}`,
    'autoland.yaml',
  );

function machineSays(more = '', scripted = true): void {
  const keyFile = join(dir, 'key');
  writeFileSync(
    files.models,
    `version: 1
servers:
  anthropic: { provider: anthropic, url: "${server.url}", keyFile: ${keyFile}, scripted: ${scripted} }
  openai: { provider: openai, url: "${server.url}/v1", keyFile: ${keyFile}, scripted: ${scripted} }
${more}`,
    { mode: 0o644 },
  );
}

describe('a model of the configuration', () => {
  const kept: ModelExchange[] = [];
  const log = { record: async (one: ModelExchange) => void kept.push(one) };

  it('is asked where the machine says, recorded and counted', async () => {
    machineSays();
    const desk = new Models(files, new SystemClock());
    const model = await desk.model(models(), { name: 'coder', change: 'abc', log });
    expect(model.identity).toEqual({ name: 'coder', family: 'gpt', model: 'gpt-9', scripted: true });
    expect(await model.ask(question)).toMatchObject({ kind: 'answer', usage: { microdollars: 140 } });
    expect(kept.at(-1)).toMatchObject({ identity: { name: 'coder' }, reply: { kind: 'answer' } });
    expect(
      readdirSync(files.spending)
        .filter((name) => name.endsWith('.jsonl'))
        .sort(),
    ).toEqual(['change-abc.jsonl', expect.stringMatching(/^day-/)]);
  });

  it('is asked no more when the budget is spent, whoever asks', async () => {
    machineSays();
    const config = models('limits: { models: { perDay: { dollars: 0.0001 } } }');
    const ask = async (name: string, change: string) => {
      const desk = new Models(files, new SystemClock());
      return (await desk.model(config, { name, change, log })).ask(question);
    };
    expect(await ask('coder', 'a')).toMatchObject({ kind: 'answer' });
    expect(await ask('opus', 'b')).toMatchObject({
      fault: 'over-budget',
      reason: expect.stringContaining('$0.00'),
    });
    expect(server.asked).toHaveLength(1);
  });

  it('needs a place on this machine', async () => {
    const desk = new Models(files, new SystemClock());
    const wanted = (name: string) => desk.model(models(), { name, change: undefined, log });
    await expect(wanted('opus')).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('wants the server anthropic'),
      mend: expect.stringContaining('keyFile: /run/secrets/anthropic'),
    });
    await expect(wanted('constructor')).rejects.toMatchObject({
      message: expect.stringContaining('found opus, coder'),
    });
    writeFileSync(files.models, 'version: 1\nservers: { anthropic: { provider: openai } }\n');
    await expect(wanted('opus')).rejects.toMatchObject({
      message: expect.stringContaining('speak as anthropic'),
    });
  });

  it('is sought where AUTOLAND_MODELS says', async () => {
    machineSays();
    vi.stubEnv('AUTOLAND_MODELS', files.models);
    const desk = new Models({ ...files, models: join(dir, 'none.yaml') }, new SystemClock());
    const model = await desk.model(models(), { name: 'opus', change: undefined, log });
    expect(await model.ask(question)).toMatchObject({ kind: 'answer' });
  });
});

describe('models.yaml', () => {
  it('counts only where nobody else can write it', async () => {
    machineSays();
    for (const mode of [0o666, 0o664, 0o622]) {
      chmodSync(files.models, mode);
      await expect(readModelServers(files.models)).rejects.toMatchObject({ code: 'key.unsafe' });
    }
    chmodSync(files.models, 0o444);
    expect(Object.keys(await readModelServers(files.models))).toEqual(['anthropic', 'openai']);
    expect(await readModelServers(join(dir, 'none.yaml'))).toEqual({});
  });
});

describe('what doctor says of models', () => {
  it('is that they answer, and that their answers are scripted', async () => {
    machineSays();
    const told = await examineModels(models(), files);
    expect(told).toMatch(
      /^opus: SCRIPTED, claude-opus-5-5 of anthropic answers in [\d.]+ s; coder: SCRIPTED, gpt-9/,
    );
    expect(await examineModels(parseConfig('version: 1\n', 'a'), files)).toBeUndefined();
  });

  it('is what is wrong with each that does not', async () => {
    machineSays();
    const config = models(
      '  broken: { provider: openai, model: broken, family: gpt }\n  lost: { provider: openai, server: gpu, model: m, family: f }\n',
    );
    const thrown = await examineModels(config, files).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'config.invalid' });
    expect(String(thrown)).toMatch(
      /broken: SCRIPTED, broken does not answer \(rejected\): 127\.0\.0\.1:\d+: answered 404/,
    );
    expect(String(thrown)).toMatch(/models\.lost wants the server gpu/);
    expect(String(thrown)).not.toContain('opus');
    expect(JSON.stringify(thrown)).not.toContain('sk-0123456789');
  });

  it('is that a script is none of the models that were named', async () => {
    machineSays('', false);
    await expect(examineModels(models(), files)).rejects.toThrow(/scripted: true/);
  });
});
