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

/** What became of calls that were made each for itself. */
export type EachReplay =
  | {
      readonly kind: 'replayed';
      /** Of the calls that both runs of the base came to the end of. */
      readonly base: readonly [Behaviour, Behaviour];
      readonly head: Behaviour;
      /** By number: the key of the call in these behaviours; '' for one that the base does not finish, or has no function for. */
      readonly keys: readonly string[];
      /** Numbers of calls with a key that the head does not finish in time, or has no function for. */
      readonly unfinished: readonly number[];
    }
  | { readonly kind: 'install' | 'limit' | 'ended'; readonly side: 'base' | 'head' };
