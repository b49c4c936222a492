import type { Replay } from '../../../domain/replay.ts';
import type { ChosenCalls } from './choose-calls.ts';

/** What calls that production made do with the new versions. Cost: an install of both sides, and three runs. */
export type ReplayFacts =
  /** Nothing is recorded of a package that changes, or nothing is to be compared. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | { readonly kind: 'made'; readonly chosen: ChosenCalls; readonly replay: Replay };
