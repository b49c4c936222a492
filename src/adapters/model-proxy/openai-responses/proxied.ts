import { wholeOfResponse } from '../../model/openai-responses/fold.ts';
import { responsesWire } from '../../model/openai-responses/wire.ts';
import { openaiWords } from '../openai/words.ts';
import type { ProxiedWire, Reading, Said } from '../proxied-wire.ts';
import { problemOf, unknownKey } from '../top-level.ts';
import { keptResponses } from './kept.ts';
import { responsesBody } from './shapes.ts';

const rules = {
  passed: new Set(Object.keys(responsesBody.shape)),
  dropped: new Set([
    ...['user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'stream_options'],
    ...['prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention', 'client_metadata'],
  ]),
};

function read({ body }: Said, mostOutputTokens: number): Reading {
  const unknown = unknownKey(body, rules);
  if (unknown !== undefined) return { problem: `${unknown}: not allowed here` };
  const found = responsesBody.safeParse(body);
  if (!found.success) return { problem: problemOf(found.error) };
  const { stream, max_output_tokens } = found.data;
  const most = max_output_tokens ?? mostOutputTokens;
  if (most > mostOutputTokens) return { problem: `max_output_tokens: at most ${mostOutputTokens} here` };
  const forward = { ...found.data, max_output_tokens: most, store: false };
  return { isStreamed: stream === true, forward, headers: {}, request: keptResponses(found.data, most) };
}

/** What younger clients of OpenAI's speak: the responses API. */
export const proxiedResponses: ProxiedWire = {
  wire: responsesWire,
  path: '/v1/responses',
  read,
  whole: wholeOfResponse,
  ...openaiWords,
  errorEvent: (code, message) =>
    `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param: null, sequence_number: 0 })}\n\n`,
};
