import type { Says } from './script.ts';
import type { ServedWire, WireAnswer } from './served-wire.ts';

const stopReasons = {
  end: 'end_turn',
  'tool-call': 'tool_use',
  length: 'max_tokens',
  refusal: 'refusal',
} as const;

const types: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

function errorOf(status: number, message: string, type = types.get(status) ?? 'api_error'): object {
  return { type: 'error', error: { type, message }, request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy' };
}

/** The events of the Messages API, as they really come: pings between them, texts and inputs in pieces. */
export const anthropicWire: ServedWire = {
  events: (answer) => [
    named('message_start', { message: { ...messageOf(answer), content: [], stop_reason: null } }),
    named('ping', {}),
    ...answer.says.blocks.flatMap(blockEvents),
    named('message_delta', {
      delta: { stop_reason: stopReasons[answer.stop], stop_sequence: null },
      usage: { output_tokens: answer.says.usage.output },
    }),
    named('message_stop', {}),
  ],
  whole: (answer) => ({
    ...messageOf(answer),
    content: answer.says.blocks.map(wholeBlock),
    stop_reason: stopReasons[answer.stop],
  }),
  error: errorOf,
  errorEvent: (type, message) => named('error', { error: { type, message } }),
  babble: (data) => `event: content_block_delta\ndata: ${data}\n\n`,
  endless: () => piece(0, { type: 'text_delta', text: 'and so on '.repeat(100) }),
  problem: ({ headers, body }) => {
    const { 'anthropic-version': version } = headers;
    if (version !== '2023-06-01' && version !== '2026-10-21') return 'anthropic-version: header is required';
    const gone = ['temperature', 'top_p', 'top_k'].find((key) => body[key] !== undefined);
    if (version === '2026-10-21' && gone !== undefined) return `${gone}: Extra inputs are not permitted`;
    if (typeof body.max_tokens !== 'number') return 'max_tokens: Field required';
    return turnsProblem(body.messages) ?? schemaProblem(body);
  },
  keyOf: (headers) => String(headers['x-api-key'] ?? headers.authorization ?? '').replace(/^Bearer /, ''),
};

type Turn = { readonly role?: unknown; readonly content?: unknown };

function turnsProblem(messages: unknown): string | undefined {
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required';
  const turns = messages as readonly Turn[];
  if (turns[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  const blocks = turns.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  if (blocks.some((block: Record<string, unknown>) => block.type === 'text' && block.text === ''))
    return 'messages: text content blocks must be non-empty';
  return callsProblem(turns);
}

/** Each call needs its result in the very next turn. */
function callsProblem(turns: readonly Turn[]): string | undefined {
  for (const [at, turn] of turns.entries()) {
    const calls = idsOf(turn, 'tool_use', 'id');
    const results = new Set(idsOf(turns[at + 1], 'tool_result', 'tool_use_id'));
    const open = calls.filter((id) => !results.has(id));
    if (open.length > 0)
      return `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}`;
  }
  return undefined;
}

function idsOf(turn: Turn | undefined, type: string, key: string): readonly unknown[] {
  const content = Array.isArray(turn?.content) ? turn.content : [];
  return content.flatMap((block: Record<string, unknown>) => (block.type === type ? [block[key]] : []));
}

function schemaProblem(body: Readonly<Record<string, unknown>>): string | undefined {
  const config = body.output_config as { format?: { schema?: unknown } } | undefined;
  const schema = config?.format?.schema;
  return schema === undefined || isClosed(schema)
    ? undefined
    : "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false";
}

/** Every object in it. */
export function isClosed(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  if (Array.isArray(schema)) return schema.every(isClosed);
  const own = schema as Record<string, unknown>;
  if (own.type === 'object' && own.additionalProperties !== false) return false;
  return Object.values(own).every(isClosed);
}

function messageOf({ model, says }: WireAnswer): object {
  const { usage, answeredBy } = says;
  return {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    type: 'message',
    role: 'assistant',
    model: answeredBy ?? model,
    stop_sequence: null,
    usage: {
      input_tokens: usage.input,
      cache_creation_input_tokens: usage.cacheWrite,
      cache_read_input_tokens: usage.cacheRead,
      output_tokens: usage.output,
      service_tier: 'standard',
    },
  };
}

type Block = Says['blocks'][number];

function blockEvents(block: Block, index: number): readonly string[] {
  const whole = wholeBlock(block, index);
  return [
    named('content_block_start', { index, content_block: { ...whole, ...emptied(block) } }),
    ...deltasOf(block, index),
    named('content_block_stop', { index }),
  ];
}

function wholeBlock(block: Block, index: number): object {
  if (block.kind === 'text') return { type: 'text', text: block.text };
  if (block.kind === 'tool-call')
    return { type: 'tool_use', id: `toolu_${index}`, name: block.tool, input: block.input };
  return block.isRedacted
    ? { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' }
    : { type: 'thinking', thinking: block.text, signature: 'EqQBCgIYAhIM1gbcDa9G' };
}

/** As it begins. */
function emptied(block: Block): object {
  if (block.kind === 'text') return { text: '' };
  if (block.kind === 'tool-call') return { input: {} };
  return block.isRedacted ? {} : { thinking: '', signature: '' };
}

function deltasOf(block: Block, index: number): readonly string[] {
  if (block.kind === 'text') return cut(block.text).map((text) => piece(index, { type: 'text_delta', text }));
  if (block.kind === 'tool-call')
    return ['', ...cut(JSON.stringify(block.input))].map((partial_json) =>
      piece(index, { type: 'input_json_delta', partial_json }),
    );
  if (block.isRedacted) return [];
  return [
    ...cut(block.text).map((thinking) => piece(index, { type: 'thinking_delta', thinking })),
    piece(index, { type: 'signature_delta', signature: 'EqQBCgIYAhIM1gbcDa9G' }),
  ];
}

function piece(index: number, delta: object): string {
  return named('content_block_delta', { index, delta });
}

function named(type: string, rest: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

/** In pieces of a few characters, as tokens are. */
export function cut(text: string): readonly string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
