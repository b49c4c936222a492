import { z } from 'zod';
import type { ModelBlock } from '../../../domain/model.ts';
import type { Told, ToldUsage } from '../../../domain/transcript.ts';
import { countOf, type Dialect, printed, type Said, saidByModel, sumOf } from './line.ts';

const block = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    content: z.unknown(),
    is_error: z.boolean().nullish(),
  }),
]);
type Block = z.output<typeof block>;

/** Of one message: each is looked at by itself. */
const mostBlocks = 1_000;

const message = z.object({
  type: z.enum(['assistant', 'user']),
  message: z.object({ content: z.union([z.string(), z.array(z.unknown()).max(mostBlocks)]) }),
});
const init = z.object({ type: z.literal('system'), subtype: z.literal('init'), session_id: z.string() });
const result = z.object({
  type: z.literal('result'),
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().nullish(),
  usage: z.record(z.string(), z.unknown()).nullish(),
  total_cost_usd: z.number().nullish(),
});
type Result = z.output<typeof result>;

/** Claude Code: `--output-format stream-json`. */
export const streamJson: Dialect = () => {
  const tools = new Map<string, string>();
  return {
    read: (line) => {
      const said = message.safeParse(line);
      if (said.success) return { told: toldIn(said.data.message.content, tools) };
      if (init.safeParse(line).success)
        return { told: [printed(JSON.stringify(line))], end: { kind: 'open' } };
      const ended = result.safeParse(line);
      return ended.success ? endOf(ended.data) : undefined;
    },
    rest: () => [],
  };
};

function toldIn(content: string | readonly unknown[], tools: Map<string, string>): readonly Told[] {
  if (typeof content === 'string') return [printed(content)];
  return content.map((one) => {
    const parsed = block.safeParse(one);
    return parsed.success ? toldBlock(parsed.data, tools) : printed(JSON.stringify(one));
  });
}

function toldBlock(one: Block, tools: Map<string, string>): Told {
  if (one.type === 'tool_result') {
    const { tool_use_id: id, content, is_error } = one;
    const output = typeof content === 'string' ? content : textOf(content);
    return { role: 'tool', id, tool: tools.get(id) ?? '', output, isError: is_error === true };
  }
  if (one.type === 'tool_use') tools.set(one.id, one.name);
  return saidByModel(modelBlock(one));
}

function modelBlock(one: Exclude<Block, { type: 'tool_result' }>): ModelBlock {
  switch (one.type) {
    case 'text':
      return { kind: 'text', text: one.text };
    case 'thinking':
      return { kind: 'reasoning', text: one.thinking };
    case 'tool_use':
      return { kind: 'tool-call', id: one.id, tool: one.name, input: one.input ?? null };
  }
}

const textPart = z.object({ type: z.literal('text'), text: z.string() });

/** A result in parts; one that is no text stays JSON. */
function textOf(content: unknown): string {
  if (content === undefined) return '';
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  return parts
    .map((part) => {
      const text = textPart.safeParse(part);
      return text.success ? text.data.text : JSON.stringify(part);
    })
    .join('\n');
}

/** What it answers at last stands in its last message as well. */
function endOf({ subtype, is_error, result: text, usage, total_cost_usd }: Result): Said {
  const why = text ? `${subtype}: ${text}` : subtype;
  const counted = usage ? { usage: usageOf(usage, total_cost_usd) } : {};
  if (is_error || subtype !== 'success') return { told: [], end: { kind: 'failed', why }, ...counted };
  return { told: [], end: { kind: 'done' }, ...counted };
}

function usageOf(usage: Readonly<Record<string, unknown>>, dollars: number | null | undefined): ToldUsage {
  const input = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'];
  return {
    inputTokens: sumOf(...input.map((name) => countOf(usage[name]))),
    outputTokens: countOf(usage.output_tokens),
    microdollars: typeof dollars === 'number' ? countOf(dollars * 1e6) : null,
  };
}
