import { z } from 'zod';

const tokens = z.int().min(0);

const usage = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_creation_input_tokens: tokens.nullish(),
  cache_read_input_tokens: tokens.nullish(),
});

/** Of the end of a stream: only what changed since its beginning need be there. */
const laterUsage = usage.extend({ input_tokens: tokens.nullish() });

export type MessagesUsage = z.output<typeof laterUsage>;

export const messageStart = z.object({
  message: z.object({ model: z.string().min(1), usage }),
});

/** `redacted_thinking` is whole in its first event; the others grow. */
const contentBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.object({
    type: z.literal('tool_use'),
    id: z.string().min(1),
    name: z.string().min(1),
    input: z.unknown(),
  }),
]);

export type ContentBlock = z.output<typeof contentBlock>;

export const blockStart = z.object({ index: z.int().min(0), content_block: contentBlock });

export const blockDelta = z.object({
  index: z.int().min(0),
  delta: z.discriminatedUnion('type', [
    z.object({ type: z.literal('text_delta'), text: z.string() }),
    z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
    z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
    z.object({ type: z.literal('signature_delta'), signature: z.string() }),
    z.object({ type: z.literal('citations_delta') }),
  ]),
});

export const blockStop = z.object({ index: z.int().min(0) });

export const messageDelta = z.object({
  delta: z.object({ stop_reason: z.string().nullable() }),
  usage: laterUsage,
});

export const errorBody = z.object({ error: z.object({ type: z.string(), message: z.string() }) });

/** Of an answer that is not streamed. */
export const message = z.object({
  model: z.string().min(1),
  content: z.array(contentBlock),
  stop_reason: z.string(),
  usage,
});
