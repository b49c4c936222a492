import { z } from 'zod';
import { jsonSchema } from '../json-schema.ts';

/*
 * What a client may say. Whatever makes the provider itself fetch, run or remember something is not here: its web search, code
 * execution, files, containers, MCP servers and URLs would be a way out of the sandbox. Unknown fields of what is known are left out.
 */

const cache_control = z
  .object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })
  .nullish();

const text = z.object({ type: z.literal('text'), text: z.string(), cache_control });

const bytes = z.object({ type: z.literal('base64'), media_type: z.string(), data: z.string() });
const plain = z.object({ type: z.literal('text'), media_type: z.string(), data: z.string() });

const image = z.object({ type: z.literal('image'), source: bytes, cache_control });
const document = z.object({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [bytes, plain]),
  title: z.string().nullish(),
  cache_control,
});

const toolUse = z.object({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  cache_control,
});
const toolResult = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image, document]))]).optional(),
  is_error: z.boolean().optional(),
  cache_control,
});
const thinking = z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() });
const redacted = z.object({ type: z.literal('redacted_thinking'), data: z.string() });

const block = z.discriminatedUnion('type', [text, image, document, toolUse, toolResult, thinking, redacted]);

export type Block = z.output<typeof block>;

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['user', 'assistant']), content: z.union([z.string(), z.array(block)]) }),
  z.object({ role: z.literal('system'), content: z.union([z.string(), z.array(text)]) }),
]);

export type Message = z.output<typeof message>;

const ownTool = z.object({
  type: z.literal('custom').optional(),
  name: z.string(),
  description: z.string().optional(),
  input_schema: jsonSchema,
  strict: z.boolean().optional(),
  cache_control,
});
/** Anthropic describes them, the client runs them. */
const clientTool = z.object({
  type: z
    .string()
    .regex(
      /^(bash|text_editor)_\d{8}$/,
      'a tool that the provider runs is not allowed here: switch it off in the client',
    ),
  name: z.string(),
  cache_control,
});
const tool = z.union(
  [ownTool, clientTool],
  'a tool that the provider runs is not allowed here: switch it off in the client',
);

export const messagesBody = z.object({
  model: z.string(),
  max_tokens: z.int().min(1),
  messages: z.array(message).min(1),
  system: z.union([z.string(), z.array(text)]).optional(),
  tools: z.array(tool).optional(),
  tool_choice: z
    .object({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .optional(),
  stream: z.boolean().optional(),
  cache_control,
  inference_geo: z.string().nullish(),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  top_k: z.int().optional(),
  stop_sequences: z.array(z.string()).optional(),
  thinking: z
    .object({
      type: z.enum(['enabled', 'disabled', 'adaptive', 'between_tools']),
      budget_tokens: z.int().optional(),
      display: z.enum(['summarized', 'omitted']).nullish(),
    })
    .optional(),
  output_config: z
    .object({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z.object({ type: z.literal('json_schema'), schema: jsonSchema }).nullish(),
    })
    .optional(),
});

export type MessagesBody = z.output<typeof messagesBody>;
