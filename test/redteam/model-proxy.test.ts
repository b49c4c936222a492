import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BubblewrapSandbox } from '../../src/adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import type { SandboxJob } from '../../src/ports/sandbox.ts';
import { covers } from '../../src/testing/covers.ts';
import { saying } from '../../src/testing/model-bench.ts';
import { jobToken, messagesBody, ProxyBench, realKey } from '../../src/testing/proxy-bench.ts';

const limits = { seconds: 30, memoryMiB: 256, processes: 32, diskMiB: 16, outputKiB: 256 };

let bench: ProxyBench;
let sandbox: BubblewrapSandbox;
beforeEach(async () => {
  bench = new ProxyBench();
  await chmod(bench.dir, 0o711);
  const work = join(bench.dir, 'work');
  await mkdir(work, { mode: 0o711 });
  sandbox = new BubblewrapSandbox({ stateDir: bench.dir, workDir: work });
});
afterEach(() => bench.close());

/** A client of Node's own, as an agent would bring one. */
function asks(path: string, body: object | undefined, token = jobToken): string {
  const options = {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': token, 'anthropic-version': '2026-10-21', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  return `const answer = await fetch(process.env.ANTHROPIC_BASE_URL + ${JSON.stringify(path)}, ${JSON.stringify(options)});
console.log(answer.status, await answer.text());`;
}

async function inside(script: string, more: Partial<SandboxJob> = {}): Promise<string> {
  const result = await sandbox.run({
    argv: ['node', '--input-type=module', '-e', script],
    ...{ cwd: '/tmp', env: { ANTHROPIC_API_KEY: jobToken }, mounts: [], network: 'none', limits },
    modelSocket: bench.socket,
    ...more,
  });
  return `${result.stdout}${result.stderr}`;
}

const open = (more: object = {}) =>
  bench.open({ script: [{ answer: saying() }], proxy: { ...withOwner(sandbox), ...more } });

function withOwner(one: BubblewrapSandbox) {
  const owner = one.owner();
  return owner === undefined ? {} : { owner };
}

describe('an agent in the sandbox', () => {
  it('reaches the model, and nothing else', async () => {
    const server = await open();
    expect(await inside(asks('/v1/messages', messagesBody))).toMatch(/^200 event: message_start/);
    expect(server.asked).toHaveLength(1);
    const away = `for (const url of [${JSON.stringify(server.url)}, 'http://127.0.0.1:4873/', 'http://1.1.1.1/'])
  console.log(await fetch(url, { signal: AbortSignal.timeout(3_000) }).then(() => 'reached', () => 'nothing'));`;
    expect(await inside(away)).toBe('nothing\nnothing\nnothing\n');
  });

  it('finds the key nowhere: not in what it is answered, its environment, its files or its processes', async () => {
    covers('LLM02');
    await open();
    const look = `import { readdirSync, readFileSync } from 'node:fs';
const said = [JSON.stringify(process.env)];
for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name)))
  for (const file of ['environ', 'cmdline']) try { said.push(readFileSync('/proc/' + pid + '/' + file, 'utf8')); } catch {}
for (const path of [${JSON.stringify(join(bench.dir, 'key'))}, '/run/key']) try { said.push(readFileSync(path, 'utf8')); } catch {}
console.log(said.join(' '));
${asks('/v1/messages', messagesBody)}`;
    const found = await inside(look);
    expect(found).toContain(jobToken);
    expect(found).toContain('message_stop');
    expect(found).not.toContain(realKey);
  });

  it('gets nothing by asking otherwise than it may', async () => {
    covers('ASI02', 'ASI03');
    const server = await open();
    const tries: readonly (readonly [string, object | undefined, string?])[] = [
      ['/v1/messages', messagesBody, realKey.replace('real', 'else')],
      ['/v1/messages', { ...messagesBody, model: 'model-99' }],
      [
        '/v1/messages',
        { ...messagesBody, mcp_servers: [{ type: 'url', url: 'https://evil.example', name: 'x' }] },
      ],
      ['/v1/messages', { ...messagesBody, tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }],
      ['/v1/files', { purpose: 'assistants' }],
      ['/v1/organizations/api_keys', undefined],
    ];
    const script = tries.map((one) => `{ ${asks(...one)} }`).join('\n');
    const answers = (await inside(script))
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 3));
    expect(answers).toEqual(['401', '404', '400', '400', '404', '404']);
    expect(server.asked).toEqual([]);
    expect(bench.refused).toHaveLength(6);
  });

  it('that asks in a loop stops at its budget', async () => {
    covers('LLM10');
    const server = await bench.open({
      script: [{ answer: saying() }],
      budget: { tokens: 350 },
      proxy: withOwner(sandbox),
    });
    const loop = `for (let count = 0; count < 12; count += 1) { ${asks('/v1/messages', messagesBody)} }`;
    const answers = (await inside(loop)).match(/^(200|402) /gm);
    expect(answers?.join('')).toBe('200 '.repeat(3) + '402 '.repeat(9));
    expect(server.asked).toHaveLength(3);
    expect(bench.kept).toHaveLength(3);
    expect(bench.refused.map(({ reason }) => reason).join()).toContain('no budget is left');
    expect(bench.refused).toHaveLength(9);
  });

  it('without the door has no way there', async () => {
    await open();
    const { modelSocket: _none, ...job } = {
      ...{
        argv: ['node', '-e', "fetch('http://127.0.0.1:4874').catch(() => console.log('nothing'))"] as const,
      },
      ...{ cwd: '/tmp', env: {}, mounts: [], network: 'none' as const, limits, modelSocket: '' },
    };
    expect(await sandbox.run(job)).toMatchObject({ stdout: 'nothing\n' });
  });
});
