import type { ApiComparison, ApiQuestion, SourceImports } from '../../domain/api.ts';
import type { SourceText } from '../../domain/capabilities.ts';
import type { DeclaredFunction, ParameterQuestion } from '../../domain/parameter-types.ts';
import type { ApiReader } from '../../ports/api.ts';
import type { EvidenceCache } from '../evidence-cache.ts';

/** A reading follows from the texts alone, and one update is offered to many repositories. What was not found out is not kept: it may be found the next time. */
export class KeptApiReader implements ApiReader {
  readonly #inner: ApiReader;
  readonly #readings: EvidenceCache;

  constructor(inner: ApiReader, readings: EvidenceCache) {
    this.#inner = inner;
    this.#readings = readings;
  }

  compare(asked: ApiQuestion): Promise<ApiComparison | undefined> {
    return this.#once({ what: 'what an api takes back', asked }, () => this.#inner.compare(asked));
  }

  parameters(asked: ParameterQuestion): Promise<readonly DeclaredFunction[] | undefined> {
    return this.#once({ what: 'how functions may be called', asked }, () => this.#inner.parameters(asked));
  }

  async imports(asked: readonly SourceText[]): Promise<ReadonlyMap<string, SourceImports>> {
    let found: ReadonlyMap<string, SourceImports> = new Map();
    const whole = await this.#once({ what: 'what sources take', asked }, async () => {
      found = await this.#inner.imports(asked);
      return found.size === asked.length ? found : undefined;
    });
    return whole ?? found;
  }

  async #once<Answer>(
    question: object,
    read: () => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    const kept = await this.#readings.get<Answer>(question);
    if (kept !== undefined) return kept;
    const answer = await read();
    if (answer !== undefined) await this.#readings.put(question, answer);
    return answer;
  }
}
