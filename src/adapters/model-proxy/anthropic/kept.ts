import type { ModelBlock, ModelMessage, ModelRequest } from '../../../domain/model.ts';
import { contentNote } from '../content-note.ts';
import type { Block, Message, MessagesBody } from './shapes.ts';

/** The request as it is kept. */
export function keptRequest(body: MessagesBody): ModelRequest {
  const tools = new Map<string, string>();
  const schema = body.output_config?.format?.schema;
  return {
    system: [body.system ?? '', ...body.messages.flatMap(laterSystem)]
      .map(plainText)
      .filter((text) => text !== '')
      .join('\n\n'),
    messages: body.messages.flatMap((message) => messagesOf(message, tools)),
    tools: (body.tools ?? []).map((tool) => ({
      name: tool.name,
      description: 'description' in tool ? (tool.description ?? '') : (tool.type ?? ''),
      parameters: 'input_schema' in tool ? tool.input_schema : {},
    })),
    ...(schema !== undefined && { schema }),
    maxOutputTokens: body.max_tokens,
    ...(body.temperature !== undefined && { temperature: body.temperature }),
  };
}

type SystemText = string | readonly { readonly text: string }[];

/** What is said to the model in the middle of a conversation, by whoever leads it. */
function laterSystem(message: Message): readonly SystemText[] {
  return message.role === 'system' ? [message.content] : [];
}

function plainText(said: SystemText): string {
  return typeof said === 'string' ? said : said.map(({ text }) => text).join('\n\n');
}

/** `tools`: the names of calls, by their ids; a result names no tool. */
function messagesOf({ role, content }: Message, tools: Map<string, string>): readonly ModelMessage[] {
  if (role === 'system') return [];
  const blocks: readonly Block[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  for (const block of blocks) if (block.type === 'tool_use') tools.set(block.id, block.name);
  if (role === 'assistant') return [{ role: 'model', blocks: blocks.map(modelBlock) }];
  return blocks.map((block) => userMessage(block, tools));
}

function userMessage(block: Block, tools: ReadonlyMap<string, string>): ModelMessage {
  if (block.type !== 'tool_result') return { role: 'user', text: textOf(block) };
  const { tool_use_id: id, content = '', is_error: isError = false } = block;
  const output = typeof content === 'string' ? content : content.map(textOf).join('\n');
  return { role: 'tool', id, tool: tools.get(id) ?? '', output, isError };
}

function modelBlock(block: Block): ModelBlock {
  if (block.type === 'tool_use')
    return { kind: 'tool-call', id: block.id, tool: block.name, input: block.input };
  if (block.type === 'thinking')
    return { kind: 'reasoning', text: block.thinking, signature: block.signature };
  if (block.type === 'redacted_thinking')
    return { kind: 'reasoning', text: '', signature: block.data, redacted: true };
  return { kind: 'text', text: textOf(block) };
}

function textOf(block: Block): string {
  if (block.type === 'text') return block.text;
  if (block.type === 'image') return contentNote(block.source.media_type, block.source.data);
  if (block.type === 'document') {
    const { type, media_type, data } = block.source;
    return type === 'text' ? data : contentNote(media_type, data);
  }
  return JSON.stringify(block);
}
