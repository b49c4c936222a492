import { cut } from './anthropic-wire.ts';
import { openaiWire } from './openai-wire.ts';
import type { Says } from './script.ts';
import type { ServedWire, WireAnswer } from './served-wire.ts';

/** The events of the responses API, as they really come: each item in pieces, then whole, and all of them at the end. */
export const responsesWire: ServedWire = {
  ...openaiWire,
  events: (answer) => numbered(eventsOf(answer)),
  whole: responseOf,
  errorEvent: (code, message) => named({ type: 'error', code, message, param: null, sequence_number: 9 }),
  babble: (data) => `event: response.output_text.delta\ndata: ${data}\n\n`,
  endless: () =>
    named({ type: 'response.output_text.delta', output_index: 0, delta: 'and so on '.repeat(100) }),
  problem: ({ body }) => {
    const items = Array.isArray(body.input) ? (body.input as readonly Record<string, unknown>[]) : [];
    if (body.input === undefined) return "Missing required parameter: 'input'.";
    const outputs = new Set(
      items.flatMap(({ type, call_id }) => (String(type).endsWith('_output') ? [call_id] : [])),
    );
    const open = items.find(({ type, call_id }) => type === 'function_call' && !outputs.has(call_id));
    return open && `No tool output found for function call ${String(open.call_id)}.`;
  },
};

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

function eventsOf(answer: WireAnswer): readonly Event[] {
  const begun = { ...responseOf(answer), status: 'in_progress', output: [], usage: null };
  const end = answer.stop === 'length' ? 'response.incomplete' : 'response.completed';
  return [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...answer.says.blocks.flatMap((block, at) => itemEvents(block, at, answer.stop)),
    { type: end, response: responseOf(answer) },
  ];
}

type Block = Says['blocks'][number];

function itemEvents(block: Block, index: number, stop: WireAnswer['stop']): readonly Event[] {
  const item = itemOf(block, index, stop);
  const at = { output_index: index, item_id: item.id };
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, ...emptied(block) } },
    ...pieces(block, stop).map((event) => ({ ...at, ...event })),
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function emptied({ kind }: Block): object {
  if (kind === 'tool-call') return { arguments: '', status: 'in_progress' };
  return kind === 'text' ? { content: [], status: 'in_progress' } : { summary: [] };
}

/** A part is opened, grows, and is closed with all of it. */
function pieces(block: Block, stop: WireAnswer['stop']): readonly Event[] {
  if (block.kind === 'tool-call') {
    const text = JSON.stringify(block.input);
    const type = 'response.function_call_arguments';
    return [
      ...deltas(text, { type: `${type}.delta` }),
      { type: `${type}.done`, arguments: text, name: block.tool },
    ];
  }
  const { text } = block;
  if (block.kind === 'reasoning') {
    const type = 'response.reasoning_summary';
    const at = { summary_index: 0 };
    return [
      { type: `${type}_part.added`, ...at, part: { type: 'summary_text', text: '' } },
      ...deltas(text, { type: `${type}_text.delta`, ...at }),
      { type: `${type}_text.done`, ...at, text },
      { type: `${type}_part.done`, ...at, part: { type: 'summary_text', text } },
    ].filter(() => !block.isRedacted);
  }
  const at = { content_index: 0 };
  const [name, key] =
    stop === 'refusal' ? (['refusal', 'refusal'] as const) : (['output_text', 'text'] as const);
  return [
    { type: 'response.content_part.added', ...at, part: partOf('', stop) },
    ...deltas(text, { type: `response.${name}.delta`, ...at, logprobs: [] }),
    { type: `response.${name}.done`, ...at, [key]: text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part: partOf(text, stop) },
  ];
}

function deltas(text: string, event: Event): readonly Event[] {
  return cut(text).map((delta) => ({ ...event, delta }));
}

function partOf(text: string, stop: WireAnswer['stop']): object {
  if (stop === 'refusal') return { type: 'refusal', refusal: text };
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function itemOf(block: Block, index: number, stop: WireAnswer['stop']) {
  const id = `item_${index}`;
  if (block.kind === 'tool-call') {
    const called = { call_id: `call_${index}`, name: block.tool, arguments: JSON.stringify(block.input) };
    return { id, type: 'function_call', status: 'completed', ...called };
  }
  if (block.kind === 'reasoning') {
    const summary = block.isRedacted ? [] : [{ type: 'summary_text', text: block.text }];
    return { id, type: 'reasoning', summary, encrypted_content: 'gAAAAABm3va3' };
  }
  return { id, type: 'message', role: 'assistant', status: 'completed', content: [partOf(block.text, stop)] };
}

function responseOf({ says, stop, model }: WireAnswer): object {
  const { input, output, cacheRead, cacheWrite } = says.usage;
  return {
    id: 'resp_67cb71b351908190a308f3859487620d',
    object: 'response',
    created_at: 1_760_000_000,
    status: stop === 'length' ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: stop === 'length' ? { reason: 'max_output_tokens' } : null,
    model: says.answeredBy ?? model,
    output: says.blocks.map((block, at) => itemOf(block, at, stop)),
    parallel_tool_calls: true,
    tools: [],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  };
}

function numbered(events: readonly Event[]): readonly string[] {
  return events.map((event, at) => named({ ...event, sequence_number: at }));
}

function named(event: Event): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
