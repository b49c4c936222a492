import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type Next } from 'hono';
import { cors } from 'hono/cors';
import { messageOf } from '../../../domain/errors.ts';
import { type Client, Refusal } from '../admission.ts';
import type { Serving } from '../serving.ts';
import { periodOf, ticketFor } from '../tokens/ticket.ts';
import type { TokenScope } from '../tokens/token.ts';
import { answerFor, answerForAll, invalidContext, targetingKeyIn } from './answers.ts';
import { eventStream } from './event-stream.ts';
import { type KillOrder, killFlag } from './kill.ts';

type Env = { Bindings: HttpBindings };
type Asked = Context<Env>;

export type OfrepOptions = {
  /** Of pages that may ask; [] for none. */
  readonly origins: readonly string[];
  readonly kill: KillOrder;
};

const LARGEST_BODY = 64 * 1024;
/** A page that nobody looks at for so long lets its stream go. */
const INACTIVITY_SECONDS = 120;
const statuses = { unauthenticated: 401, forbidden: 403, busy: 429, malformed: 400 } as const;

/** OFREP 0.3, its event stream, and the kill of a flag over HTTP. */
export function ofrepApp(serving: Serving, { origins, kill }: OfrepOptions): Hono<Env> {
  const app = new Hono<Env>();
  if (origins.length > 0) app.use('/ofrep/*', browsers(origins));
  app.use(bounded);
  app.post('/ofrep/v1/evaluate/flags', (asked) => evaluateAll(serving, asked));
  app.post('/ofrep/v1/evaluate/flags/:key', (asked) => evaluateOne(serving, asked));
  app.get('/ofrep/v1/events', (asked) => events(serving, asked));
  app.post('/v1/flags/:key/kill', (asked) => killFlag(asked, admit(serving, asked, 'kill'), kill));
  app.notFound(({ req, json }) => {
    const found = `${req.method} ${req.path.slice(0, 200)}`;
    return json(
      { errorDetails: `expected POST at a path of OFREP, or GET of its events, found ${found}` },
      404,
    );
  });
  app.onError(told);
  return app;
}

function browsers(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Content-Type', 'Authorization', 'X-API-Key', 'If-None-Match', 'Flagd-Selector'],
    exposeHeaders: ['ETag', 'Retry-After'],
    maxAge: 600,
  });
}

/** Throws a Refusal. */
function admit({ admission }: Serving, asked: Asked, scope: TokenScope): Client {
  const { req, env } = asked;
  return admission.admit(
    {
      peer: env.incoming.socket.remoteAddress ?? 'unknown',
      authorization: req.header('authorization'),
      apiKey: req.header('x-api-key'),
      selectors: [req.header('flagd-selector'), req.query('selector')],
      ticket: scope === 'read' && req.method === 'GET' ? req.query('ticket') : null,
    },
    scope,
  );
}

async function evaluateOne(serving: Serving, asked: Asked): Promise<Response> {
  admit(serving, asked, 'read');
  const key = asked.req.param('key') ?? '';
  const targetingKey = targetingKeyIn(await bodyOf(asked));
  if (targetingKey === undefined) return asked.json({ key, ...invalidContext }, 400);
  const answer = answerFor(serving, key, targetingKey);
  if (!('errorCode' in answer)) return asked.json(answer);
  return asked.json(answer, answer.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400);
}

async function evaluateAll(serving: Serving, asked: Asked): Promise<Response> {
  const client = admit(serving, asked, 'read');
  const targetingKey = targetingKeyIn(await bodyOf(asked));
  if (targetingKey === undefined) return asked.json(invalidContext, 400);
  const flags = answerForAll(serving, client.selection, targetingKey);
  const metadata = { environment: serving.environment };
  const text = JSON.stringify({ flags, metadata, eventStreams: streamsFor(serving, client) });
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  const headers = { ETag: etag, 'Cache-Control': 'no-cache', 'Content-Type': 'application/json' };
  const known = (asked.req.header('if-none-match') ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(etag)) return asked.body(null, 304, headers);
  return asked.body(text, 200, headers);
}

/** Below the origin that the client knows: what stands in front of us is not ours to guess. */
function streamsFor({ feed }: Serving, { token, selection }: Client): readonly object[] {
  if (token === null) return [];
  const now = Date.now();
  const ticket = feed.once(`ticket ${token.id} ${periodOf(now)}`, () => ticketFor(token, now));
  const service = selection.service === null ? '' : `&selector=${encodeURIComponent(selection.service)}`;
  const requestUri = `/ofrep/v1/events?ticket=${ticket}${service}`;
  return [{ type: 'sse', endpoint: { requestUri }, inactivityDelaySec: INACTIVITY_SECONDS }];
}

function events(serving: Serving, asked: Asked): Response {
  const client = admit(serving, asked, 'read');
  const leave = serving.admission.enter();
  asked.header('Content-Type', 'text/event-stream');
  asked.header('Cache-Control', 'no-store');
  asked.header('X-Accel-Buffering', 'no');
  const lastEventId = asked.req.header('last-event-id') ?? null;
  return asked.body(eventStream(serving, { client, lastEventId, leave }));
}

/** undefined: it is no JSON. */
async function bodyOf({ req }: Asked): Promise<unknown> {
  try {
    return await req.json();
  } catch {
    return undefined;
  }
}

/** By what the header says, which the parser holds it to: looking at the body would make a web stream of each. */
async function bounded(asked: Asked, next: Next): Promise<Response | undefined> {
  if (asked.req.header('transfer-encoding') !== undefined)
    return asked.json({ errorDetails: 'expected a body with a Content-Length' }, 411);
  if (Number(asked.req.header('content-length') ?? 0) > LARGEST_BODY)
    return asked.json({ errorDetails: `expected a body of at most ${LARGEST_BODY} bytes` }, 413);
  await next();
}

function told(error: Error, asked: Context): Response {
  if (!(error instanceof Refusal)) return asked.json({ errorDetails: messageOf(error) }, 500);
  if (error.kind === 'busy') asked.header('Retry-After', `${error.retryAfterSeconds}`);
  if (error.kind === 'unauthenticated') asked.header('WWW-Authenticate', 'Bearer');
  return asked.json({ errorCode: 'GENERAL', errorDetails: error.message }, statuses[error.kind]);
}
