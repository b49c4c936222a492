import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ModelBlock, ModelExchange, ModelMessage } from '../../domain/model.ts';
import type { ToolCall } from '../../domain/recording.ts';
import type { Told } from '../../domain/transcript.ts';
import { wellFormed } from '../../domain/well-formed.ts';

/** One piece of an exchange that may come again. `place`: what a person is told of where it was. */
export type Item = { readonly place: string; readonly value: Json };

export type ExchangeItems = {
  readonly system: Item;
  readonly tools: Item;
  readonly schema: Item | null;
  readonly messages: readonly Item[];
  readonly reply: Item | null;
};

export type ToolCallItems = {
  readonly input: Item;
  readonly result: Item;
  /** null: it does not say what it does. */
  readonly told: readonly Item[] | null;
};

/** Deeper than what a person writes; a reader of ours refuses twice as much. */
const mostDepth = 100;

export function exchangeItems({ request, reply }: ModelExchange): ExchangeItems {
  const { system, tools, schema, messages } = request;
  return {
    system: { place: 'system', value: system.toWellFormed() },
    tools: { place: 'tools', value: plain(tools) },
    schema: schema === undefined ? null : { place: 'schema', value: plain(schema) },
    messages: messages.map((message, at) => ({ place: `message ${at + 1}`, value: messageItem(message) })),
    // In the form of the message that it becomes in the next request, so that it is kept once.
    reply: reply.kind === 'answer' ? { place: 'reply', value: modelItem(reply.blocks) } : null,
  };
}

/** The result in the form of the message that tells the model. */
export function toolCallItems({ id, tool, input, output, isError, transcript }: ToolCall): ToolCallItems {
  const result = messageItem({ role: 'tool', id: id ?? '', tool, output, isError });
  const told = transcript?.told.map((one, at) => ({ place: `told ${at + 1}`, value: toldItem(one) }));
  return {
    ...{ input: { place: 'input', value: plain(input) }, result: { place: 'result', value: result } },
    told: told ?? null,
  };
}

/** In the form of a message, so that what its model said on the way is kept once. */
function toldItem(told: Told): Json {
  return told.role === 'printed' ? { role: 'printed', text: told.text.toWellFormed() } : messageItem(told);
}

function messageItem(message: ModelMessage): Json {
  switch (message.role) {
    case 'user':
      return { role: 'user', text: message.text.toWellFormed() };
    case 'model':
      return modelItem(message.blocks);
    case 'tool': {
      const { id, tool, output, isError } = message;
      return {
        role: 'tool',
        id: id.toWellFormed(),
        tool: tool.toWellFormed(),
        output: output.toWellFormed(),
        isError,
      };
    }
  }
}

function modelItem(blocks: readonly ModelBlock[]): JsonObject {
  return { role: 'model', blocks: blocks.map(blockItem) };
}

/** A provider's signature says nothing to a reader, and is long: that there was one is kept. */
function blockItem(block: ModelBlock): JsonObject {
  switch (block.kind) {
    case 'text':
      return { kind: 'text', text: block.text.toWellFormed() };
    case 'reasoning': {
      const isWithheld = 'redacted' in block && block.redacted === true;
      const isSigned = block.signature !== undefined;
      return {
        kind: 'reasoning',
        text: block.text.toWellFormed(),
        isSigned,
        ...(isWithheld ? { isWithheld } : {}),
      };
    }
    case 'tool-call':
      return {
        kind: 'tool-call',
        id: block.id.toWellFormed(),
        tool: block.tool.toWellFormed(),
        input: plain(block.input),
      };
  }
}

/** What JSON keeps of it; what is nested too deep stays as a text. */
function plain(value: unknown): Json {
  const text = textOf(value);
  const parsed: unknown = JSON.parse(text);
  return isShallow(parsed, 0) ? wellFormed(parsed as Json) : text.toWellFormed();
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    throw new AutolandError(
      'recording.not-scanned',
      `expected JSON that can be written down, found: ${messageOf(cause)}`,
      { mend: 'it is not recorded, so it does not count as said', cause },
    );
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth < mostDepth && Object.values(value).every((inner) => isShallow(inner, depth + 1));
}
