import { z } from 'zod';

const tokens = z.int().min(0);

const usage = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  input_tokens_details: z
    .object({ cached_tokens: tokens.nullish(), cache_write_tokens: tokens.nullish() })
    .nullish(),
});

export type ResponseUsage = z.output<typeof usage>;

const texts = z.array(z.object({ text: z.string() }));

/** Whatever else a provider may put out was not asked for. */
export const outputItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    content: z.array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('output_text'), text: z.string() }),
        z.object({ type: z.literal('refusal'), refusal: z.string() }),
      ]),
    ),
  }),
  z.object({
    type: z.literal('reasoning'),
    summary: texts.default([]),
    content: texts.nullish(),
    encrypted_content: z.string().nullish(),
  }),
  z.object({
    type: z.literal('function_call'),
    call_id: z.string().min(1),
    name: z.string().min(1),
    namespace: z.string().nullish(),
    arguments: z.string(),
  }),
  z.object({
    type: z.literal('custom_tool_call'),
    call_id: z.string().min(1),
    name: z.string().min(1),
    namespace: z.string().nullish(),
    input: z.string(),
  }),
]);

export type OutputItem = z.output<typeof outputItem>;

export const anyEvent = z.object({ type: z.string() });

export const itemDone = z.object({ output_index: z.int().min(0), item: outputItem });

const ended = z.object({
  model: z.string().min(1),
  status: z.string(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  usage: usage.nullish(),
});

export type Ended = z.output<typeof ended>;

/** Its items were told one by one before. */
export const responseEnded = z.object({ response: ended.extend({ output: z.array(z.unknown()) }) });

export const wholeResponse = ended.extend({ output: z.array(outputItem) });

export const responseFailed = z.object({
  response: z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
});

export const errorEvent = z.object({ code: z.string().nullish(), message: z.string() });
