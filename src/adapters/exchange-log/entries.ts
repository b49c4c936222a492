import type { JsonObject } from '../../domain/json.ts';
import type { ModelExchange, ModelReply, ModelUsage } from '../../domain/model.ts';
import type { ToolCall } from '../../domain/recording.ts';

type Clean = (text: string) => string;

/** Of a name that somebody else gave: an entry is bounded. */
const mostCharacters = 200;

/** What the journal itself says of an exchange: who was asked and what it cost, not what was said. */
export function exchangeData(
  { identity, request, reply, startedAt, ms }: ModelExchange,
  clean: Clean,
): JsonObject {
  const { name, family, model, scripted } = identity;
  return {
    model: { name, family, model, scripted },
    parameters: {
      maxOutputTokens: request.maxOutputTokens,
      temperature: request.temperature ?? null,
      tools: request.tools.length,
      schema: request.schema !== undefined,
    },
    messages: request.messages.length,
    ...outcomeData(reply, clean),
    startedAt: startedAt.toISOString(),
    ms,
  };
}

function outcomeData(reply: ModelReply, clean: Clean): JsonObject {
  const usage = usageData(reply.usage);
  if (reply.kind === 'answer')
    return { outcome: 'answer', stop: reply.stop, answeredBy: short(clean(reply.answeredBy)), usage };
  return { outcome: 'fault', fault: reply.fault, usage };
}

function usageData(usage: ModelUsage | undefined): JsonObject | null {
  if (usage === undefined) return null;
  const { inputTokens, outputTokens, microdollars } = usage;
  const known = { inputTokens, outputTokens, microdollars: microdollars ?? null };
  return { ...known, ...cached(usage, 'cacheReadTokens'), ...cached(usage, 'cacheWriteTokens') };
}

/** Part of the input; absent where the provider does not tell. */
function cached(usage: object, name: 'cacheReadTokens' | 'cacheWriteTokens'): JsonObject {
  const count: unknown = Object.getOwnPropertyDescriptor(usage, name)?.value;
  return typeof count === 'number' ? { [name]: count } : {};
}

export function toolCallData(call: ToolCall, clean: Clean): JsonObject {
  const { id, tool, isError, startedAt, ms, transcript } = call;
  return {
    call: id === undefined ? null : short(clean(id)),
    tool: short(clean(tool)),
    isError,
    startedAt: startedAt.toISOString(),
    ms,
    ...(transcript === undefined ? {} : { told: toldData(transcript) }),
  };
}

/** Its own word: what its models took stands with the exchanges. */
function toldData({ told, usage }: NonNullable<ToolCall['transcript']>): JsonObject {
  const blocks = told.flatMap((one) => (one.role === 'model' ? one.blocks : []));
  const calls = blocks.filter(({ kind }) => kind === 'tool-call').length;
  return { pieces: told.length, calls, usage: usage === null ? null : { ...usage } };
}

function short(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters).toWellFormed()}…`;
}
