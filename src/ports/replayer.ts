import type { Sha } from '../domain/change.ts';
import type { RecordedCall } from '../domain/recorded-call.ts';
import type { Replay } from '../domain/replay.ts';
import type { TestCommands } from './test-runner.ts';

export type ReplaySides = {
  /** A commit or a tree; so is `head`. */
  readonly base: Sha;
  readonly head: Sha;
};

/** Makes calls that production made, once more with the packages of each side. */
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
}

/** Calls of production that are kept outside of the repository. */
export interface RecordingsFile {
  /** All of it. Rejects when it cannot be read, or is larger than an installation takes. */
  read(): Promise<Buffer>;
}
