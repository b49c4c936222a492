import type { MutationRun } from '../../domain/mutation.ts';
import type { BoundaryMutator, BoundaryTrial } from '../../ports/boundary-mutator.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import type { EvidenceCache } from '../evidence-cache.ts';

/** Faults are tried on the base alone, so that each change that stands on it asks for the same. */
export class KeptBoundaryMutator implements BoundaryMutator {
  readonly #inner: BoundaryMutator;
  readonly #evidence: EvidenceCache;

  constructor(inner: BoundaryMutator, evidence: EvidenceCache) {
    this.#inner = inner;
    this.#evidence = evidence;
  }

  async run(commands: TestCommands, commit: string, trial: BoundaryTrial): Promise<MutationRun> {
    const { versions } = process;
    const question = { what: 'faults at the boundary', commands, commit, trial, node: versions.node };
    const kept = await this.#evidence.get<MutationRun>(question);
    if (kept !== undefined) return kept;
    const run = await this.#inner.run(commands, commit, trial);
    // A busy machine must not decide for a day.
    const isWhole = run.kind === 'ran' && (trial.advice || run.states.size === trial.chosen.length);
    if (isWhole && run.steady) await this.#evidence.put(question, run);
    return run;
  }
}
