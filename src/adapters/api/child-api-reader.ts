import { type ApiComparison, type ApiQuestion, apiBreakKinds, type SourceImports } from '../../domain/api.ts';
import type { SourceText } from '../../domain/capabilities.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { DeclaredFunction, ParameterQuestion } from '../../domain/parameter-types.ts';
import type { ApiReader } from '../../ports/api.ts';
import { askChild } from '../json-child.ts';

/** Reads in child processes: hostile declarations hang a type checker, and hostile source ends the process that parses it. */
export class ChildApiReader implements ApiReader {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 120_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async compare(question: ApiQuestion): Promise<ApiComparison | undefined> {
    const answer = await this.#ask('api-child', question);
    return isComparison(answer) ? answer : undefined;
  }

  async imports(sources: readonly SourceText[]): Promise<ReadonlyMap<string, SourceImports>> {
    if (sources.length === 0) return new Map();
    const answer = await this.#ask('imports-child', sources);
    return new Map((Array.isArray(answer) ? answer : []).filter(isImports).map((each) => [each.id, each]));
  }

  async parameters(question: ParameterQuestion): Promise<readonly DeclaredFunction[] | undefined> {
    const answer = await this.#ask('parameters-child', question);
    const isWhole = Array.isArray(answer) && answer.length === question.functions.length;
    return isWhole && answer.every(isDeclared) ? answer : undefined;
  }

  #ask(script: string, question: unknown): Promise<unknown> {
    return askChild({ script, from: import.meta.url, timeoutMs: this.#timeoutMs, memoryMiB: 1536 }, question);
  }
}

function isComparison(value: unknown): value is ApiComparison {
  if (!isRecord(value)) return false;
  const { breaks, sights, foreign } = value;
  const kinds: readonly unknown[] = apiBreakKinds;
  const isBreak = (each: unknown) => isRecord(each) && kinds.includes(each.kind);
  return Array.isArray(breaks) && breaks.every(isBreak) && Array.isArray(sights) && Array.isArray(foreign);
}

function isImports(value: unknown): value is SourceImports & { readonly id: string } {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    Array.isArray(value.imports) &&
    Array.isArray(value.members)
  );
}

function isDeclared(value: unknown): value is DeclaredFunction {
  return isRecord(value) && Array.isArray(value.old) && Array.isArray(value.now);
}
