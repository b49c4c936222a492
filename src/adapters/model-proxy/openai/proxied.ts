import type { ChatDialect } from '../../model/openai/to-wire.ts';
import { wholeCompletion } from '../../model/openai/whole.ts';
import { chatWire } from '../../model/openai/wire.ts';
import type { ProxiedWire, Reading, Refusal } from '../proxied-wire.ts';
import { problemOf, unknownKey } from '../top-level.ts';
import { keptChat } from './kept.ts';
import { type ChatBody, chatBody } from './shapes.ts';

const rules = {
  passed: new Set(Object.keys(chatBody.shape)),
  dropped: new Set(['user', 'metadata', 'store', 'service_tier', 'prompt_cache_key', 'safety_identifier']),
};

const codes: Readonly<Record<Refusal, string>> = {
  'not-found': 'model_not_found',
  'bad-request': 'invalid_request_error',
  'too-large': 'request_too_large',
  unauthorised: 'invalid_api_key',
  'over-budget': 'insufficient_quota',
  'rate-limited': 'rate_limit_exceeded',
  overloaded: 'server_error',
  timeout: 'timeout',
  rejected: 'invalid_request_error',
  unreachable: 'server_error',
  malformed: 'server_error',
  'cut-off': 'server_error',
  unrecorded: 'server_error',
};

function reader(dialect: ChatDialect): ProxiedWire['read'] {
  return (body, mostOutputTokens): Reading => {
    const unknown = unknownKey(body, rules);
    if (unknown !== undefined) return { problem: `${unknown}: not allowed here` };
    const found = chatBody.safeParse(body);
    if (!found.success) return { problem: problemOf(found.error) };
    const { model, stream, max_completion_tokens, max_tokens } = found.data;
    const most = max_completion_tokens ?? max_tokens ?? mostOutputTokens;
    if (most > mostOutputTokens)
      return { problem: `max_completion_tokens: at most ${mostOutputTokens} here` };
    const forward = forwarded(found.data, most, dialect);
    return { model, isStreamed: stream === true, forward, request: keptChat(found.data, most) };
  };
}

/** What an answer takes is always told, and always bounded. */
function forwarded(body: ChatBody, most: number, dialect: ChatDialect): Readonly<Record<string, unknown>> {
  const { max_tokens: _plain, max_completion_tokens: _named, stream_options: _told, ...rest } = body;
  const isPlain = dialect === 'plain';
  return {
    ...rest,
    [isPlain ? 'max_tokens' : 'max_completion_tokens']: most,
    ...(body.stream === true && { stream_options: { include_usage: true } }),
    ...(!isPlain && { store: false }),
  };
}

function errorOf(code: string, message: string): object {
  return { error: { message, type: code, param: null, code } };
}

/** What clients of OpenAI's speak: OPENAI_BASE_URL. */
export function proxiedChat(dialect: ChatDialect): ProxiedWire {
  return {
    wire: chatWire(dialect),
    path: '/v1/chat/completions',
    read: reader(dialect),
    whole: wholeCompletion,
    error: (_status, code, message) => errorOf(code, message),
    errorEvent: (code, message) => `data: ${JSON.stringify(errorOf(code, message))}\n\n`,
    typeOf: (refusal) => codes[refusal],
    list: (models) => ({
      object: 'list',
      data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'autoland' })),
    }),
  };
}
