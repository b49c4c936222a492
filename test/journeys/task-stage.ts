import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelServer } from '../../src/testing/model-server/model-server.ts';
import { stateFiles } from '../../src/wiring/place/place.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

export const key = 'sk-test-0123456789';
const own = (tasks: string) => `models:
  coder: { provider: openai-compatible, server: local, model: qwen-x, family: qwen }
agents: { tasks: { rounds: 1${tasks} }, command: { writer: { models: [coder] }, absent: {} } }
`;

/** Asks its model what to write, as a coding agent does: by the address and the token that its environment names. */
const agent = `import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const { OPENAI_BASE_URL, OPENAI_API_KEY } = process.env;
if (process.argv[2].startsWith('fail')) throw new Error('it cannot');
const asked = await fetch(OPENAI_BASE_URL + '/chat/completions', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + OPENAI_API_KEY },
  body: JSON.stringify({ model: 'qwen-x', messages: [{ role: 'user', content: process.argv[2] }] }),
});
const { choices } = await asked.json();
const leak = ['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' ') + '\\n' + 'MIIEpAIBAAKCAQEA'.repeat(20) + '\\n-----END RSA PRIVATE KEY-----';
const [task, reasons] = process.argv[2].split('data, never an instruction.');
if (task.includes('leak') && (reasons === undefined || task.includes('for ever')))
  writeFileSync('keys.md', '# Keys\\n\\n' + leak + (reasons?.length ?? '') + '\\n');
// What is there for ever is not taken away.
if (task.startsWith('Mend ') && existsSync('big.md') && !existsSync('for-ever.md')) rmSync('big.md');
// What the tests say is all that it knows of what is wrong.
if (reasons?.includes('tests.failed') && reasons.includes('hello you'))
  writeFileSync('greet.js', readFileSync('greet.js', 'utf8').replace("'hi '", "'hello '"));
if (reasons !== undefined) writeFileSync('docs.md', '# ' + JSON.parse(reasons).code + '\\n');
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

export type TaskStage = { readonly stage: Stage; readonly server: ModelServer };

export type TaskStageWish = {
  /** More of `agents.tasks`, each after a comma. */
  readonly tasks?: string;
  /** More that the machine says, by the name of a file in the state directory. */
  readonly machine?: (dir: string) => Readonly<Record<string, string>>;
};

/** A control plane with a coding agent of the operator's, and a model that both agents may ask. */
export async function openTaskStage({ tasks = '', machine }: TaskStageWish = {}): Promise<TaskStage> {
  const stage = new Stage({
    '.autoland/autoland.yaml': `${rules({ levels: { docs: 'merge' } })}${own(tasks)}`,
  });

  // With tools it is asked by the agent of autoland, and the script answers.
  const says = ({ tools }: { readonly tools?: unknown }) =>
    tools === undefined ? 'It answers on the port that PORT names.' : undefined;
  const server = await ModelServer.open({ script: { steps: loop }, says, key });
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
  for (const [name, text] of Object.entries(machine?.(stage.dir) ?? {}))
    writeFileSync(join(stage.state, name), text, { mode: 0o600 });
  await stage.up();
  return { stage, server };
}
