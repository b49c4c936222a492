import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentTokenFile } from '../../adapters/agent-tokens/agent-tokens.ts';
import { noteServedAt, servedAt } from '../mcp/served-at.ts';
import { stateFiles } from '../place/place.ts';
import { agentsServed } from './doctor-mcp.ts';

let state: string;
let server: Server;
let status: number;
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'autoland-doctor-mcp-'));
  mkdirSync(join(state, 'run'));
  status = 401;
  server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(state, { recursive: true, force: true });
});

const files = () => stateFiles(state);
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
const look = () => agentsServed({ files: files() }, null);
const addToken = () =>
  agentTokenFile(files()).add((known) => ({
    ...known,
    name: 'codex',
    scope: 'read',
    by: 'person:a',
    at: '2026-01-01T00:00:00.000Z',
  }));

describe('what doctor says of agents over HTTP', () => {
  it('is that they are served, once somebody has a token and a request without one is turned away', async () => {
    expect(await look()).toMatchObject({ missing: expect.stringContaining('no agent is served over HTTP') });
    addToken();
    expect(await look()).toEqual({
      missing: '1 token, and nothing serves them',
      mend: 'autoland mcp --http 7310',
    });
    const end = noteServedAt(files().run, url());
    expect(await look()).toBe(`${url()} answers; 1 token`);
    end();
    expect(servedAt(files().run)).toBeUndefined();
  });

  it('is what is missing, where nothing answers any more or nobody has a token', async () => {
    noteServedAt(files().run, url());
    expect(await look()).toMatchObject({ missing: `${url()} answers; nobody has a token` });
    addToken();
    noteServedAt(files().run, 'http://127.0.0.1:1/mcp');
    expect(await look()).toMatchObject({ missing: expect.stringContaining('nothing answers any more') });
  });

  it('is broken where anybody is let in, and where a file is not as it was written', async () => {
    noteServedAt(files().run, url());
    status = 200;
    await expect(look()).rejects.toThrow('to turn away who shows no token, found 200');
    writeFileSync(join(files().run, 'mcp.json'), '{}');
    await expect(look()).rejects.toMatchObject({ code: 'state.corrupt' });
    rmSync(join(files().run, 'mcp.json'));
    writeFileSync(files().agentTokens, '{');
    await expect(look()).rejects.toMatchObject({ code: 'state.corrupt' });
  });

  it('is what `up` should serve, where the branch says at which port', async () => {
    addToken();
    const { port } = server.address() as AddressInfo;
    const kept = () => agentsServed({ files: files() }, port);
    const mend = 'autoland up, and see what it says';
    expect(await kept()).toMatchObject({ missing: expect.stringContaining(`mcp.port, ${port}`), mend });
    noteServedAt(files().run, 'http://127.0.0.1:1/mcp');
    expect(await kept()).toMatchObject({ missing: expect.stringContaining(`mcp.port, ${port}`), mend });
    noteServedAt(files().run, url());
    expect(await kept()).toBe(`${url()} answers; 1 token`);
  });

  it('is never taken back by a process that another has followed', () => {
    const end = noteServedAt(files().run, url());
    writeFileSync(join(files().run, 'mcp.json'), JSON.stringify({ url: 'http://127.0.0.1:2/mcp', pid: 1 }));
    end();
    expect(servedAt(files().run)?.pid).toBe(1);
  });
});
