import type { Behaviour } from './behaviour.ts';

/** What became of calls of production that were made again. */
export type Replay =
  | {
      readonly kind: 'replayed';
      /** Twice: what differs between these two is not the change's doing. */
      readonly base: readonly [Behaviour, Behaviour];
      readonly head: Behaviour;
      /** Numbers of calls for which a side has no function. */
      readonly missing: { readonly base: readonly number[]; readonly head: readonly number[] };
    }
  | {
      /** `install`: a side cannot be installed. `limit`: it took too long or too much. `ended`: a process ended before the last call. */
      readonly kind: 'install' | 'limit' | 'ended';
      readonly side: 'base' | 'head';
    };
