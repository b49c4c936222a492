import {
  type AuthInfo,
  createMcpHandler,
  type McpHttpHandler,
  type McpServer,
} from '@modelcontextprotocol/server';
import { type Context, Hono } from 'hono';
import type { AgentScope } from './tool.ts';

/** Who was let in. */
export type AdmittedAgent = { readonly id: string; readonly source: string; readonly scope: AgentScope };

export type McpDoor = {
  /** As clients must name it: `127.0.0.1:7310`. */
  readonly hosts: readonly string[];
  /** undefined: no token that counts. */
  readonly admit: (authorization: string | undefined) => AdmittedAgent | undefined;
  /** 0: go on; else the seconds after which to try again. */
  readonly take: (client: string) => number;
  readonly serve: (agent: AdmittedAgent) => McpServer;
  readonly onBug: (thrown: unknown) => void;
};

type Known = { Variables: { agent: AdmittedAgent } };

/** Of one message. A lockfile fits in; what is larger is pushed. */
const mostBytes = 2 * 1024 * 1024;
/** Who is hung up on while he sends may not hear why: so what is too much is heard out, and forgotten. */
const mostHeard = 64 * 1024 * 1024;

/** The one way in over HTTP. Nothing is remembered between requests, so no session can be taken over. */
export function makeMcpApp(door: McpDoor): {
  readonly app: Hono<Known>;
  readonly close: () => Promise<void>;
} {
  const handler = createMcpHandler(({ authInfo }) => door.serve(authInfo?.extra?.agent as AdmittedAgent), {
    // Nothing here ever changes that a client could be told of.
    maxSubscriptions: 0,
    onerror: () => {},
  });
  const app = new Hono<Known>();
  // Before anything is read: a page of another name that leads to this address is not meant, whatever it sends.
  app.use(async (context, next) => foreignPage(context, door) ?? (await next()));
  // Nobody's body is read before it is known whose it is.
  app.post(
    '/mcp',
    async (context, next) => turnedAway(context, door) ?? (await next()),
    (context) => serve(context, handler),
  );
  app.all('/mcp', (context) =>
    refuse(context, 405, 'expected POST: there is nothing to open or to end here'),
  );
  app.notFound((context) => refuse(context, 404, 'expected /mcp'));
  app.onError((error, context) => {
    door.onBug(error);
    return refuse(context, 500, 'this is a bug in autoland');
  });
  return { app, close: () => handler.close() };
}

function foreignPage(context: Context, { hosts }: McpDoor): Response | undefined {
  const host = context.req.header('host')?.toLowerCase() ?? '';
  if (!hosts.includes(host)) return refuse(context, 403, `expected the host ${hosts.join(' or ')}`);
  const isPage =
    context.req.header('origin') !== undefined || context.req.header('sec-fetch-site') !== undefined;
  return isPage ? refuse(context, 403, 'browsers are not served here') : undefined;
}

function turnedAway(context: Context<Known>, door: McpDoor): Response | undefined {
  const agent = door.admit(context.req.header('authorization'));
  const seconds = door.take(agent?.id ?? 'nobody');
  if (seconds > 0) {
    context.header('retry-after', String(seconds));
    return refuse(context, 429, 'expected fewer requests');
  }
  if (agent === undefined) {
    context.header('www-authenticate', 'Bearer realm="autoland"');
    return refuse(context, 401, 'expected an agent token that counts; autoland mcp token makes one');
  }
  context.set('agent', agent);
  return undefined;
}

async function serve(context: Context, handler: McpHttpHandler): Promise<Response> {
  // Who hangs up while he sends is told nothing, and is no bug.
  const text = await heard(context.req.raw).catch(() => '');
  if (text === undefined) return refuse(context, 413, `a body may have at most ${mostBytes} bytes`);
  const message = parsed(text);
  // A list of messages would be many calls for the rate of one; no revision since 2025-06-18 has them.
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return refuse(context, 400, 'expected one JSON-RPC message');
  return handler.fetch(context.req.raw, { parsedBody: message, authInfo: authInfoOf(context.get('agent')) });
}

/** undefined: it is too long. How long it may take is the server's to say. */
async function heard(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size <= mostBytes) chunks.push(chunk);
    if (size > mostHeard) break;
  }
  return size > mostBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the library hands on: never the token itself. */
function authInfoOf(agent: AdmittedAgent): AuthInfo {
  return { token: agent.id, clientId: agent.source, scopes: [agent.scope], extra: { agent } };
}

/** As JSON-RPC tells faults: older clients read nothing else. */
function refuse(
  context: Context,
  status: 400 | 401 | 403 | 404 | 405 | 413 | 429 | 500,
  message: string,
): Response {
  return context.json({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }, status);
}
