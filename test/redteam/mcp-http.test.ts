import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentChanges, AgentSubmitted } from '../../src/server/mcp/desk.ts';
import { covers } from '../../src/testing/covers.ts';
import { openRepository } from '../../src/wiring/place/repository.ts';
import { Agent, type Era } from '../journeys/agent.ts';
import { collect, runCli, spawnCli, until } from '../journeys/cli.ts';
import { greeter, reformatted } from '../journeys/greeter.ts';
import { BareRepository } from '../journeys/repository.ts';

describe('agents over HTTP', () => {
  covers('ASI03', 'ASI07');
  let dir: string;
  let repo: BareRepository;
  let where: string[];
  let server: ChildProcess;
  let url: string;
  let said: ReturnType<typeof collect>;
  const tokens = new Map<string, { readonly id: string; readonly token: string }>();

  const makeToken = async (name: string, scope: 'read' | 'submit') => {
    const made = await runCli(['mcp', 'token', '--name', name, '--scope', scope, ...where, '--json']);
    if (made.code !== 0) throw new Error(made.stderr);
    return JSON.parse(made.stdout) as { id: string; token: string };
  };
  const tokenOf = (name: string) => tokens.get(name)?.token ?? '';

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-mcp-'));
    repo = new BareRepository(join(dir, 'greeter.git'), greeter);
    where = ['--repo', repo.dir, '--state', join(dir, 'state')];
    (await openRepository({ repo: repo.dir, state: join(dir, 'state') }, 'write')).store.close();
    for (const name of ['codex', 'other', 'flood', 'late']) tokens.set(name, await makeToken(name, 'submit'));
    tokens.set('reader', await makeToken('reader', 'read'));
    server = spawnCli(['mcp', '--http', '0', '--ephemeral', '--json', ...where]);
    said = collect(server);
    const line = await until(
      () => said().stdout.split('\n')[0] || undefined,
      () => JSON.stringify(said()),
    );
    url = (JSON.parse(line) as { url: string }).url;
  });
  afterAll(async () => {
    server.stdin?.end();
    if (server.exitCode === null) await once(server, 'exit');
    rmSync(dir, { recursive: true, force: true });
    expect(server.exitCode).toBe(0);
  });

  const connect = (name: string, era: Era = 'auto') => {
    const requestInit = { headers: { authorization: `Bearer ${tokenOf(name)}` } };
    return Agent.over(new StreamableHTTPClientTransport(new URL(url), { requestInit }), era);
  };

  it.each(['auto', 'legacy'] as const)('bear the name of their token, %s', async (era) => {
    const [codex, other] = await Promise.all([connect('codex', era), connect('other', era)]);
    repo.push(`work-${era}`, reformatted());
    const ref = { ref: `work-${era}` };
    const [mine, theirs] = await Promise.all([
      codex.ask<AgentSubmitted>('submit_change', ref),
      other.ask<AgentSubmitted>('submit_change', ref),
    ]);
    expect(mine.change).not.toBe(theirs.change);
    const { changes } = await other.ask<AgentChanges>('list_changes', { mine: true, limit: 1 });
    expect(changes).toMatchObject([{ id: theirs.change, source: 'agent:other' }]);
    const told: (string | undefined)[] = [];
    const call = { name: 'wait_for_change', arguments: { change: mine.change, seconds: 1 } };
    const onprogress = ({ message }: { message?: string | undefined }) => told.push(message);
    const { structuredContent } = await codex.client.callTool(call, { onprogress });
    const change = { source: 'agent:codex', stage: 'classify' };
    expect(structuredContent).toMatchObject({ came: false, change });
    expect(told).toEqual(['classify']);
    await Promise.all([codex.close(), other.close()]);
  });

  it('hand nothing in with a token that only reads', async () => {
    const reader = await connect('reader');
    const { tools } = await reader.client.listTools();
    expect(tools.filter(({ name }) => name.startsWith('submit_'))).toEqual([]);
    const asked = reader.client.callTool({ name: 'submit_change', arguments: { ref: 'work-auto' } });
    await expect(asked).rejects.toThrow(/not found/);
    await reader.close();
  });

  const status = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'status', arguments: {} },
  };
  type Asked = {
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly method?: string;
    readonly path?: string;
  };
  const ask = ({ headers = {}, body, method = 'POST', path = '/mcp' }: Asked = {}) =>
    new Promise<{ status: number; body: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
      const known = {
        authorization: `Bearer ${tokenOf('reader')}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      request(
        new URL(path, url),
        { method, headers: { ...known, ...headers }, agent: false },
        async (got) => {
          resolve({ status: got.statusCode ?? 0, body: await text(got), headers: got.headers });
        },
      )
        .on('error', reject)
        .end(method === 'POST' ? (body ?? JSON.stringify(status)) : undefined);
    });

  it('are not known by a session, but by the token of each request', async () => {
    const answer = await ask({ headers: { 'mcp-session-id': 'stolen' } });
    expect(answer.status).toBe(200);
    expect(answer.headers['mcp-session-id']).toBeUndefined();
    expect(answer.body).toContain('"running":false');
  });

  it.each([
    ['none', ''],
    ['a wrong secret', `Bearer almcp_000000000000_${'a'.repeat(43)}`],
    ['no bearer', `Basic ${Buffer.from('a:b').toString('base64')}`],
    ['a long one', `Bearer ${'a'.repeat(8_000)}`],
  ])('are turned away with %s', async (_, authorization) => {
    const answer = await ask({ headers: { authorization } });
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="autoland"']);
    expect(answer.body).toContain('autoland mcp token');
  });

  it('are turned away before their body is read', async () => {
    const headers = { authorization: '', 'transfer-encoding': 'chunked', 'content-type': 'application/json' };
    const status = await new Promise((resolve, reject) => {
      // It never ends: whoever waits for its end never answers.
      const asked = request(url, { method: 'POST', headers, agent: false }, (got) => {
        resolve(got.statusCode);
        asked.destroy();
      });
      asked.on('error', reject).write('{');
    });
    expect(status).toBe(401);
  });

  it('are turned away with another’s secret, another kind of token, and one that was revoked', async () => {
    const { id, token } = tokens.get('late') ?? { id: '', token: '' };
    const secret = tokenOf('codex').split('_').slice(2).join('_');
    const wrong = [`almcp_${id}_${secret}`, token.replace('almcp', 'alflag'), `${token}a`];
    for (const one of wrong)
      expect((await ask({ headers: { authorization: `Bearer ${one}` } })).status).toBe(401);
    const mine = { headers: { authorization: `Bearer ${token}` } };
    expect((await ask(mine)).status).toBe(200);
    expect(await runCli(['mcp', 'revoke', id, ...where])).toMatchObject({ code: 0 });
    expect((await ask(mine)).status).toBe(401);
    expect((await runCli(['mcp', 'revoke', id, ...where])).stderr).toMatch(/\[token\.not-found\]/);
  });

  it('are no pages, whatever name leads a browser here', async () => {
    const { port } = new URL(url);
    const headers = [
      { origin: 'https://evil.example' },
      { origin: `http://127.0.0.1:${port}` },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-origin' },
      { host: `evil.example:${port}` },
      { host: '127.0.0.1' },
      { host: `127.0.0.1.evil.example:${port}` },
    ];
    for (const one of headers) expect([one, (await ask({ headers: one })).status]).toEqual([one, 403]);
    expect((await ask({ headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it('send one message of their size at a time, and nothing else', async () => {
    const large = JSON.stringify({ ...status, pad: 'x'.repeat(3_000_000) });
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }])
      expect((await ask({ headers, body: large })).status).toBe(413);
    for (const body of ['', '{', 'null', '"x"', JSON.stringify([status, status])])
      expect([body, (await ask({ body })).status]).toEqual([body, 400]);
    expect((await ask({ body: '{}' })).status).toBeGreaterThanOrEqual(400);
    for (const method of ['GET', 'DELETE', 'PUT']) expect((await ask({ method })).status).toBe(405);
    for (const path of ['/', '/mcp/..', '/v1/status', '/mcp/x'])
      expect((await ask({ path })).status).toBe(404);
  });

  it('are heard out when they send too much, so that they hear why', async () => {
    const { port, host } = new URL(url);
    const socket = connectTo({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
    const faults: Error[] = [];
    socket.on('error', (fault) => faults.push(fault));
    const heard = text(socket).catch(() => '');
    const authorization = `authorization: Bearer ${tokenOf('reader')}`;
    socket.write(
      `POST /mcp HTTP/1.1\r\nhost: ${host}\r\n${authorization}\r\nconnection: close\r\ncontent-length: 5000000\r\n\r\n`,
    );
    for (let megabytes = 0; megabytes < 5; megabytes += 1) {
      socket.write('x'.repeat(1_000_000));
      // Long enough for who does not listen to have hung up.
      await setTimeout(100);
    }
    expect(await heard).toMatch(/^HTTP\/1.1 413 /);
    expect(faults).toEqual([]);
    socket.destroy();
  });

  it('may hang up while they send: that is no bug', async () => {
    const headers = { authorization: `Bearer ${tokenOf('reader')}` };
    for (const length of [{ 'content-length': 9 }, { 'transfer-encoding': 'chunked' }]) {
      const asking = request(url, { method: 'POST', headers: { ...headers, ...length }, agent: false });
      asking.on('error', () => {}).write('{');
      await setTimeout(100);
      asking.destroy();
    }
    expect((await ask()).status).toBe(200);
    expect(said().stderr).toBe('');
  });

  it('open no stream that waits for news', async () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { _meta: meta, notifications: { toolsListChanged: true } };
    const headers = { 'mcp-method': 'subscriptions/listen', 'mcp-protocol-version': '2026-07-28' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params });
    const answer = await ask({ headers, body });
    expect(answer.body).toMatch(/"error":.*Subscription limit reached/);
  });

  it('may hang up while they wait: their places are free again', async () => {
    repo.push('waited-for', reformatted());
    const agent = await connect('codex');
    const { change } = await agent.ask<AgentSubmitted>('submit_change', { ref: 'waited-for' });
    const hungUp = new AbortController();
    const busy: string[] = [];
    // Sixteen are let wait, whichever come first.
    const waits = Array.from({ length: 20 }, async () => {
      const call = { name: 'wait_for_change', arguments: { change, seconds: 50 } };
      const answer = await agent.client.callTool(call, { signal: hungUp.signal }).catch(() => undefined);
      if (answer !== undefined) busy.push(JSON.stringify(answer));
      return answer === undefined;
    });
    await until(
      () => (busy.length === 4 ? true : undefined),
      () => `${busy.length} were turned away`,
    );
    for (const answer of busy) expect(answer).toContain('agent.busy');
    hungUp.abort();
    expect((await Promise.all(waits)).filter(Boolean)).toHaveLength(16);
    await until(
      async () => {
        const asked = { name: 'wait_for_change', arguments: { change, seconds: 1 } };
        // Whoever asks so often may be told to come again later.
        const answer = await agent.client.callTool(asked).catch(() => undefined);
        return answer === undefined || answer.isError === true ? undefined : true;
      },
      () => 'the places of who hung up stay taken',
    );
    await agent.close();
  });

  it('ask no faster than they may, and are told when to come again; others are not held up', async () => {
    covers('LLM10');
    // Answered at once, so that no machine is slow enough to be let do it.
    const flood = { headers: { authorization: `Bearer ${tokenOf('flood')}` }, body: '[]' };
    const busy = await until(
      async () => {
        const answers = await Promise.all(Array.from({ length: 50 }, () => ask(flood)));
        expect(new Set([400, 429, ...answers.map((answer) => answer.status)]).size).toBe(2);
        return answers.find((answer) => answer.status === 429);
      },
      () => 'it asks as fast as it likes',
    );
    expect(Number(busy.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask({ headers: { authorization: `Bearer ${tokenOf('other')}` } })).status).toBe(200);
  });

  it('leave no token behind: a hash in a file of its owner, a name in the journal', async () => {
    const file = join(dir, 'state', 'agent-tokens.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { stdout } = await runCli(['audit', 'show', '--json', ...where]);
    const made = stdout.split('\n').filter((line) => line.includes('agent-token.made'));
    expect(made).toHaveLength(5);
    for (const kept of [readFileSync(file, 'utf8'), stdout])
      for (const { token } of tokens.values()) expect(kept).not.toContain(token.slice(-20));
    const listed = await runCli(['mcp', 'tokens', ...where]);
    expect(listed.stdout).toMatch(/^[0-9a-f]{12} {2}codex: submit, made by person:/);
  });

  it.each([
    [['--http', '70000'], /expected a port/],
    [['--http', '0', '--agent', 'codex'], /expected --http without --agent/],
    [['token', '--name', 'person:alice'], /expected the name of an agent/],
    [['token', '--name', 'x', '--scope', 'merge'], /read, submit/],
  ])('mistyped: %s', async (words, says) => {
    const { code, stderr } = await runCli(['mcp', ...words, ...where]);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });
});
