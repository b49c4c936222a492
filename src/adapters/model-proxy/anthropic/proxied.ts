import { wholeMessage } from '../../model/anthropic/whole.ts';
import { messagesWire } from '../../model/anthropic/wire.ts';
import type { ProxiedWire, Reading, Refusal, Said } from '../proxied-wire.ts';
import { problemOf, unknownKey } from '../top-level.ts';
import { keptRequest } from './kept.ts';
import { messagesBody } from './shapes.ts';

const rules = {
  passed: new Set(Object.keys(messagesBody.shape)),
  dropped: new Set(['metadata', 'service_tier', 'context_management', 'diagnostics', 'speed']),
};

const types: Readonly<Record<Refusal, string>> = {
  'not-found': 'not_found_error',
  'bad-request': 'invalid_request_error',
  'too-large': 'request_too_large',
  unauthorised: 'authentication_error',
  'over-budget': 'billing_error',
  'rate-limited': 'rate_limit_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
  rejected: 'invalid_request_error',
  unreachable: 'api_error',
  malformed: 'api_error',
  'cut-off': 'api_error',
  unrecorded: 'api_error',
};

/** What a client of the one may say, and what it is answered, differs a little from the other. */
const versions: ReadonlySet<string> = new Set(['2023-06-01', '2026-10-21']);

function read({ headers, body }: Said, mostOutputTokens: number): Reading {
  const version = String(headers['anthropic-version'] ?? '');
  if (!versions.has(version)) return { problem: `anthropic-version: expected ${[...versions].join(' or ')}` };
  const unknown = unknownKey(body, rules);
  if (unknown !== undefined) return { problem: `${unknown}: not allowed here` };
  const found = messagesBody.safeParse(body);
  if (!found.success) return { problem: problemOf(found.error) };
  const { max_tokens, stream } = found.data;
  if (max_tokens > mostOutputTokens) return { problem: `max_tokens: at most ${mostOutputTokens} here` };
  return {
    isStreamed: stream === true,
    forward: found.data,
    headers: { 'anthropic-version': version },
    request: keptRequest(found.data),
  };
}

/** What clients of Anthropic's speak: ANTHROPIC_BASE_URL. */
export const proxiedMessages: ProxiedWire = {
  wire: messagesWire,
  path: '/v1/messages',
  read,
  whole: wholeMessage,
  error: (_status, type, message) => ({ type: 'error', error: { type, message } }),
  errorEvent: (type, message) =>
    `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, message } })}\n\n`,
  typeOf: (refusal) => types[refusal],
  list: (models) => ({
    data: models.map((id) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' })),
    has_more: false,
    first_id: models[0] ?? null,
    last_id: models.at(-1) ?? null,
  }),
};
