import type { ModelBlock, ModelStop, ModelUsage } from '../../../domain/model.ts';
import { toolInput } from '../json.ts';
import type { WholeAnswer } from '../wire.ts';
import { malformed } from '../wire-fault.ts';
import type { Ended, OutputItem, ResponseUsage } from './shapes.ts';

/** Throws a WireFault: an end that nobody knows is no good one. */
export function answerOf(end: Ended, items: readonly OutputItem[]): WholeAnswer {
  const usage = end.usage ? usageOf(end.usage) : undefined;
  const stop = stopOf(end, items, usage);
  // A call that was cut off by the limit is no call.
  const whole = items.filter((item) => stop !== 'length' || !isCall(item));
  return { blocks: whole.flatMap(blocksOf), stop, usage, answeredBy: end.model };
}

function stopOf(end: Ended, items: readonly OutputItem[], usage: ModelUsage | undefined): ModelStop {
  if (end.status === 'completed') {
    if (items.some(isRefusal)) return 'refusal';
    return items.some(isCall) ? 'tool-call' : 'end';
  }
  const reason = end.status === 'incomplete' ? end.incomplete_details?.reason : undefined;
  if (reason === 'max_output_tokens') return 'length';
  if (reason === 'content_filter') return 'refusal';
  throw malformed('its answer ends for an unknown reason', usage);
}

function isCall({ type }: OutputItem): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}

function isRefusal(item: OutputItem): boolean {
  return item.type === 'message' && item.content.some(({ type }) => type === 'refusal');
}

function usageOf({ input_tokens, output_tokens, input_tokens_details: details }: ResponseUsage): ModelUsage {
  const read = Math.min(details?.cached_tokens ?? 0, input_tokens);
  const written = Math.min(details?.cache_write_tokens ?? 0, input_tokens - read);
  return {
    inputTokens: input_tokens,
    outputTokens: output_tokens,
    ...(read > 0 && { cacheReadTokens: read }),
    ...(written > 0 && { cacheWriteTokens: written }),
  };
}

type Named = { readonly name: string; readonly namespace?: string | null | undefined };

/** Tools of two namespaces may bear one name. */
export function fullName({ name, namespace }: Named): string {
  return namespace ? `${namespace}.${name}` : name;
}

function blocksOf(item: OutputItem): readonly ModelBlock[] {
  if (item.type === 'message')
    return item.content.map((part) => ({
      kind: 'text',
      text: part.type === 'refusal' ? part.refusal : part.text,
    }));
  if (item.type === 'function_call')
    return [
      {
        kind: 'tool-call',
        id: item.call_id,
        tool: fullName(item),
        input: toolInput(item.arguments, item.name),
      },
    ];
  if (item.type === 'custom_tool_call')
    return [{ kind: 'tool-call', id: item.call_id, tool: fullName(item), input: item.input }];
  const { content, summary, encrypted_content: signature } = item;
  const text = (content ?? summary).map((one) => one.text).join('\n\n');
  if (text === '' && !signature) return [];
  return [
    {
      kind: 'reasoning',
      text,
      ...(signature && { signature }),
      ...(signature && text === '' && { redacted: true as const }),
    },
  ];
}
