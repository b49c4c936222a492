import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canaryJudged } from '../../domain/canary.ts';
import {
  givenDocument,
  judgedChange,
  openWiringBench,
  panelYaml,
  type WiringBench,
} from '../../testing/judged-change.ts';
import { question, saying } from '../../testing/model-bench.ts';
import { ModelServer } from '../../testing/model-server/model-server.ts';
import { measureNow } from '../judge/judge-now.ts';
import { BranchRules } from '../place/rules.ts';
import { recordedModels } from './model-source.ts';

/* The judge's panel over the wires that models really speak; what answers is a script, and says so. */

let bench: WiringBench;
let server: ModelServer;
beforeEach(async () => {
  bench = await openWiringBench();
  server = await ModelServer.open({ script: { steps: [{ answer: saying() }] }, key: 'sk-0123456789' });
  const keyFile = join(bench.host.top, 'key');
  writeFileSync(keyFile, 'sk-0123456789\n', { mode: 0o600 });
  // The control plane makes it; what is said is encrypted with a key of it.
  mkdirSync(bench.repository.place.files.keys, { recursive: true, mode: 0o700 });
  const servers = `version: 1
servers:
  anthropic: { provider: anthropic, url: "${server.url}", keyFile: ${keyFile}, scripted: true }
  openai: { provider: openai, url: "${server.url}/v1", keyFile: ${keyFile}, scripted: true }
`;
  writeFileSync(bench.repository.place.files.models, servers, { mode: 0o644 });
});
afterEach(async () => {
  await server.close();
  await bench.close();
});

const wish = { count: 1, class: undefined, onCanary: () => {} };

describe('the models of a judge', () => {
  it('are asked where the machine says, recorded, and abstain where they talk instead of answering', async () => {
    await givenDocument(bench, panelYaml);
    const { judges } = await measureNow(bench.place, wish);
    expect(judges).toMatchObject([
      { outcomes: { abstained: 1 }, panel: [{ scripted: true }, { scripted: true }] },
    ]);
    expect(server.asked).toHaveLength(18);
    const { store } = bench.repository;
    expect(await store.read({ types: ['model.asked'] })).toHaveLength(18);
    const [judged] = await store.read({ types: [canaryJudged] });
    expect(judged?.data.usage).toMatchObject({ inputTokens: 1800, outputTokens: 360 });
  });

  it('are missing where the machine has no place for them, and it says which', async () => {
    writeFileSync(bench.repository.place.files.models, 'version: 1\nservers: {}\n');
    await givenDocument(bench, panelYaml);
    await expect(measureNow(bench.place, wish)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('models.one wants the server anthropic'),
    });
    expect(server.asked).toEqual([]);
  });
});

describe('the models of who writes drivers', () => {
  it('are recorded under a role of their own, for the change that they write for', async () => {
    await givenDocument(bench, panelYaml);
    const { repository } = bench;
    const models = recordedModels({ repository, rules: new BranchRules(bench.git, false) })('test-writer');
    const model = await models.named('one', judgedChange);
    expect(await model?.ask(question)).toMatchObject({ kind: 'answer' });
    expect(await models.named('nobody', judgedChange)).toBeUndefined();
    const [asked, ...more] = await repository.store.read({ types: ['model.asked'] });
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ change: judgedChange, data: { role: 'test-writer' } });
  });
});
