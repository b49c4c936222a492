import type { ModelBlock, ModelMessage, ModelRequest, ModelTool } from '../../../domain/model.ts';
import { fullName } from '../../model/openai-responses/answers.ts';
import { dataNote } from '../content-note.ts';
import type { Item, Part, PlainTool, ResponsesBody } from './shapes.ts';

/** The request as it is kept. */
export function keptResponses(body: ResponsesBody, maxOutputTokens: number): ModelRequest {
  const items: readonly Item[] =
    typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
  const names = new Map(
    items.flatMap((item) => ('name' in item ? [[item.call_id, fullName(item)] as const] : [])),
  );
  const format = body.text?.format;
  return {
    system: [body.instructions ?? '', ...items.flatMap(systemTexts)]
      .filter((text) => text !== '')
      .join('\n\n'),
    messages: joined(items.flatMap((item) => messagesOf(item, names))),
    tools: (body.tools ?? []).flatMap((tool) =>
      tool.type === 'namespace' ? tool.tools.map((one) => keptTool(one, tool.name)) : [keptTool(tool)],
    ),
    ...(format?.type === 'json_schema' && { schema: format.schema }),
    maxOutputTokens,
    ...(typeof body.temperature === 'number' && { temperature: body.temperature }),
  };
}

function keptTool(tool: PlainTool, namespace?: string): ModelTool {
  return {
    name: fullName({ name: tool.name, namespace }),
    description: tool.description ?? '',
    parameters: tool.type === 'function' ? (tool.parameters ?? {}) : { ...tool.format },
  };
}

function systemTexts(item: Item): readonly string[] {
  return 'role' in item && (item.role === 'system' || item.role === 'developer')
    ? [textOf(item.content)]
    : [];
}

/** `names`: of calls, by their ids; a result names no tool. */
function messagesOf(item: Item, names: ReadonlyMap<string, string>): readonly ModelMessage[] {
  if ('role' in item) {
    const text = textOf(item.content);
    if (item.role === 'user') return [{ role: 'user', text }];
    return item.role === 'assistant' ? [{ role: 'model', blocks: [{ kind: 'text', text }] }] : [];
  }
  if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output') {
    const { call_id: id } = item;
    return [{ role: 'tool', id, tool: names.get(id) ?? '', output: textOf(item.output), isError: false }];
  }
  return [{ role: 'model', blocks: [blockOf(item)] }];
}

type Said = Extract<Item, { readonly type: 'reasoning' | 'function_call' | 'custom_tool_call' }>;

function blockOf(item: Said): ModelBlock {
  if (item.type === 'custom_tool_call')
    return { kind: 'tool-call', id: item.call_id, tool: fullName(item), input: item.input };
  if (item.type === 'function_call')
    return { kind: 'tool-call', id: item.call_id, tool: fullName(item), input: inputOf(item.arguments) };
  const { content, summary, encrypted_content: signature } = item;
  const text = (content ?? summary).map((one) => one.text).join('\n\n');
  return { kind: 'reasoning', text, ...(signature && { signature }) };
}

/** As the client gives it back; what is no JSON is kept as the text that it is. */
function inputOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a model said in one go comes as many items. */
function joined(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const all: ModelMessage[] = [];
  for (const message of messages) {
    const last = all.at(-1);
    if (message.role === 'model' && last?.role === 'model')
      all[all.length - 1] = { role: 'model', blocks: [...last.blocks, ...message.blocks] };
    else all.push(message);
  }
  return all;
}

function textOf(content: string | readonly Part[]): string {
  if (typeof content === 'string') return content;
  return content.map(partText).join('\n');
}

function partText(part: Part): string {
  if (part.type === 'input_image') return dataNote(part.image_url);
  return part.type === 'refusal' ? part.refusal : part.text;
}
