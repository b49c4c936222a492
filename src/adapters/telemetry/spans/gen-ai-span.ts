import { createHash, randomBytes } from 'node:crypto';
import type { NewEvent } from '../../../domain/journal.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';

export type AttributeValue = string | boolean | number | readonly string[];

/** Of OpenTelemetry: kind 3 is CLIENT, 1 INTERNAL; status 2 is ERROR. */
export type Span = {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly name: string;
  readonly kind: 1 | 3;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly isError: boolean;
};

/** What may stand in a span of a name that somebody else chose; another one could carry anything. */
const modelName = /^[\w.:/@-]{1,100}$/;
const toolName = /^[\w.-]{1,64}$/;
const unnamed = '_OTHER';

/**
 * By the semantic conventions for generative AI (open-telemetry/semantic-conventions-genai, in development): made of the entry of the
 * journal, which holds no content. undefined: the event tells of no exchange.
 */
export function genAiSpan({ type, data }: NewEvent): Span | undefined {
  const started = Date.parse(String(data.startedAt));
  if (Number.isNaN(started) || (type !== 'model.asked' && type !== 'tool.called')) return undefined;
  const { attributes, name, isError } = type === 'model.asked' ? inference(data) : toolRun(data);
  const startNs = BigInt(started) * 1_000_000n;
  return {
    // All that concerns one change is one trace.
    traceId: createHash('sha256')
      .update(`autoland trace\0${String(data.owner)}`)
      .digest()
      .subarray(0, 16),
    spanId: randomBytes(8),
    name,
    kind: type === 'model.asked' ? 3 : 1,
    startNs,
    endNs: startNs + BigInt(Math.max(0, Math.round(numberOf(data.ms) * 1_000_000))),
    attributes: {
      ...attributes,
      'gen_ai.conversation.id': String(data.owner),
      'autoland.role': String(data.role),
    },
    isError,
  };
}

type Half = Pick<Span, 'attributes' | 'name' | 'isError'>;

function inference(data: JsonObject): Half {
  const [model, parameters, usage] = [data.model, data.parameters, data.usage].map(objectOf);
  const asked = nameOf(model?.model, modelName);
  const isFault = data.outcome !== 'answer';
  return {
    name: `chat ${asked}`,
    isError: isFault,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': providerOf(String(model?.family)),
      'gen_ai.request.model': asked,
      'gen_ai.request.max_tokens': numberOf(parameters?.maxOutputTokens),
      ...(typeof parameters?.temperature === 'number'
        ? { 'gen_ai.request.temperature': parameters.temperature }
        : {}),
      'gen_ai.output.type': parameters?.schema === true ? 'json' : 'text',
      ...(isFault ? { 'error.type': String(data.fault) } : answered(data)),
      ...(data.usage === null ? {} : usageOf(usage ?? {})),
      'autoland.model.name': nameOf(model?.name, modelName),
      'autoland.model.scripted': model?.scripted === true,
    },
  };
}

function answered({ answeredBy, stop }: JsonObject): Half['attributes'] {
  return {
    'gen_ai.response.model': nameOf(answeredBy, modelName),
    'gen_ai.response.finish_reasons': [String(stop)],
  };
}

function usageOf(usage: JsonObject): Half['attributes'] {
  const told = Object.entries(usageNames).flatMap(([name, attribute]) => {
    const count = usage[name];
    return typeof count === 'number' ? [[attribute, count] as const] : [];
  });
  return Object.fromEntries(told);
}

const usageNames: Readonly<Record<string, string>> = {
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
  microdollars: 'autoland.cost.microdollars',
};

function toolRun({ tool, isError, call }: JsonObject): Half {
  const name = nameOf(tool, toolName);
  return {
    name: `execute_tool ${name}`,
    isError: isError === true,
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      ...(typeof call === 'string' && toolName.test(call) ? { 'gen_ai.tool.call.id': call } : {}),
      ...(isError === true ? { 'error.type': unnamed } : {}),
    },
  };
}

/** The conventions' own names; who trained the model stands for who serves it. */
const providers: Readonly<Record<string, string>> = {
  claude: 'anthropic',
  gpt: 'openai',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  command: 'cohere',
  grok: 'x_ai',
};

function providerOf(family: string): string {
  return (Object.hasOwn(providers, family) ? providers[family] : undefined) ?? nameOf(family, modelName);
}

function nameOf(value: Json | undefined, shape: RegExp): string {
  return typeof value === 'string' && shape.test(value) ? value : unnamed;
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
