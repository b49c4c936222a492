import type { Sha } from './change.ts';

/** A place in the project's sources, once source maps were applied. */
export type CrashFrame = {
  /** Relative to the repository's root, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** As the engine names it; absent: anonymous, or the module's own code. */
  readonly functionName?: string;
};

/** One exception as production shows it, counted. All text of it is untrusted: a user's request may have written it. */
export type Crash = {
  /** Hex digest of error type and normalised application frames: the same fault twice is one crash. */
  readonly signature: string;
  readonly service: string;
  /** Such as `TypeError`. */
  readonly errorType: string;
  readonly message: string;
  /** The application's own, innermost first; never empty. */
  readonly frames: readonly [CrashFrame, ...CrashFrame[]];
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  /** What the version that crashed was built from. */
  readonly commit: Sha;
};
