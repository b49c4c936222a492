import { type Commitment, isCommitment } from '../domain/blob.ts';
import type { Entry } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Gap, ShownExchange, ShownToolCall } from './conversation.ts';
import type { Erasure } from './recordings.ts';

/** One exchange or one run of a tool, by its entry in the journal. */
export type SaidEntry = {
  readonly index: number;
  readonly at: string;
  /** judge, agent or test-writer. */
  readonly role: string;
  /** That it was said in; null: it was said about the change itself. */
  readonly task: string | null;
  readonly content: Commitment;
  readonly ms: number;
  /** Credentials that were taken out. */
  readonly redacted: number;
} & (
  | {
      readonly kind: 'exchange';
      readonly model: { readonly name: string; readonly family: string; readonly model: string };
      /** Its answers come from a file that a person wrote. */
      readonly scripted: boolean;
      readonly maxOutputTokens: number;
      readonly temperature: number | null;
      /** Another model than was asked for is another model. null: a fault. */
      readonly answeredBy: string | null;
      /** How the answer ended, or which fault it was. */
      readonly outcome: { readonly kind: 'answer' | 'fault'; readonly how: string };
      /** null: nobody knows. */
      readonly usage: Usage | null;
    }
  | {
      readonly kind: 'tool-call';
      readonly tool: string;
      readonly isError: boolean;
      /** Calls of tools of its own and tokens, as it counts them itself; null: it does not say what it does. */
      readonly told: { readonly calls: number; readonly usage: Usage | null } | null;
    }
);

export type Usage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null: no price is configured. */
  readonly microdollars: number | null;
};

/** What a change's recording comes to. */
export type Said = {
  readonly exchanges: number;
  readonly faults: number;
  readonly toolCalls: number;
  readonly models: readonly { readonly name: string; readonly scripted: boolean }[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microdollars: number;
  /** Exchanges of which the cost is not known. */
  readonly unpriced: number;
};

/** `content`: what was said; null: it was not asked for. */
export type ShownEntry = SaidEntry & { readonly said: ShownExchange | ShownToolCall | Gap | null };

export type ShowView = {
  readonly id: string;
  /** null: a task without a change. */
  readonly change: { readonly title: string; readonly state: string } | null;
  readonly totals: Said;
  readonly entries: readonly ShownEntry[];
  readonly erasures: readonly Omit<Erasure, 'contents'>[];
};

export function saidIn(entries: readonly Entry[]): readonly SaidEntry[] {
  return entries.flatMap((entry) => saidEntry(entry) ?? []);
}

function saidEntry({ index, at, type, data }: Entry): SaidEntry | undefined {
  if (!isCommitment(data.content)) return undefined;
  const common = {
    index,
    at,
    role: String(data.role),
    task: typeof data.task === 'string' ? data.task : null,
    content: data.content,
    ms: numberOf(data.ms),
    redacted: numberOf(objectOf(data.redacted).count),
  };
  if (type === 'tool.called') return { ...common, kind: 'tool-call', ...toolCallOf(data) };
  return type === 'model.asked' ? { ...common, ...exchangeOf(data) } : undefined;
}

function toolCallOf({ tool, isError, told }: JsonObject) {
  const { calls, usage } = objectOf(told);
  const isUsage = usage !== null && usage !== undefined;
  const itself = { calls: numberOf(calls), usage: isUsage ? usageOf(objectOf(usage)) : null };
  return { tool: String(tool), isError: isError === true, told: told === undefined ? null : itself };
}

function exchangeOf(data: JsonObject) {
  const { name, family, model, scripted } = objectOf(data.model);
  const { maxOutputTokens, temperature } = objectOf(data.parameters);
  const isAnswer = data.outcome === 'answer';
  return {
    kind: 'exchange',
    model: { name: String(name), family: String(family), model: String(model) },
    scripted: scripted === true,
    maxOutputTokens: numberOf(maxOutputTokens),
    temperature: typeof temperature === 'number' ? temperature : null,
    answeredBy: isAnswer ? String(data.answeredBy) : null,
    outcome: { kind: isAnswer ? 'answer' : 'fault', how: String(isAnswer ? data.stop : data.fault) },
    usage: data.usage === null || data.usage === undefined ? null : usageOf(objectOf(data.usage)),
  } as const;
}

function usageOf({ inputTokens, outputTokens, microdollars }: JsonObject): Usage {
  return {
    inputTokens: numberOf(inputTokens),
    outputTokens: numberOf(outputTokens),
    microdollars: typeof microdollars === 'number' ? microdollars : null,
  };
}

export function totalOf(entries: readonly SaidEntry[]): Said {
  const exchanges = entries.filter((entry) => entry.kind === 'exchange');
  const usages = exchanges.flatMap(({ usage }) => usage ?? []);
  const sum = (of: (usage: Usage) => number) => usages.reduce((total, usage) => total + of(usage), 0);
  const models = new Map(
    exchanges.map(({ model, scripted }) => [model.name, { name: model.name, scripted }]),
  );
  return {
    exchanges: exchanges.length,
    faults: exchanges.filter(({ outcome }) => outcome.kind === 'fault').length,
    toolCalls: entries.length - exchanges.length,
    models: [...models.values()],
    inputTokens: sum((usage) => usage.inputTokens),
    outputTokens: sum((usage) => usage.outputTokens),
    microdollars: sum((usage) => usage.microdollars ?? 0),
    unpriced: exchanges.filter(({ usage }) => usage?.microdollars == null).length,
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
