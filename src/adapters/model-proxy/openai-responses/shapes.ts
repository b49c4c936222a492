import { z } from 'zod';
import { jsonSchema } from '../json-schema.ts';

/* What a client may say: nothing that makes the provider fetch, run or remember something. See the other wires'. */

const inputText = z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() });
const refusal = z.object({ type: z.literal('refusal'), refusal: z.string() });
const inputImage = z.object({
  type: z.literal('input_image'),
  image_url: z.string().startsWith('data:', 'an image that the provider would fetch is not allowed here'),
  detail: z.enum(['auto', 'low', 'high', 'original']).optional(),
});
const part = z.discriminatedUnion('type', [inputText, inputImage, refusal]);

export type Part = z.output<typeof part>;

const message = z.object({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(part)]),
});

const summary = z.array(z.object({ type: z.literal('summary_text'), text: z.string() }));
const output = z.union([z.string(), z.array(z.discriminatedUnion('type', [inputText, inputImage]))]);
const call = { call_id: z.string(), name: z.string(), namespace: z.string().optional() };

/** Everything but messages names its type. */
const named = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('reasoning'),
    summary,
    content: z.array(z.object({ type: z.literal('reasoning_text'), text: z.string() })).nullish(),
    encrypted_content: z.string().nullish(),
  }),
  z.object({ type: z.literal('function_call'), ...call, arguments: z.string() }),
  z.object({ type: z.literal('function_call_output'), call_id: z.string(), output }),
  z.object({ type: z.literal('custom_tool_call'), ...call, input: z.string() }),
  z.object({ type: z.literal('custom_tool_call_output'), call_id: z.string(), output }),
]);

const item = z.union([named, message], 'an item that is not known here');

export type Item = z.output<typeof item>;

const refused = 'a tool that the provider runs is not allowed here: switch it off in the client';

const functionTool = z.object({
  type: z.literal('function'),
  name: z.string(),
  description: z.string().nullish(),
  parameters: jsonSchema.nullish(),
  strict: z.boolean().nullish(),
});
const customTool = z.object({
  type: z.literal('custom'),
  name: z.string(),
  description: z.string().optional(),
  format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('grammar'), syntax: z.enum(['lark', 'regex']), definition: z.string() }),
    ])
    .optional(),
});
/** Tools of the client that go together. */
const namespace = z.object({
  type: z.literal('namespace'),
  name: z.string(),
  description: z.string().nullish(),
  tools: z.array(z.discriminatedUnion('type', [functionTool, customTool], refused)),
});
const tool = z.discriminatedUnion('type', [functionTool, customTool, namespace], refused);

export type Tool = z.output<typeof tool>;
export type PlainTool = Exclude<Tool, { readonly type: 'namespace' }>;

const format = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['text', 'json_object']) }),
  z.object({
    type: z.literal('json_schema'),
    name: z.string(),
    description: z.string().optional(),
    schema: jsonSchema,
    strict: z.boolean().nullish(),
  }),
]);

export const responsesBody = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(item)]),
  instructions: z.string().nullish(),
  tools: z.array(tool).optional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.object({ type: z.enum(['function', 'custom']), name: z.string() }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  reasoning: z
    .object({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
    })
    .nullish(),
  include: z.array(z.literal('reasoning.encrypted_content')).nullish(),
  text: z
    .object({ format: format.optional(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .optional(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
});

export type ResponsesBody = z.output<typeof responsesBody>;
