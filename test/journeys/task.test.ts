import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Slot } from '../../src/adapters/store/slots.ts';
import { ModelServer } from '../../src/testing/model-server/model-server.ts';
import { stateFiles } from '../../src/wiring/place.ts';
import type { TaskReport } from '../../src/wiring/task.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

const key = 'sk-test-0123456789';
const own = `models:
  coder: { provider: openai-compatible, server: local, model: qwen-x, family: qwen }
agents: { command: { writer: { models: [coder] }, absent: {} } }
`;

/** Asks its model what to write, as a coding agent does: by the address and the token that its environment names. */
const agent = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const { OPENAI_BASE_URL, OPENAI_API_KEY } = process.env;
if (process.argv[2].includes('fail')) throw new Error('it cannot');
const asked = await fetch(OPENAI_BASE_URL + '/chat/completions', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + OPENAI_API_KEY },
  body: JSON.stringify({ model: 'qwen-x', messages: [{ role: 'user', content: process.argv[2] }] }),
});
const { choices } = await asked.json();
writeFileSync('README.md', readFileSync('README.md', 'utf8') + '\\n' + choices[0].message.content + '\\n');
const away = await fetch('http://127.0.0.1:' + process.argv[3]).then(() => 'reached', () => 'shut');
const tell = (line) => console.log(JSON.stringify(line));
const content = [{ type: 'tool_use', id: 'c1', name: 'Edit', input: { file_path: 'README.md' } }];
tell({ type: 'assistant', message: { content } });
console.log('what is outside is', away, existsSync(process.argv[4]) ? 'seen' : 'unseen');
tell({ type: 'result', subtype: 'success', is_error: false, usage: { input_tokens: 9, output_tokens: 2 } });
`;

const calling = (...calls: readonly (readonly [string, Record<string, unknown>])[]) => ({
  times: 1,
  answer: {
    kind: 'says' as const,
    blocks: calls.map(([tool, input]) => ({ kind: 'tool-call' as const, tool, input })),
  },
});
const loop = [
  calling(
    ['write_file', { path: '.autoland/autoland.yaml', content: 'version: 1' }],
    ['write_file', { path: 'docs/port.md', content: '# Port\n\nIt answers on the port that PORT names.\n' }],
    ['run_tests', {}],
  ),
  calling(['finish', { isDone: true, summary: 'It is said.' }]),
];

describe('a coding agent that is given a task', { timeout: 90_000 }, () => {
  let server: ModelServer;
  const stage = new Stage({
    '.autoland/autoland.yaml': `${rules({ levels: { docs: 'merge' } })}${own}`,
  });
  beforeAll(async () => {
    // With tools it is asked by the agent of autoland, and the script answers.
    const says = ({ tools }: { readonly tools?: unknown }) =>
      tools === undefined ? 'It answers on the port that PORT names.' : undefined;
    server = await ModelServer.open({ script: { steps: loop }, says, key });
    const files = stateFiles(stage.state);
    const [keyFile, program] = [join(stage.dir, 'secret', 'key'), join(stage.dir, 'program')];
    mkdirSync(join(stage.dir, 'secret'), { mode: 0o700 });
    writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
    mkdirSync(program);
    writeFileSync(join(program, 'main.mjs'), agent);
    for (const path of [program, join(program, 'main.mjs')]) chmodSync(path, 0o755);
    mkdirSync(stage.state, { mode: 0o711 });
    const local = `{ provider: openai-compatible, url: "${server.url}/v1", keyFile: ${keyFile}, scripted: true }`;
    writeFileSync(files.models, `version: 1\nservers: { local: ${local} }\n`, { mode: 0o600 });
    const port = new URL(server.url).port;
    const run = `[node, /agent/main.mjs, "{task}", "${port}", ${files.keys}]`;
    writeFileSync(files.agents, `version: 1\nagents: { writer: { run: ${run}, directory: ${program} } }\n`, {
      mode: 0o600,
    });
    await stage.up();
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    await server.close();
  });

  it('works without a key, and what it wrote goes the way of every change', async () => {
    const found = await stage.json<TaskReport>('task', 'writer', 'Say on which port it answers');
    expect(found).toMatchObject({ title: 'Say on which port it answers', paths: ['README.md'], why: null });
    const view = await stage.ended(found.change ?? '');
    expect(view).toMatchObject({ source: 'agent:writer', class: 'docs', code: 'landed.merged' });
    expect(stage.repo.show('main', 'README.md')).toContain('It answers on the port that PORT names.');
    const said = (await stage.run(['show', found.change ?? '', '--thinking'])).stdout;
    expect(said).toContain('Say on which port it answers');
    expect(said).toContain('what is outside is shut unseen');
    expect(said.replaceAll(/\s+/g, ' ')).toContain('by its own count 1 call of tools, 9 tokens in, 2 out');
    expect(said).toContain('the model calls Edit:');
    expect(said).toContain('scripted');
    const entries = await stage.journal();
    expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(['model.asked', 'tool.called']));
    expect(`${said}${JSON.stringify(entries)}`).not.toContain(key);
  });

  it('hands in nothing when it fails, or is only tried', async () => {
    const failed = await stage.run(['task', 'writer', 'fail']);
    expect(failed.code).toBe(1);
    expect(failed.stdout.replaceAll(/\s+/g, ' ')).toContain('nothing is handed in: writer ended with 1');
    const tried = await stage.json<TaskReport>('task', 'writer', 'Say it again', '--dry-run');
    expect(tried).toMatchObject({ change: null, paths: ['README.md'], why: null });
  });

  it('may be any model, with tools of autoland', async () => {
    const text = 'Say in docs on which port it answers';
    const unnamed = await stage.run(['task', 'model', text]);
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr.replaceAll(/\s+/g, ' ')).toContain('name one with --model: coder');
    const found = await stage.json<TaskReport>('task', 'model', text, '--model', 'coder', '--class', 'docs');
    expect(found).toMatchObject({ paths: ['docs/port.md'], why: null });
    const view = await stage.ended(found.change ?? '');
    expect(view).toMatchObject({ source: 'agent:model', class: 'docs', code: 'landed.merged' });
    const said = (await stage.run(['show', found.change ?? '', '--thinking'])).stdout;
    expect(said).toContain('ran run_tests: done');
    expect(said).toContain('is not written: it is protected');
  });

  it('waits for nobody where as many are under way as may be', async () => {
    const place = { directory: stateFiles(stage.state).run, name: 'task', most: 2 };
    const slots = ['one', 'other'].map((note) => Slot.take(place, note)) as Slot[];
    const { code, stderr } = await stage.run(['task', 'writer', 'Say it again']);
    for (const slot of slots) slot.free();
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('fewer than 2 tasks under way, found one, other');
  });

  it.each([
    ['an agent that the branch does not know', ['other', 'x'], /agents\.command.*writer, absent/s],
    ['an agent that this machine does not have', ['absent', 'x'], /expected absent among the agents of/],
    ['a task that its program takes for an option', ['writer', '--', '--yes'], /begins with a word.*--yes/],
    ['no task', ['writer', ' '], /expected a task of 1 to 20000 characters/],
  ])('says what is wrong with %s', async (_what, args, said) => {
    const { code, stderr } = await stage.run(['task', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });
});
