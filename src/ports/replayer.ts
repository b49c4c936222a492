import type { Sha } from '../domain/change.ts';
import type { RecordedCall } from '../domain/recorded-call.ts';
import type { EachReplay, Replay } from '../domain/replay.ts';
import type { IsSettled, TestCommands } from './test-runner.ts';

export type ReplaySides = {
  /** A commit or a tree; so is `head`. */
  readonly base: Sha;
  readonly head: Sha;
};

export type EachSides = ReplaySides & {
  /** Whether one run with the base's packages and the head's say all there is to say. Where not, or absent, the base's run twice. */
  readonly isSettled?: IsSettled;
};

/** Makes calls with the packages of each side: those that production made, and others like them. */
export interface Replayer {
  /**
   * Makes the calls in their order, in a process of its own each time: with the base's packages twice, with the head's once.
   * MUST run them in the sandbox without network. MUST NOT answer `replayed` when not each process came to the last call.
   * Rejects (`sandbox.unavailable`, `git.…`) only when nothing could be run.
   */
  replay(
    commands: Pick<TestCommands, 'install'>,
    sides: ReplaySides,
    calls: readonly RecordedCall[],
  ): Promise<Replay>;
  /**
   * The same for calls that nobody may ever have made: one that takes too long, or ends what makes it, MUST NOT keep the others
   * from being made. What the base does not finish MUST be left out; the head MUST be given a multiple of the base's time. The
   * base's second run MUST be as new as the head's: what is known from an earlier change may say that nothing differs, never that
   * something does.
   */
  replayEach(
    commands: Pick<TestCommands, 'install'>,
    sides: EachSides,
    calls: readonly RecordedCall[],
  ): Promise<EachReplay>;
}

/** Calls of production that are kept outside of the repository. */
export interface RecordingsFile {
  /** All of it. Rejects when it cannot be read, or is larger than an installation takes. */
  read(): Promise<Buffer>;
}
