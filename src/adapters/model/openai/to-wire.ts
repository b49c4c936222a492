import type { ModelBlock, ModelMessage, ModelRequest } from '../../../domain/model.ts';

/** `plain`: of servers that speak as OpenAI's did at first, and know no younger names. */
export type ChatDialect = 'openai' | 'plain';

/** A request of the chat completions API. */
export function chatRequest(
  request: ModelRequest,
  model: string,
  dialect: ChatDialect,
): Readonly<Record<string, unknown>> {
  const { system, messages, tools, schema, maxOutputTokens, temperature } = request;
  const isPlain = dialect === 'plain';
  return {
    model,
    messages: [
      ...(system === '' ? [] : [{ role: isPlain ? 'system' : 'developer', content: system }]),
      ...messages.map(messageOf),
    ],
    [isPlain ? 'max_tokens' : 'max_completion_tokens']: maxOutputTokens,
    stream: true,
    stream_options: { include_usage: true },
    ...(!isPlain && { store: false }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        type: 'function',
        function: { name, description, parameters },
      })),
    }),
    ...(schema !== undefined && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
    }),
    // Models of OpenAI's that reason refuse one.
    ...(isPlain && temperature !== undefined && { temperature }),
  };
}

/** Reasoning is not given back: the API takes none. */
function messageOf(message: ModelMessage): object {
  if (message.role === 'user') return { role: 'user', content: message.text };
  if (message.role === 'tool') {
    const { id, output, isError } = message;
    return { role: 'tool', tool_call_id: id, content: isError ? `error: ${output}` : output };
  }
  const text = message.blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : [])).join('');
  const calls = message.blocks.flatMap(callOf);
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function callOf(block: ModelBlock): readonly object[] {
  if (block.kind !== 'tool-call') return [];
  const { id, tool, input } = block;
  return [{ id, type: 'function', function: { name: tool, arguments: JSON.stringify(input) } }];
}
