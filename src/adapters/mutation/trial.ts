import type { MutantState } from '../../domain/mutation.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';

/** A fault may make an endless loop. Twice the time that it takes without one, and some for a busy machine. */
export function patience(ms: number): number {
  return Math.ceil((2 * ms) / 1000) + 10;
}

/** How the tests ended with a fault awake. */
export function stateOf(result: SandboxResult): MutantState {
  if (result.kind === 'limit') return 'timeout';
  return result.code === 0 ? 'survived' : 'killed';
}
