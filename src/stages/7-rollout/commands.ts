import type { Signal } from '../../domain/journal.ts';

/** What a person asked of a rollout. Exposure may go down at once; up only as far as the statistics allow. */
export type RolloutCommand =
  | { readonly kind: 'pause' | 'resume' | 'advance' }
  /** Not beyond this step. */
  | { readonly kind: 'set'; readonly step: number };

/** undefined: not a command for a rollout, or one that does not parse. */
export function readCommand(signal: Signal): RolloutCommand | undefined {
  switch (signal.name) {
    case 'rollout.pause':
      return { kind: 'pause' };
    case 'rollout.continue':
      return { kind: 'resume' };
    case 'rollout.advance':
      return { kind: 'advance' };
    case 'rollout.set': {
      const { step } = signal.data;
      return typeof step === 'number' && Number.isInteger(step) && step >= 0
        ? { kind: 'set', step }
        : undefined;
    }
    default:
      return undefined;
  }
}
