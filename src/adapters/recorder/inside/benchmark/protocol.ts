import type { Call } from '../replay/make-call.ts';

/** What the driver is given. */
export type BenchmarkOrder = {
  /** Where each side's files stand. */
  readonly base: string;
  readonly head: string;
  readonly calls: readonly Call[];
  readonly pairs: number;
  /** A batch shall last so long, in ms. */
  readonly batchMs: number;
  readonly warmUpBatches: number;
  /** Of each side, in each pair. */
  readonly batches: number;
  /** Calls of one batch at most. */
  readonly mostCalls: number;
  /** Both processes of a pair together. */
  readonly pairMs: number;
};

/** To a process that makes calls: make ready all calls so many times, or make them now. */
export type ToWorker = { readonly prepare: number } | { readonly go: true };
/** From it. `missing`: the name of what it does not find. */
export type FromWorker =
  | { readonly loaded: true }
  | { readonly missing: string }
  | { readonly prepared: true }
  | { readonly done: true };

export type BenchmarkResult =
  | {
      readonly pairs: readonly { readonly baseMs: number; readonly headMs: number }[];
      readonly calls: number;
    }
  | { readonly why: string };
