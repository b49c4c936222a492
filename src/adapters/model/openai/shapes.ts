import { z } from 'zod';

const tokens = z.int().min(0);

const usage = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens.nullish(),
  prompt_tokens_details: z.object({ cached_tokens: tokens.nullish() }).nullish(),
});

export type ChatUsage = z.output<typeof usage>;

/** Some servers leave `index` out, since they send each call whole. */
const toolCall = z.object({
  index: z.int().min(0).nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});

export type ChatToolCall = z.output<typeof toolCall>;

/** Reasoning has one name at vLLM and DeepSeek, another at Ollama. */
const said = z.object({
  content: z.string().nullish(),
  refusal: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
});

export type ChatDelta = z.output<typeof said>;

export const chunk = z.object({
  model: z.string().nullish(),
  choices: z
    .array(z.object({ index: z.int(), delta: said, finish_reason: z.string().nullish() }))
    .max(16)
    .default([]),
  usage: usage.nullish(),
  error: z.unknown().optional(),
});

/** Of an answer that is not streamed. */
export const completion = z.object({
  model: z.string().min(1),
  choices: z.array(z.object({ message: said, finish_reason: z.string() })).length(1),
  usage: usage.nullish(),
});

const detail = z.object({
  message: z.string().nullish(),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
});

/** Ollama's older endpoints answer a bare sentence. */
export const errorBody = z.object({ error: z.union([detail, z.string()]) });
