import type { ModelBlock, ModelMessage, ModelRequest, ModelUsage } from './model.ts';

/** No tokeniser makes more tokens than bytes of a text, but each message is framed by some of its own. */
const framing = 64;

/** At least as many as any model will count. */
export function mostTokensOf(text: string): number {
  return Buffer.byteLength(text);
}

/** What a request can take at most, tokens of its answer included. */
export function mostTokens(request: ModelRequest): { readonly input: number; readonly output: number } {
  const { system, messages, tools, schema } = request;
  const texts = [system, JSON.stringify(tools), JSON.stringify(schema ?? {}), ...messages.flatMap(textsOf)];
  const frames = framing * (messages.length + tools.length + 2);
  return {
    input: texts.reduce((sum, text) => sum + mostTokensOf(text), frames),
    output: request.maxOutputTokens,
  };
}

/** Where a server tells no usage: never less than it was. */
export function mostUsage(request: ModelRequest, blocks: readonly ModelBlock[]): ModelUsage {
  const texts = blocks.flatMap(textsOfBlock);
  const output = texts.reduce((sum, text) => sum + mostTokensOf(text), framing);
  return { inputTokens: mostTokens(request).input, outputTokens: output };
}

function textsOf(message: ModelMessage): readonly string[] {
  if (message.role === 'user') return [message.text];
  if (message.role === 'tool') return [message.id, message.tool, message.output];
  return message.blocks.flatMap(textsOfBlock);
}

function textsOfBlock(block: ModelBlock): readonly string[] {
  if (block.kind === 'text') return [block.text];
  if (block.kind === 'reasoning') return [block.text, block.signature ?? ''];
  return [block.id, block.tool, JSON.stringify(block.input) ?? ''];
}
