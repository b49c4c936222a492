import type { ChatDialect } from '../../model/openai/to-wire.ts';
import { wholeCompletion } from '../../model/openai/whole.ts';
import { chatWire } from '../../model/openai/wire.ts';
import type { ProxiedWire, Reading } from '../proxied-wire.ts';
import { problemOf, unknownKey } from '../top-level.ts';
import { keptChat } from './kept.ts';
import { type ChatBody, chatBody } from './shapes.ts';
import { errorOf, openaiWords } from './words.ts';

const rules = {
  passed: new Set(Object.keys(chatBody.shape)),
  dropped: new Set(['user', 'metadata', 'store', 'service_tier', 'prompt_cache_key', 'safety_identifier']),
};

function reader(dialect: ChatDialect): ProxiedWire['read'] {
  return ({ body }, mostOutputTokens): Reading => {
    const unknown = unknownKey(body, rules);
    if (unknown !== undefined) return { problem: `${unknown}: not allowed here` };
    const found = chatBody.safeParse(body);
    if (!found.success) return { problem: problemOf(found.error) };
    const { stream, max_completion_tokens, max_tokens } = found.data;
    const most = max_completion_tokens ?? max_tokens ?? mostOutputTokens;
    if (most > mostOutputTokens)
      return { problem: `max_completion_tokens: at most ${mostOutputTokens} here` };
    const forward = forwarded(found.data, most, dialect);
    return { isStreamed: stream === true, forward, headers: {}, request: keptChat(found.data, most) };
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

/** What clients of OpenAI's speak: OPENAI_BASE_URL. */
export function proxiedChat(dialect: ChatDialect): ProxiedWire {
  return {
    wire: chatWire(dialect),
    path: '/v1/chat/completions',
    read: reader(dialect),
    whole: wholeCompletion,
    ...openaiWords,
    errorEvent: (code, message) => `data: ${JSON.stringify(errorOf(code, message))}\n\n`,
  };
}
