import { z } from 'zod';
import type { Told, ToldUsage } from '../../../domain/transcript.ts';
import { countOf, type Dialect, type LineReader, printed, saidByModel, sumOf } from './line.ts';

const item = z.object({ id: z.string(), type: z.string() }).catchall(z.unknown());
type Item = z.output<typeof item>;

const itemEvent = z.object({
  type: z.enum(['item.started', 'item.updated', 'item.completed']),
  item,
});
const begun = z.object({ type: z.enum(['thread.started', 'turn.started']) });
const completed = z.object({
  type: z.literal('turn.completed'),
  usage: z.record(z.string(), z.unknown()).nullish(),
});
const failed = z.union([
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) }),
  z
    .object({ type: z.literal('error'), message: z.string() })
    .transform(({ message }) => ({ type: 'error' as const, error: { message } })),
]);

/** Codex: `exec --json`. A turn that ends well after an error has mended it. */
export const execJson: Dialect = () => {
  const open = new Map<string, Item>();
  // Alone, a line of an error is a line of anybody's log.
  let hasBegun = false;
  let usage: ToldUsage = { inputTokens: 0, outputTokens: 0, microdollars: null };
  const readItem: LineReader = (line) => {
    const event = itemEvent.safeParse(line);
    if (!event.success) return undefined;
    const { type, item: one } = event.data;
    hasBegun = true;
    if (type === 'item.completed') open.delete(one.id);
    else open.set(one.id, one);
    return { told: type === 'item.completed' ? toldItem(one, true) : [] };
  };
  const readTurn: LineReader = (line) => {
    if (begun.safeParse(line).success) {
      hasBegun = true;
      return { told: [], end: { kind: 'open' } };
    }
    const done = completed.safeParse(line);
    if (done.success) {
      usage = plus(usage, done.data.usage ?? {});
      return { told: [], end: { kind: 'done' }, usage };
    }
    const fault = failed.safeParse(line);
    if (!fault.success || !hasBegun) return undefined;
    const { message } = fault.data.error;
    return { told: [printed(message)], end: { kind: 'failed', why: message } };
  };
  return {
    read: (line) => readItem(line) ?? readTurn(line),
    rest: () => [...open.values()].flatMap((one) => toldItem(one, false)),
  };
};

/** A turn tells what it took, not what all have. */
function plus(before: ToldUsage, turn: Readonly<Record<string, unknown>>): ToldUsage {
  return {
    inputTokens: sumOf(before.inputTokens, countOf(turn.input_tokens)),
    outputTokens: sumOf(before.outputTokens, countOf(turn.output_tokens)),
    microdollars: null,
  };
}

/** `isDone`: only then has it a result. */
function toldItem(one: Item, isDone: boolean): readonly Told[] {
  const { id, type, ...rest } = one;
  const { text } = rest;
  if (typeof text === 'string' && (type === 'agent_message' || type === 'plan'))
    return [saidByModel({ kind: 'text', text })];
  if (typeof text === 'string' && type === 'reasoning') return [saidByModel({ kind: 'reasoning', text })];
  const call = Object.hasOwn(calls, type) ? calls[type]?.(rest) : undefined;
  if (call === undefined) return [printed(JSON.stringify(one))];
  const { tool, input, output, isError } = call;
  const asked = saidByModel({ kind: 'tool-call', id, tool, input });
  return isDone ? [asked, { role: 'tool', id, tool, output, isError }] : [asked];
}

type Call = {
  readonly tool: string;
  readonly input: unknown;
  readonly output: string;
  readonly isError: boolean;
};
type Fields = Readonly<Record<string, unknown>>;

const calls: Readonly<Record<string, (fields: Fields) => Call | undefined>> = {
  command_execution: ({ command, aggregated_output, exit_code, status }) => ({
    ...{ tool: 'command_execution', input: { command: command ?? null }, output: wordOf(aggregated_output) },
    isError: exit_code !== 0 || status !== 'completed',
  }),
  file_change: ({ changes, status }) => ({
    ...{ tool: 'file_change', input: { changes: changes ?? null }, output: wordOf(status) },
    isError: status !== 'completed',
  }),
  mcp_tool_call: ({ server, tool, arguments: input, result, error, status }) => ({
    ...{ tool: `${wordOf(server)}/${wordOf(tool)}`, input: input ?? null, output: wordOf(error ?? result) },
    isError: status !== 'completed',
  }),
  web_search: ({ query, action }) => ({
    ...{ tool: 'web_search', input: { query: query ?? null, action: action ?? null }, output: '' },
    isError: false,
  }),
};

function wordOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
