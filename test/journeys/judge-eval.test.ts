import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileKeyRing } from '../../src/adapters/keys/file-key-ring.ts';
import type { EvalReport } from '../../src/judge-eval/report.ts';
import { ModelServer } from '../../src/testing/model-server/model-server.ts';
import { locate } from '../../src/wiring/place/place.ts';
import { openRepository } from '../../src/wiring/place/repository.ts';
import { runCli } from './cli.ts';
import { BareRepository } from './repository.ts';

const config = `version: 1
models:
  opus: { provider: anthropic, model: claude-opus-5-5, family: claude, prices: { input: 5, output: 25 } }
  gpt: { provider: openai, model: gpt-9, family: gpt, prices: { input: 1, output: 2 } }
`;

describe('autoland judge eval', () => {
  let dir: string;
  let where: string[];
  let server: ModelServer;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-judge-eval-'));
    const repo = new BareRepository(join(dir, 'shop.git'), {
      '.autoland/autoland.yaml': config,
      '.autoland/policy.cedar': '',
    });
    const state = join(dir, 'state');
    where = ['--repo', repo.dir, '--state', state];
    server = await ModelServer.open({
      script: {
        steps: [{ answer: { kind: 'says', blocks: [{ kind: 'text', text: 'It looks fine to me.' }] } }],
      },
    });
    writeFileSync(
      join(dir, 'models.yaml'),
      `version: 1
servers:
  anthropic: { provider: anthropic, url: "${server.url}", scripted: true }
  openai: { provider: openai, url: "${server.url}/v1", scripted: true }
`,
      { mode: 0o600 },
    );
  });
  afterAll(async () => {
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const asked = (...args: string[]) =>
    runCli(['judge', 'eval', ...where, ...args], { env: { AUTOLAND_MODELS: join(dir, 'models.yaml') } });

  it('asks a panel, takes what is no answer for a doubt, and says that it was scripted', async () => {
    const { code, stdout, stderr } = await asked(
      '--model',
      'opus',
      '--model',
      'gpt',
      '--limit',
      '2',
      '--json',
    );
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as EvalReport & { readonly exchanges: { readonly path: string } };
    expect(report.models.map(({ name, scripted }) => [name, scripted])).toEqual([
      ['opus', true],
      ['gpt', true],
    ]);
    expect(report.splits.reduce((sum, { all }) => sum + all.abstention.hits, 0)).toBe(2);
    expect(report.splits.every(({ all }) => all.agreement.orders.of === 0)).toBe(true);
    expect(stderr).toMatch(/^2\/2 {2}\S+: abstain, label \S+$/m);
    const { path } = report.exchanges;
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines.length).toBe(server.asked.length);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('records, where there is a journal, what was said as all else: encrypted, named in the log, erasable', async () => {
    const place = await locate({ repo: where[1] ?? '', state: join(dir, 'recorded') });
    await (await openRepository({ repo: place.repo, state: place.state }, 'write'))[Symbol.asyncDispose]();
    await FileKeyRing.open(place.files.keys, { create: true });
    const here = ['--repo', place.repo, '--state', place.state];
    const env = { AUTOLAND_MODELS: join(dir, 'models.yaml') };
    const before = server.asked.length;
    const said = await runCli(['judge', 'eval', ...here, '--model', 'opus', '--limit', '1', '--json'], {
      env,
    });
    expect(said.code, said.stderr).toBe(0);
    const { exchanges } = JSON.parse(said.stdout) as {
      exchanges: { kind: string; tasks: readonly string[] };
    };
    expect(exchanges).toMatchObject({
      kind: 'recorded',
      tasks: [expect.stringMatching(/^task_judge-eval-.*z-1$/)],
    });
    const [task = ''] = exchanges.tasks;
    const shown = await runCli(['show', task, '--thinking', ...here]);
    expect(shown.stdout, shown.stderr).toContain('It looks fine to me.');
    await using repository = await openRepository({ repo: place.repo, state: place.state }, 'read');
    const entries = await repository.store.read({ types: ['model.asked'] });
    expect(entries.length).toBe(server.asked.length - before);
    expect(JSON.stringify(entries)).not.toContain('It looks fine');
    expect(existsSync(join(place.state, 'judge-eval'))).toBe(false);
  });

  it('tells people the same in words', async () => {
    const { code, stdout } = await asked('--model', 'opus', '--split', 'held-out', '--limit', '1');
    expect(code).toBe(0);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('SCRIPTED: its answers were written by a person');
    expect(text).toContain('is not known here): 1 row');
    expect(text).not.toContain('Development part');
  });

  it.each([
    [['--model', 'none'], 2, 'expected none among models, found opus, gpt'],
    [['--model', 'opus', '--model', 'opus'], 2, 'expected each model once, found opus twice'],
    [['--model', 'opus', '--split', 'test'], 2, 'expected development or held-out, found "test"'],
  ])('refuses %j', async (args, expected, message) => {
    const { code, stderr } = await asked(...args);
    expect({ code, stderr }).toMatchObject({ code: expected });
    expect(stderr).toContain(message);
  });
});
