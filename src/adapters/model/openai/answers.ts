import type { ModelBlock, ModelStop, ModelUsage } from '../../../domain/model.ts';
import { toolInput } from '../json.ts';
import { malformed } from '../wire-fault.ts';
import type { ChatToolCall, ChatUsage } from './shapes.ts';

const stops: ReadonlyMap<string, ModelStop> = new Map([
  ['stop', 'end'],
  ['tool_calls', 'tool-call'],
  ['length', 'length'],
  ['content_filter', 'refusal'],
]);

/** Throws a WireFault: an end that nobody knows is no good one. */
export function stopOf(reason: string, usage?: ModelUsage): ModelStop {
  const stop = stops.get(reason);
  if (stop === undefined) throw malformed('its answer ends for an unknown reason', usage);
  return stop;
}

export function usageOf(usage: ChatUsage): ModelUsage {
  const read = usage.prompt_tokens_details?.cached_tokens ?? 0;
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens ?? 0,
    ...(read > 0 && { cacheReadTokens: Math.min(read, usage.prompt_tokens) }),
  };
}

type Call = { id: string; name: string; readonly pieces: string[] };

/** The calls of an answer, as they grow. */
export class ToolCalls {
  readonly #calls = new Map<number, Call>();

  take({ index, id, function: called }: ChatToolCall): void {
    const at = this.#indexOf(index ?? undefined, id ?? undefined);
    const one = this.#calls.get(at) ?? { id: '', name: '', pieces: [] };
    this.#calls.set(at, one);
    one.id ||= id ?? '';
    one.name ||= called?.name ?? '';
    one.pieces.push(called?.arguments ?? '');
  }

  get count(): number {
    return this.#calls.size;
  }

  /** Throws a WireFault where one has no name, or its input is no JSON. */
  blocks(): readonly ModelBlock[] {
    return [...this.#calls.values()].map(({ id, name, pieces }, at) => {
      if (name === '') throw malformed('a tool call of its answer has no name');
      const input = toolInput(pieces.join(''), name);
      return { kind: 'tool-call', id: id === '' ? `call-${at + 1}` : id, tool: name, input };
    });
  }

  /** Without an index each piece that has an id of its own is a call of its own. */
  #indexOf(index: number | undefined, id: string | undefined): number {
    if (index !== undefined) return index;
    const last = this.#calls.size - 1;
    const isMore = last >= 0 && (id === undefined || id === '' || this.#calls.get(last)?.id === id);
    return isMore ? last : last + 1;
  }
}
