import type { ModelBlock, ModelFault, ModelStop, ModelUsage } from '../../../domain/model.ts';
import { toolInput } from '../json.ts';
import { malformed } from '../wire-fault.ts';
import type { ContentBlock, MessagesUsage } from './shapes.ts';

const stops: ReadonlyMap<string, ModelStop> = new Map([
  ['end_turn', 'end'],
  ['stop_sequence', 'end'],
  ['tool_use', 'tool-call'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'refusal'],
]);

/** Throws a WireFault: an end that nobody knows is no good one. */
export function stopOf(reason: string, usage?: ModelUsage): ModelStop {
  const stop = stops.get(reason);
  if (stop === undefined) throw malformed(`its answer ends for an unknown reason`, usage);
  return stop;
}

const faults: ReadonlyMap<string, ModelFault> = new Map([
  ['authentication_error', 'unauthorised'],
  ['permission_error', 'unauthorised'],
  ['rate_limit_error', 'rate-limited'],
  ['overloaded_error', 'overloaded'],
  ['api_error', 'overloaded'],
  ['timeout_error', 'timeout'],
]);

export function faultOfType(type: string): ModelFault | undefined {
  return faults.get(type) ?? (type.endsWith('_error') ? 'rejected' : undefined);
}

/** Input that a cache was read for or filled with is told beside the rest, and counts as input all the same. */
export function usageOf(first: MessagesUsage, last: MessagesUsage): ModelUsage {
  const read = last.cache_read_input_tokens ?? first.cache_read_input_tokens ?? 0;
  const written = last.cache_creation_input_tokens ?? first.cache_creation_input_tokens ?? 0;
  return {
    inputTokens: (last.input_tokens ?? first.input_tokens ?? 0) + read + written,
    outputTokens: last.output_tokens,
    ...(read > 0 && { cacheReadTokens: read }),
    ...(written > 0 && { cacheWriteTokens: written }),
  };
}

/** A block as far as it has come. */
export type Growing = { readonly block: ContentBlock; readonly pieces: string[]; signature: string };

export function growing(block: ContentBlock): Growing {
  return { block, pieces: [], signature: block.type === 'thinking' ? (block.signature ?? '') : '' };
}

/** Throws a WireFault where the input of a tool is no JSON. */
export function grown({ block, pieces, signature }: Growing): ModelBlock {
  const rest = pieces.join('');
  if (block.type === 'text') return { kind: 'text', text: block.text + rest };
  if (block.type === 'redacted_thinking')
    return { kind: 'reasoning', text: '', signature: block.data, redacted: true };
  if (block.type === 'thinking')
    return { kind: 'reasoning', text: block.thinking + rest, ...(signature !== '' && { signature }) };
  const { id, name } = block;
  return {
    kind: 'tool-call',
    id,
    tool: name,
    input: toolInput(rest || JSON.stringify(block.input ?? {}), name),
  };
}
