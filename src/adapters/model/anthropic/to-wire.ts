import type { ModelBlock, ModelMessage, ModelRequest } from '../../../domain/model.ts';

type Turn = { readonly role: 'user' | 'assistant'; readonly content: readonly object[] };

/** A request of the Messages API. Since version 2026-10-21 it takes no temperature, and models since Opus 4.7 none in any version. */
export function messagesRequest(request: ModelRequest, model: string): Readonly<Record<string, unknown>> {
  const { system, messages, tools, schema, maxOutputTokens } = request;
  return {
    model,
    max_tokens: maxOutputTokens,
    stream: true,
    ...(system !== '' && { system }),
    messages: turnsOf(messages),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters,
      })),
    }),
    ...(schema !== undefined && { output_config: { format: { type: 'json_schema', schema } } }),
  };
}

/** Answers of several tools must come in one turn, so what follows each other on one side is joined. */
function turnsOf(messages: readonly ModelMessage[]): readonly Turn[] {
  const turns: { role: Turn['role']; content: object[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'model' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...contentOf(message));
    else turns.push({ role, content: [...contentOf(message)] });
  }
  return turns;
}

function contentOf(message: ModelMessage): readonly object[] {
  if (message.role === 'user') return [{ type: 'text', text: message.text }];
  if (message.role === 'model') return message.blocks.flatMap(blockOf);
  const { id, output, isError } = message;
  return [{ type: 'tool_result', tool_use_id: id, content: output, is_error: isError }];
}

/** An empty text is refused there, and so is reasoning that another model signed or nobody did. */
function blockOf(block: ModelBlock): readonly object[] {
  if (block.kind === 'text') return block.text === '' ? [] : [{ type: 'text', text: block.text }];
  if (block.kind === 'tool-call')
    return [{ type: 'tool_use', id: block.id, name: block.tool, input: block.input }];
  const { text, signature, redacted } = block;
  if (signature === undefined) return [];
  return [
    redacted === true
      ? { type: 'redacted_thinking', data: signature }
      : { type: 'thinking', thinking: text, signature },
  ];
}
