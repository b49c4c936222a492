import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const reportSchema = z.looseObject({
  t: z.number(),
  sent: z.number(),
  answered: z.number(),
  rate: z.number(),
  inFlight: z.number(),
  unexpected: z.number(),
  dropped: z.number(),
  background: z.number(),
  usersSeen: z.number(),
  usersUnexpected: z.number(),
  keepingUp: z.boolean(),
  final: z.boolean().optional(),
  unexpectedBy: z.record(z.string(), z.number()).optional(),
});
type Line = z.infer<typeof reportSchema>;

const traffic = {
  users: 200,
  requestsPerSecond: 100,
  minimum: 20,
  habits: [
    { name: 'fine', weight: 90, path: '/fine', expect: [200] },
    { name: 'old link', weight: 10, path: '/old', expect: [404], background: true, heldBy: 0.3 },
  ],
};

describe('simulated users', () => {
  let server: Server | undefined;
  let users: ChildProcessWithoutNullStreams | undefined;

  afterEach(() => {
    users?.kill('SIGKILL');
    server?.closeAllConnections();
    server?.close();
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  function begin(config: object): {
    child: ChildProcessWithoutNullStreams;
    lines: Line[];
    next(): Promise<Line>;
  } {
    const child = spawn(process.execPath, [main]);
    users = child;
    const lines: Line[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on('line', (line) => lines.push(reportSchema.parse(JSON.parse(line))));
    child.stdin.write(`${JSON.stringify(config)}\n`);
    const next = async (): Promise<Line> => {
      await once(reader, 'line');
      const line = lines.at(-1);
      if (line === undefined) throw new Error('no line');
      return line;
    };
    return { child, lines, next };
  }

  it('keep their cookies, count everyday failures apart, and end with standard input', async () => {
    const met = new Map<string, number>();
    let cookies = 0;
    const origin = await serve((request, response) => {
      const id = /id=(\d+)/.exec(request.headers.cookie ?? '')?.[1];
      if (id === undefined) {
        cookies += 1;
        response.setHeader('set-cookie', `id=${cookies}; Path=/; HttpOnly`);
      } else met.set(id, (met.get(id) ?? 0) + 1);
      response.statusCode = request.url === '/old' ? 404 : 200;
      response.end('ok');
    });
    const { child, lines, next } = begin({ origin, traffic, seed: 1 });
    await next();
    await next();
    child.stdin.end();
    const [code] = await once(child, 'close');
    const totals = lines.at(-1);
    expect(code).toBe(0);
    expect(totals).toMatchObject({ final: true, unexpected: 0, usersUnexpected: 0, unexpectedBy: {} });
    expect(totals?.background).toBeGreaterThan(0);
    expect(met.size).toBeGreaterThan(0);
    const unanswered = totals?.inFlight ?? 0;
    expect(cookies).toBeLessThanOrEqual(totals?.usersSeen ?? 0);
    expect(cookies + unanswered).toBeGreaterThanOrEqual(totals?.usersSeen ?? 0);
  });

  it('tell of failures that nobody expects, and of whom they hurt', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/old') response.destroy();
      else response.writeHead(500).end();
    });
    const { child, lines, next } = begin({ origin, traffic, seed: 2 });
    await next();
    child.kill('SIGTERM');
    await once(child, 'close');
    const totals = lines.at(-1);
    expect(totals?.final).toBe(true);
    expect(totals?.unexpectedBy?.['fine: 500']).toBeGreaterThan(0);
    expect(totals?.dropped).toBeGreaterThan(0);
    expect(totals?.background).toBe(0);
    expect(totals?.usersUnexpected).toBeGreaterThan(1);
    expect(totals?.usersUnexpected).toBeLessThanOrEqual(totals?.usersSeen ?? 0);
  });

  it('say when they cannot keep up, and send one request a user at a time', async () => {
    const open = new Set<string>();
    let twice = 0;
    let users = 0;
    const origin = await serve((request, response) => {
      const id = /id=(\d+)/.exec(request.headers.cookie ?? '')?.[1];
      if (id !== undefined && open.has(id)) twice += 1;
      if (id === undefined) response.setHeader('set-cookie', `id=${++users}`);
      else open.add(id);
      setTimeout(() => {
        if (id !== undefined) open.delete(id);
        response.end();
      }, 1500);
    });
    const { child, next } = begin({ origin, traffic: { ...traffic, users: 5 }, seed: 3 });
    expect((await next()).keepingUp).toBe(false);
    expect((await next()).inFlight).toBeLessThanOrEqual(5);
    child.stdin.end();
    await once(child, 'close');
    expect(twice).toBe(0);
  });

  it('end by themselves after the longest time', async () => {
    const origin = await serve((_request, response) => response.end());
    const { child, lines } = begin({ origin, traffic, seed: 4, maxSeconds: 0.3 });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(lines.at(-1)?.final).toBe(true);
  });

  it.each([
    { name: 'a place that is not this machine', config: { origin: 'http://example.com', traffic, seed: 1 } },
    { name: 'traffic that is none', config: { origin: 'http://127.0.0.1:1', traffic: {}, seed: 1 } },
  ])('refuse $name with exit code 2', async ({ config }) => {
    const { child } = begin(config);
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
  });
});
