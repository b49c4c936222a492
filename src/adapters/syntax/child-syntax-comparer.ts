import type { Capability, SourceText } from '../../domain/capabilities.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { SourcePair, SyntaxComparison } from '../../domain/syntax.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';
import { askChildForList } from '../json-child.ts';

/**
 * Compares in a child process, because hostile source can end the process that parses it.
 * Answers nothing for the pairs of a child that crashed, hung or answered nonsense.
 */
export class ChildSyntaxComparer implements SyntaxComparer {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 30_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async compare(pairs: readonly SourcePair[]): Promise<ReadonlyMap<string, SyntaxComparison>> {
    if (pairs.length === 0) return new Map();
    return readComparisons(await this.#ask('compare-child', pairs));
  }

  async capabilities(sources: readonly SourceText[]): Promise<ReadonlyMap<string, readonly Capability[]>> {
    if (sources.length === 0) return new Map();
    return readCapabilities(await this.#ask('capabilities-child', sources));
  }

  async faults(sources: readonly SourceText[]): Promise<ReadonlyMap<string, string | null>> {
    if (sources.length === 0) return new Map();
    return readFaults(await this.#ask('faults-child', sources));
  }

  #ask(script: string, question: unknown): Promise<readonly unknown[]> {
    const child = { script, from: import.meta.url, timeoutMs: this.#timeoutMs, memoryMiB: 1024 };
    return askChildForList(child, question);
  }
}

function readCapabilities(answers: readonly unknown[]): ReadonlyMap<string, readonly Capability[]> {
  const read = new Map<string, readonly Capability[]>();
  for (const item of answers) {
    if (!isRecord(item) || typeof item.id !== 'string' || !Array.isArray(item.found)) continue;
    read.set(item.id, item.found);
  }
  return read;
}

function readFaults(answers: readonly unknown[]): ReadonlyMap<string, string | null> {
  const read = new Map<string, string | null>();
  for (const item of answers) {
    if (!isRecord(item) || typeof item.id !== 'string') continue;
    if (item.fault === null || typeof item.fault === 'string') read.set(item.id, item.fault);
  }
  return read;
}

function readSame(forms: unknown): SyntaxComparison {
  return Array.isArray(forms) ? { same: true, forms: forms.map(String) } : { same: true };
}

function readComparisons(answers: readonly unknown[]): ReadonlyMap<string, SyntaxComparison> {
  const read = new Map<string, SyntaxComparison>();
  for (const item of answers) {
    if (!isRecord(item) || typeof item.path !== 'string') continue;
    if (item.same === true) read.set(item.path, readSame(item.forms));
    if (item.same === false) read.set(item.path, { same: false, why: String(item.why) });
  }
  return read;
}
