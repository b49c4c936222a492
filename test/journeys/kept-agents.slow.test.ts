import { once } from 'node:events';
import { createServer } from 'node:net';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentStatus } from '../../src/views/agents/agent-status.ts';
import { Agent } from './agent.ts';
import { until } from './cli.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('agents that `up` serves', () => {
  let stage: Stage;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    stage = new Stage({ '.autoland/autoland.yaml': `${rules()}mcp: { port: ${port} }\n` });
    await stage.up();
  });
  afterAll(() => stage.close());

  const served = () =>
    until(
      async () => {
        const { agents } = await stage.status();
        return agents?.isRunning === true ? agents : undefined;
      },
      () => stage.said,
    );
  const doctor = async () => (await stage.run(['doctor'])).stdout;

  async function ask(token: string): Promise<AgentStatus> {
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    const url = new URL(`http://127.0.0.1:${port}/mcp`);
    const agent = await Agent.over(new StreamableHTTPClientTransport(url, { requestInit }));
    try {
      return await agent.ask<AgentStatus>('status', {});
    } finally {
      await agent.close();
    }
  }

  it('ask with their token, and are served again when their process was killed', async () => {
    const first = await served();
    expect(first.url).toBe(`http://127.0.0.1:${port}/mcp`);
    expect(await doctor()).toMatch(/mcp +http:\S+ answers; nobody has a token/);
    const { token } = await stage.json<{ token: string }>('mcp', 'token', '--name', 'modest');
    expect(await ask(token)).toMatchObject({ running: true, stopped: null });
    await expect(ask('not-a-token')).rejects.toThrow();

    process.kill(Number(/\d+/.exec(first.note)?.[0]), 'SIGKILL');
    const second = await until(
      async () => {
        const now = await served();
        return now.note === first.note ? undefined : now;
      },
      () => stage.said,
    );
    expect(second.url).toBe(first.url);
    await until(
      () => ask(token).catch(() => undefined),
      () => stage.said,
    );
    expect(await doctor()).toMatch(/works +mcp +http:\S+ answers; 1 token/);
  });

  it('are served no more once it has ended, and status says nothing of them', async () => {
    expect(await stage.down()).toBe(0);
    expect((await stage.status()).agents).toBeNull();
    expect(await doctor()).toContain(`nothing serves agents at the port of mcp.port, ${port}`);
  });
});
