import type { EachReplay, Replay } from '../../../domain/replay.ts';
import type { VariedCall } from './amplify/amplify.ts';
import type { ChosenCalls } from './choose-calls.ts';

/** What calls that production made do with the new versions. Cost: an install of both sides, and three runs. */
export type ReplayFacts =
  /** Nothing is recorded of a package that changes, or nothing is to be compared. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'made'; readonly chosen: ChosenCalls; readonly replay: Replay };

/** What calls do that are like those that were seen. Cost: an install of both sides, and three runs. */
export type AmplifiedFacts =
  /** Nothing could be varied, or a person decides anyway. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'made';
      readonly varied: readonly VariedCall[];
      /** Packages of which not every function that was called is declared. */
      readonly undeclared: readonly string[];
      /** Of the varied calls, in their order. */
      readonly replay: EachReplay;
    };
