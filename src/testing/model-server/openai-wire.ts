import { cut, isClosed } from './anthropic-wire.ts';
import type { Says } from './script.ts';
import type { ServedWire, WireAnswer } from './served-wire.ts';

const finishReasons = {
  end: 'stop',
  'tool-call': 'tool_calls',
  length: 'length',
  refusal: 'stop',
} as const;

const types: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'invalid_api_key'],
  [404, 'model_not_found'],
  [429, 'rate_limit_exceeded'],
]);

/** The chunks of chat completions, as they really come: usage in one of its own, and a word at the end. */
export const openaiWire: ServedWire = {
  events: (answer) => [
    chunk(answer, { choices: [choice({ role: 'assistant', content: '', refusal: null })] }),
    ...deltasOf(answer).map((delta) => chunk(answer, { choices: [choice(delta)] })),
    chunk(answer, { choices: [{ ...choice({}), finish_reason: finishReasons[answer.stop] }] }),
    chunk(answer, { choices: [], usage: usageOf(answer.says) }),
    'data: [DONE]\n\n',
  ],
  whole: (answer) => ({
    ...headOf(answer, 'chat.completion'),
    choices: [
      { index: 0, message: messageOf(answer), logprobs: null, finish_reason: finishReasons[answer.stop] },
    ],
    usage: usageOf(answer.says),
  }),
  error: (status, message, type) => ({
    error: {
      message,
      type: status >= 500 ? 'server_error' : 'invalid_request_error',
      param: null,
      code: type ?? types.get(status) ?? null,
    },
  }),
  errorEvent: (code, message) =>
    `data: ${JSON.stringify({ error: { message, type: code, param: null, code } })}\n\n`,
  babble: (data) => `data: ${data}\n\n`,
  endless: () =>
    `data: ${JSON.stringify({ model: 'm', choices: [choice({ content: 'and so on '.repeat(100) })] })}\n\n`,
  problem: ({ body }) => {
    if (body.max_completion_tokens !== undefined && body.temperature !== undefined)
      return "Unsupported parameter: 'temperature' is not supported with this model.";
    if (!Array.isArray(body.messages) || body.messages.length === 0)
      return "Missing required parameter: 'messages'.";
    return callsProblem(body.messages) ?? schemaProblem(body);
  },
  keyOf: (headers) => String(headers.authorization ?? '').replace(/^Bearer /, ''),
};

/** Each call needs its answer before anybody else speaks. */
function callsProblem(messages: readonly Record<string, unknown>[]): string | undefined {
  for (const [at, message] of messages.entries()) {
    const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
    const answers = messages.slice(at + 1, at + 1 + calls.length).map(({ tool_call_id }) => tool_call_id);
    if (calls.some(({ id }: { id: unknown }) => !answers.includes(id)))
      return "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
  }
  return undefined;
}

function schemaProblem(body: Readonly<Record<string, unknown>>): string | undefined {
  const format = body.response_format as { json_schema?: { strict?: unknown; schema?: unknown } } | undefined;
  const { strict, schema } = format?.json_schema ?? {};
  if (strict !== true || (isClosed(schema) && isRequired(schema))) return undefined;
  return "Invalid schema for response_format 'answer': 'additionalProperties' is required to be supplied and to be false, and 'required' to include every key in properties.";
}

/** Every property of every object in it. */
function isRequired(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  if (Array.isArray(schema)) return schema.every(isRequired);
  const own = schema as { properties?: object; required?: readonly string[] };
  const names = Object.keys(own.properties ?? {});
  if (names.some((name) => !(own.required ?? []).includes(name))) return false;
  return Object.values(own).every(isRequired);
}

type Block = Says['blocks'][number];

/** Calls are counted by themselves, from 0. */
function deltasOf({ says, stop }: WireAnswer): readonly object[] {
  const calls = says.blocks.filter(({ kind }) => kind === 'tool-call');
  return says.blocks.flatMap((block) => blockDeltas(block, calls.indexOf(block), stop));
}

function blockDeltas(block: Block, index: number, stop: WireAnswer['stop']): readonly object[] {
  if (block.kind === 'reasoning') return cut(block.text).map((text) => ({ reasoning_content: text }));
  if (block.kind === 'text')
    return cut(block.text).map((text) => (stop === 'refusal' ? { refusal: text } : { content: text }));
  const call = {
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name: block.tool, arguments: '' },
  };
  return [
    { tool_calls: [call] },
    ...cut(JSON.stringify(block.input)).map((text) => ({
      tool_calls: [{ index, function: { arguments: text } }],
    })),
  ];
}

function messageOf({ says, stop }: WireAnswer): object {
  const textOf = (kind: 'text' | 'reasoning') =>
    says.blocks.flatMap((block) => (block.kind === kind ? [block.text] : [])).join('');
  const calls = says.blocks.flatMap((block, at) =>
    block.kind === 'tool-call'
      ? [
          {
            id: `call_${at}`,
            type: 'function',
            function: { name: block.tool, arguments: JSON.stringify(block.input) },
          },
        ]
      : [],
  );
  return {
    role: 'assistant',
    content: stop === 'refusal' ? null : textOf('text'),
    refusal: stop === 'refusal' ? textOf('text') : null,
    ...(textOf('reasoning') !== '' && { reasoning_content: textOf('reasoning') }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function usageOf({ usage }: Says): object {
  const { input, output, cacheRead } = usage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: 0 },
  };
}

function choice(delta: object): {
  index: number;
  delta: object;
  logprobs: null;
  finish_reason: string | null;
} {
  return { index: 0, delta, logprobs: null, finish_reason: null };
}

function headOf({ says, model }: WireAnswer, object: string): object {
  return {
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object,
    created: 1_760_000_000,
    model: says.answeredBy ?? model,
    service_tier: 'default',
    system_fingerprint: null,
  };
}

function chunk(answer: WireAnswer, rest: object): string {
  return `data: ${JSON.stringify({ ...headOf(answer, 'chat.completion.chunk'), ...rest })}\n\n`;
}
