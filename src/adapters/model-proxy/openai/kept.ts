import type { ModelBlock, ModelMessage, ModelRequest } from '../../../domain/model.ts';
import { dataNote } from '../content-note.ts';
import type { ChatBody, ChatMessage, Content } from './shapes.ts';

/** The request as it is kept. */
export function keptChat(body: ChatBody, maxOutputTokens: number): ModelRequest {
  const names = new Map<string, string>();
  const format = body.response_format;
  const schema = format?.type === 'json_schema' ? format.json_schema.schema : undefined;
  const isSystem = ({ role }: ChatMessage) => role === 'system' || role === 'developer';
  return {
    system: body.messages
      .filter(isSystem)
      .map(({ content }) => textOf(content ?? ''))
      .join('\n\n'),
    messages: body.messages.flatMap((message) => messageOf(message, names)),
    tools: (body.tools ?? []).map(({ function: { name, description = '', parameters = {} } }) => ({
      ...{ name, description, parameters },
    })),
    ...(schema !== undefined && { schema }),
    maxOutputTokens,
    ...(typeof body.temperature === 'number' && { temperature: body.temperature }),
  };
}

/** `names`: of calls, by their ids; a result names no tool. */
function messageOf(message: ChatMessage, names: Map<string, string>): readonly ModelMessage[] {
  if (message.role === 'user') return [{ role: 'user', text: textOf(message.content) }];
  if (message.role === 'tool') {
    const { tool_call_id: id, content } = message;
    return [{ role: 'tool', id, tool: names.get(id) ?? '', output: textOf(content), isError: false }];
  }
  if (message.role !== 'assistant') return [];
  const { content, refusal, reasoning_content: reasoning, tool_calls: calls = [] } = message;
  for (const { id, function: called } of calls) names.set(id, called.name);
  const text = textOf(content ?? '') + (refusal ?? '');
  const blocks: ModelBlock[] = [
    ...(reasoning ? [{ kind: 'reasoning', text: reasoning } as const] : []),
    ...(text === '' ? [] : [{ kind: 'text', text } as const]),
    ...calls.map(({ id, function: called }) => ({
      ...{ kind: 'tool-call' as const, id, tool: called.name, input: inputOf(called.arguments) },
    })),
  ];
  return [{ role: 'model', blocks }];
}

/** As the client gives it back; what is no JSON is kept as the text that it is. */
function inputOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : dataNote(part.image_url.url))).join('\n');
}
