import type { ToolLog } from '../../ports/tool-log.ts';

export type Refusal = { readonly path: string; readonly reason: string };

/** More of them say nothing new: an agent may ask without end. */
const most = { kinds: 20, reason: 300 };

/** What a job asked of the way to its models and did not get: an attempt, or a mistake, that a person should see. */
export class RefusedQuestions {
  readonly #kinds = new Map<string, number>();
  #count = 0;

  take({ path, reason }: Refusal): void {
    this.#count += 1;
    const kind = `${path}: ${reason.slice(0, most.reason).toWellFormed()}`;
    if (this.#kinds.has(kind) || this.#kinds.size < most.kinds)
      this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }

  /** As one failed call in the record of the job; writes nothing where nothing was refused. */
  async recordIn(log: ToolLog, startedAt: Date): Promise<void> {
    if (this.#count === 0) return;
    const lines = [...this.#kinds].map(([kind, times]) => (times === 1 ? kind : `${kind} (${times} times)`));
    const input = { refused: this.#count };
    const output = lines.join('\n');
    await log.recordCall({ tool: 'model-proxy', input, output, isError: true, startedAt, ms: 0 });
  }
}
